#include "http/picture_view.hpp"

#include "core/ascii.hpp"
#include "core/percent_encoding.hpp"
#include "http/query.hpp"

#include <algorithm>

namespace snapcron::http {
namespace {

constexpr std::int64_t largest_side = 8192;

}  // namespace

Result<void> parse_size(std::string_view key, std::string const& value, PictureFit& fit) {
  std::string const name{key};
  auto const x = std::min(value.find('x'), value.size());
  auto const width = query_number(name, value.substr(0, x), 1, largest_side);
  auto const height =
      query_number(name, value.substr(std::min(x + 1, value.size())), 1, largest_side);
  if (!width || !height)
    return Error{Fault::invalid, "'" + name + "' must be WIDTHxHEIGHT, such as 320x240"};
  fit.width = static_cast<unsigned>(*width);
  fit.height = static_cast<unsigned>(*height);
  return {};
}

Result<PictureView> parse_picture_view(std::string_view query, bool has_name) {
  auto const parameters = parse_query(query);
  if (!parameters) return parameters.error();
  PictureView view;
  for (auto const& [key, value] : *parameters) {
    if (key == "fit") {
      if (auto const read = parse_size(key, value, view.fit); !read) return read.error();
    } else if (key == "download" && has_name) {
      view.download = true;
    } else {
      return unknown_parameter(key, has_name ? "fit, download" : "fit");
    }
  }
  return view;
}

std::string attachment(std::string_view file_name) {
  std::string plain;
  for (char const c : file_name) plain += is_path_word({&c, 1}) ? c : '_';
  auto const encoded = percent_encode(file_name);
  auto value = "attachment; filename=\"" + plain + "\"";
  if (encoded != plain) value += "; filename*=UTF-8''" + encoded;
  return value;
}

}  // namespace snapcron::http
