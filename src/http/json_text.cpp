#include "http/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <cmath>
#include <utility>

namespace snapcron::http {
namespace {

namespace json = boost::json;

void append_double(std::string& out, double number) {
  // The least and the greatest have about 340 digits.
  char digits[400];
  auto const [end, wrong] =
      std::to_chars(digits, digits + sizeof digits, number, std::chars_format::fixed);
  if (wrong == std::errc{} && std::isfinite(number))
    out.append(digits, end);
  else
    out += "null";
}

}  // namespace

void append_json(std::string& out, json::value const& value) {
  char const* between = "";
  if (value.is_double()) {
    append_double(out, value.get_double());
  } else if (value.is_array()) {
    out += '[';
    for (auto const& item : value.get_array()) {
      out += std::exchange(between, ",");
      append_json(out, item);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (auto const& [key, member] : value.get_object()) {
      out += std::exchange(between, ",");
      out += json::serialize(json::string_view{key});
      out += ':';
      append_json(out, member);
    }
    out += '}';
  } else {
    out += json::serialize(value);
  }
}

std::string json_text(json::value const& value) {
  std::string text;
  append_json(text, value);
  return text;
}

}  // namespace snapcron::http
