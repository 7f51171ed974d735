#include "http/vapix_image.hpp"

#include "http/api.hpp"
#include "http/counted.hpp"
#include "http/picture_view.hpp"
#include "http/query.hpp"
#include "http/target.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace snapcron::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr unsigned most_watching = 16;
constexpr std::int64_t most_fps = 30;

void set_size(PictureFit& fit, std::string_view name) {
  for (auto const& named : named_sizes)
    if (named.name == name) {
      fit.width = named.size.width;
      fit.height = named.size.height;
    }
}

/// WIDTHxHEIGHT, or the name that VAPIX has for one of PAL's.
std::optional<Error> set_resolution(PictureFit& fit, std::string const& value) {
  for (auto const& [name, image] :
       {std::pair{"QCIF", "halfsize.jpg"}, {"CIF", "fullsize.jpg"}, {"4CIF", "hugesize.jpg"}})
    if (equal_ignoring_case(value, name)) {
      set_size(fit, image);
      return std::nullopt;
    }
  if (auto const parsed = parse_size("resolution", value, fit); !parsed)
    return Error{parsed.error().fault, parsed.error().text + ", or QCIF, CIF, 4CIF"};
  return std::nullopt;
}

std::optional<Error> set_compression(PictureFit& fit, std::string const& value) {
  std::string const known = value == "low"      ? "10"
                            : value == "medium" ? "30"
                            : value == "high"   ? "60"
                                                : value;
  auto const number = query_number("compression", known, 0, 100);
  if (!number) return number.error();
  fit.quality = static_cast<unsigned>(std::clamp<std::int64_t>(100 - *number, 5, 95));
  return std::nullopt;
}

std::optional<Error> take(ImageQuery& into, std::string const& key, std::string const& value) {
  auto& fit = into.look.fit;
  if (key == "camera") into.look.camera = value;
  if (key == "color") fit.grey = value == "none" || value == "0";
  if (key == "imagetype") set_size(fit, value);
  if (key == "resolution") return set_resolution(fit, value);
  if (key == "compression") return set_compression(fit, value);
  if (key != "fps" && key != "req_fps") return std::nullopt;
  auto const fps = query_number(key, value, 0, most_fps);
  if (!fps) return fps.error();
  if (*fps > 0) into.period = std::chrono::seconds{1} / *fps;
  return std::nullopt;
}

std::string part_head(std::string const& picture) {
  return "--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length: " +
         std::to_string(picture.size()) + "\r\n\r\n";
}

}  // namespace

Result<ImageQuery> parse_image_query(std::string_view path, std::string_view query) {
  // So the manual of the 240 prints it: /fullsize.jpg?cgi-bin/control?camera=2
  constexpr std::string_view control = "cgi-bin/control?";
  if (query.starts_with(control)) query.remove_prefix(control.size());
  auto const parameters = parse_query(query);
  if (!parameters) return parameters.error();
  ImageQuery asked;
  auto const name = path.substr(path.rfind('/') + 1);
  if (name == "lastshot.jpg") asked.look.which = LookRequest::Which::stored;
  if (name == "buffer.jpg") asked.look.which = LookRequest::Which::buffered;
  set_size(asked.look.fit, name);
  for (auto const& [key, value] : *parameters)
    if (auto const wrong = take(asked, key, value)) return *wrong;
  return asked;
}

awaitable<void> Api::image(Call const& call, Response& response) {
  auto asked = parse_image_query(call.request.path, call.request.query);
  if (!asked) {
    fail(response, asked.error());
    co_return;
  }
  auto picture = co_await controls_.look(std::move(asked->look));
  if (!picture) {
    fail(response, picture.error());
    co_return;
  }
  response.content_type = "image/jpeg";
  response.picture = std::move(*picture);
}

awaitable<void> Api::image_size(Call const& call, Response& response) {
  auto const size = co_await controls_.picture_size(query_value(call.request.query, "camera"));
  if (!size) {
    fail(response, size.error());
    co_return;
  }
  response.body = "image width = " + std::to_string(size->width) +
                  "\nimage height = " + std::to_string(size->height) + "\n";
}

/// Each picture is one that was taken after the one before it was sent.
awaitable<void> Api::video(Call const& call, Response& response, Stream& stream) {
  auto const asked = parse_image_query(call.request.path, call.request.query);
  if (!asked) {
    fail(response, asked.error());
    co_return;
  }
  if (watching_ >= most_watching) {
    make_problem(response, 503, "too many watch already: try again later");
    co_return;
  }
  Counted const watching{watching_};
  auto picture = co_await controls_.look(asked->look);
  if (!picture) {
    fail(response, picture.error());
    co_return;
  }
  response.content_type = "multipart/x-mixed-replace; boundary=myboundary";
  if (!co_await stream.begin(response)) co_return;
  asio::steady_timer timer{co_await asio::this_coro::executor};
  timer.expires_after(Duration::zero());
  std::string before;
  while (picture) {
    auto const sent = timer.expiry();
    if (!co_await stream.send(before + part_head(**picture), *picture)) co_return;
    before = "\r\n";
    timer.expires_at(std::max(sent + asked->period, std::chrono::steady_clock::now()));
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    picture = co_await controls_.look(asked->look);
  }
}

}  // namespace snapcron::http
