#include "config/json_parts.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace snapcron {
namespace {

std::size_t digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// -1, 20, 3.5, 1e-9: what is a number in JSON (RFC 8259) and in YAML's core schema.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  auto const whole = digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    auto const fraction = digits(text);
    if (fraction == 0) return false;
    text.remove_prefix(fraction);
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && digits(text) == text.size();
}

/// A number of the core schema that JSON has not, or writes otherwise.
bool is_other_number(std::string_view text) {
  if (text.starts_with("0x"))
    return text.size() > 2 &&
           text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  if (text.starts_with("0o"))
    return text.size() > 2 && text.find_first_not_of("01234567", 2) == std::string_view::npos;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF" || text == ".nan" || text == ".NaN" ||
      text == ".NAN")
    return true;
  auto const whole = digits(text);
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = digits(text);
    text.remove_prefix(fraction);
  }
  if (whole + fraction == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && digits(text) == text.size();
}

class JsonParts {
 public:
  JsonParts(Context const& context,
            std::function<std::optional<Template>(Value const&)> const& text)
      : context_{context}, text_{text} {}

  void value(Value const& value) {
    auto const& node = *value.node;
    switch (node.kind) {
      case YamlNode::Kind::null:
        certain_ += "null";
        break;
      case YamlNode::Kind::scalar:
        scalar(value);
        break;
      case YamlNode::Kind::sequence:
        certain_ += '[';
        for (auto const& item : node.items) {
          if (&item != &node.items.front()) certain_ += ',';
          this->value({value.name, item});
        }
        certain_ += ']';
        break;
      case YamlNode::Kind::map:
        certain_ += '{';
        for (auto const& entry : node.entries) {
          if (&entry != &node.entries.front()) certain_ += ',';
          string(Template::literal(entry.key));
          certain_ += ':';
          this->value(entry);
        }
        certain_ += '}';
        break;
    }
  }

  std::vector<BodyPart> take() {
    end_certain();
    return std::move(parts_);
  }

 private:
  void scalar(Value const& value) {
    auto const& text = value.text();
    bool const plain = !value.node->quoted;
    if (plain && (text == "true" || text == "True" || text == "TRUE")) {
      certain_ += "true";
    } else if (plain && (text == "false" || text == "False" || text == "FALSE")) {
      certain_ += "false";
    } else if (plain && is_json_number(text)) {
      certain_ += text;
    } else if (plain && is_other_number(text)) {
      context_.error(value.at(), snapcron::quoted(text) +
                                     " is a number that JSON does not write so: put it in quotes "
                                     "if a text is meant");
    } else if (auto parsed = text_(value)) {
      string(std::move(*parsed));
    }
  }
  void string(Template text) {
    end_certain();
    parts_.push_back({std::move(text), true});
  }
  void end_certain() {
    if (!certain_.empty()) parts_.push_back({Template::literal(certain_), false});
    certain_.clear();
  }

  Context const& context_;
  std::function<std::optional<Template>(Value const&)> const& text_;
  std::string certain_;
  std::vector<BodyPart> parts_;
};

}  // namespace

std::vector<BodyPart> read_json_parts(
    Context const& context, Value const& value,
    std::function<std::optional<Template>(Value const&)> const& text) {
  JsonParts parts{context, text};
  parts.value(value);
  return parts.take();
}

}  // namespace snapcron
