#include "http/picture_page.hpp"

#include "http/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace snapcron::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_pictures = 1000;

}  // namespace

Result<PictureQuery> parse_picture_query(std::string_view text) {
  auto const parameters = parse_query(text);
  if (!parameters) return parameters.error();
  PictureQuery query;
  for (auto const& [key, value] : *parameters) {
    if (key == "event") {
      query.event = value;
    } else if (key == "camera") {
      query.camera = value;
    } else if (key == "rule") {
      query.rule = value;
    } else if (key == "before" || key == "after") {
      auto const number = query_number(key, value, key == "before" ? 1 : 0, INT64_MAX);
      if (!number) return number.error();
      (key == "before" ? query.before : query.after) = *number;
    } else if (key == "since" || key == "until") {
      auto const at = query_time(key, value);
      if (!at) return at.error();
      (key == "since" ? query.since : query.until) = *at;
    } else if (key == "limit") {
      auto const number = query_number(key, value, 1, most_pictures);
      if (!number) return number.error();
      query.limit = static_cast<unsigned>(*number);
    } else {
      return unknown_parameter(key, "event, camera, rule, before, after, since, until, limit");
    }
  }
  return query;
}

json::object picture_json(PictureRecord const& picture, Zone const& zone) {
  return {{"id", picture.id},
          {"url", "/api/v1/snapshots/" + std::to_string(picture.id)},
          {"path", picture.path},
          {"camera", picture.camera},
          {"rule", picture.rule},
          {"event", picture.event},
          {"captured", rfc3339(picture.captured, zone, 3)},
          {"bytes", picture.bytes}};
}

std::string name_to_keep(PictureRecord const& picture, Zone const& zone) {
  auto const time = rfc3339(picture.captured, zone);
  auto const t = time.find('T');
  auto clock = time.substr(t + 1, 8);
  std::erase(clock, ':');
  auto name = picture.camera + "_" + time.substr(0, t) + "_" + clock + "_" +
              (picture.rule.empty() ? "" : picture.rule + "_") + std::to_string(picture.id) +
              ".jpg";
  // What no name of a file can hold, be it on a phone.
  auto const is_none = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
           std::string_view{"/\\:*?\"<>|"}.find(c) != std::string_view::npos;
  };
  std::ranges::replace_if(name, is_none, '_');
  return name;
}

json::value picture_page(std::vector<PictureRecord> const& pictures, unsigned limit,
                         Zone const& zone) {
  json::array list;
  list.reserve(pictures.size());
  for (auto const& picture : pictures) list.push_back(picture_json(picture, zone));
  bool const more = pictures.size() >= limit;
  return json::object{{"snapshots", std::move(list)},
                      {"next", more ? json::value(pictures.back().id) : json::value(nullptr)}};
}

}  // namespace snapcron::http
