// Pictures to look at: those that are recorded, by their ids, and what a camera sees now.

#include "core/printable.hpp"
#include "http/api.hpp"
#include "http/byte_range.hpp"
#include "http/counted.hpp"
#include "http/date.hpp"
#include "http/picture_page.hpp"
#include "http/picture_view.hpp"
#include "http/query.hpp"

#include <string>
#include <utility>

namespace snapcron::http {
namespace {

using boost::asio::awaitable;
using Jpeg = std::shared_ptr<std::string const>;

/// So many captures for people who look, at once: the rules' own come first.
constexpr unsigned most_looking = 8;
/// Of pictures on their way to clients, some of which are slow.
constexpr std::size_t most_bytes_under_way = 128u << 20;
/// A picture is never changed; but after the log-out a browser is not to show it any more, so it
/// asks each time whether it may. Of small ones there are many on a page.
constexpr std::string_view ask_each_time = "private, no-cache",
                           for_a_day = "private, max-age=86400";

/// Of the picture as it is sent: one that is made to fit is another.
std::string tag_of(PictureRecord const& picture, PictureFit const& fit) {
  auto tag = "\"" + std::to_string(picture.id) + "-" +
             std::to_string(picture.captured.time_since_epoch().count()) + "-" +
             std::to_string(picture.bytes);
  if (fit.width > 0) tag += "-" + std::to_string(fit.width) + "x" + std::to_string(fit.height);
  return tag + "\"";
}

/// What a Range field wants of the picture that the response holds.
void cut_to_range(Request const& request, std::string_view tag, Response& response) {
  bool const same = request.if_range.empty() || request.if_range == tag;
  if (request.method != Method::get || !same) return;
  auto const size = std::to_string(response.picture->size());
  auto const range = parse_range(request.range, response.picture->size());
  if (!range) return;
  if (range->beyond) {
    response = problem(416, "the picture has " + size + " bytes");
    response.fields = "Content-Range: bytes */" + size + "\r\n";
    return;
  }
  response.status = 206;
  response.fields += "Content-Range: bytes " + std::to_string(range->first) + "-" +
                     std::to_string(range->first + range->count - 1) + "/" + size + "\r\n";
  response.picture =
      std::make_shared<std::string const>(response.picture->substr(range->first, range->count));
}

}  // namespace

/// Counts the bytes for as long as a client is being sent them; false: there are too many already.
bool Api::send_picture(Jpeg jpeg, Response& response) {
  if (bytes_under_way_ + jpeg->size() > most_bytes_under_way) {
    make_problem(response, 503, "too many pictures are on their way to slow clients: try again");
    response.fields = "Retry-After: 5\r\n";
    return false;
  }
  bytes_under_way_ += jpeg->size();
  auto const sent = [this, jpeg](std::string const*) { bytes_under_way_ -= jpeg->size(); };
  response.content_type = "image/jpeg";
  response.picture = Jpeg{jpeg.get(), sent};
  return true;
}

awaitable<void> Api::stored_picture(Call const& call, Response& response) {
  auto const view = parse_picture_view(call.request.query, true);
  if (!view) co_return fail(response, view.error());
  auto const nothing = "there is no picture " + snapcron::quoted(call.argument) +
                       "; it may have been removed, as the storage's limits say";
  auto const id = query_number("id", call.argument, 1, INT64_MAX - 1);
  if (!id) co_return make_problem(response, 404, nothing);
  auto const found = co_await controls_.pictures({.before = *id + 1, .after = *id - 1, .limit = 1});
  if (!found) co_return fail(response, found.error());
  if (found->empty()) co_return make_problem(response, 404, nothing);
  auto const& picture = found->front();

  auto const tag = tag_of(picture, view->fit);
  auto const second = std::chrono::floor<std::chrono::seconds>(picture.captured);
  auto const cache = view->fit.width > 0 ? for_a_day : ask_each_time;
  auto fields = "ETag: " + tag + "\r\nLast-Modified: " + http_date(second) + "\r\n";
  if (names_tag(call.request.if_none_match, tag)) {
    response.status = 304;
    response.fields = std::move(fields);
    response.cache = cache;
    co_return;
  }
  auto jpeg = co_await controls_.stored_picture(picture, view->fit);
  if (!jpeg && jpeg.error().fault == Fault::gone)
    co_return make_problem(response, 410, jpeg.error().text);
  if (!jpeg) co_return fail(response, jpeg.error());
  if (!send_picture(std::move(*jpeg), response)) co_return;
  response.fields = std::move(fields) + "Accept-Ranges: bytes\r\n";
  response.cache = cache;
  if (view->download)
    response.fields +=
        "Content-Disposition: " + attachment(name_to_keep(picture, controls_.zone())) + "\r\n";
  cut_to_range(call.request, tag, response);
}

awaitable<void> Api::camera_picture(Call const& call, Response& response) {
  auto const view = parse_picture_view(call.request.query, false);
  if (!view) co_return fail(response, view.error());
  if (looking_ >= most_looking) {
    make_problem(response, 503, "too many want a fresh picture already: try again");
    response.fields = "Retry-After: 1\r\n";
    co_return;
  }
  Counted const looking{looking_};
  LookRequest look;
  look.camera = call.argument;
  look.fit = view->fit;
  auto jpeg = co_await controls_.look(std::move(look));
  if (!jpeg) co_return fail(response, jpeg.error());
  send_picture(std::move(*jpeg), response);
}

}  // namespace snapcron::http
