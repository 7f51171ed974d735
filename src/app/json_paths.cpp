#include "app/json_paths.hpp"

#include <boost/json.hpp>

namespace snapcron {
namespace {

namespace json = boost::json;

constexpr std::size_t most_values = 200;
constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t deepest = 16;

class Collector {
 public:
  void visit(json::value const& value, std::string const& path) {
    if (values_.size() >= most_values) return;
    if (auto const* object = value.if_object()) {
      for (auto const& member : *object) visit(member.value(), below(path, member.key()));
    } else if (auto const* array = value.if_array()) {
      std::size_t i = 0;
      for (auto const& item : *array) visit(item, below(path, std::to_string(i++)));
    } else if (auto const* text = value.if_string()) {
      keep(path, {text->data(), text->size()});
    } else if (!value.is_null()) {
      keep(path, json::serialize(value));
    }
  }
  std::map<std::string, std::string> values() && { return std::move(values_); }

 private:
  static std::string below(std::string const& path, std::string_view name) {
    return path.empty() ? std::string{name} : path + "." + std::string{name};
  }
  void keep(std::string const& path, std::string text) {
    bytes_ += path.size() + text.size();
    if (bytes_ <= most_bytes) values_.emplace(path, std::move(text));
  }

  std::map<std::string, std::string> values_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::map<std::string, std::string> values_by_path(std::string_view text) {
  boost::system::error_code bad;
  json::parse_options options;
  options.max_depth = deepest;
  auto const value = json::parse({text.data(), text.size()}, bad, {}, options);
  if (bad) return {};
  Collector collector;
  collector.visit(value, "");
  return std::move(collector).values();
}

}  // namespace snapcron
