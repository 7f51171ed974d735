#include "axis/rules.hpp"
#include "core/ascii.hpp"

#include <algorithm>

namespace snapcron {
namespace {

class YamlWriter {
 public:
  AxisYaml take() { return std::move(yaml_); }

  void comments(std::vector<std::string> const& lines, std::string_view indent) {
    for (auto const& line : lines) {
      (yaml_.text += indent) += '#';
      yaml_.text += line + '\n';
    }
  }

  void rule(AxisRule const& rule) {
    comments(rule.comments, "  ");
    from(rule.at);
    yaml_.text += "  - name: " + rule.name + "\n    triggers:";
    items(rule.triggers);
    if (!rule.conditions.empty()) {
      yaml_.text += "    conditions:";
      items(rule.conditions);
    }
    yaml_.text += "    actions:\n";
    for (auto const& action : rule.actions) {
      comments(action.comments, "      ");
      yaml_.text += "      - ";
      item(action.item, action.to);
      yaml_.text += '\n';
    }
  }

  void line(std::string_view text) { (yaml_.text += text) += '\n'; }

 private:
  void from(Position at) { yaml_.origins.push_back({yaml_.text.size(), at}); }

  void items(std::vector<AxisItem> const& all) {
    if (all.size() == 1) {
      yaml_.text += ' ';
      item(all.front(), {});
      yaml_.text += '\n';
      return;
    }
    yaml_.text += '\n';
    for (auto const& one : all) {
      yaml_.text += "      - ";
      item(one, {});
      yaml_.text += '\n';
    }
  }

  void item(AxisItem const& item, std::vector<AxisWord> const& to) {
    from(item.front().at);
    yaml_.text += '{';
    for (auto const& key : item) {
      from(key.at);
      if (&key != &item.front()) yaml_.text += ", ";
      yaml_.text += key.key + ": " + key.value;
    }
    if (!to.empty()) destinations(to);
    yaml_.text += '}';
  }

  void destinations(std::vector<AxisWord> const& to) {
    bool const many = to.size() > 1;
    from(to.front().at);
    yaml_.text += many ? ", to: [" : ", to: ";
    for (auto const& name : to) {
      from(name.at);
      if (&name != &to.front()) yaml_.text += ", ";
      yaml_.text += yaml_text(name.text);
    }
    if (many) yaml_.text += ']';
  }

  AxisYaml yaml_;
};

}  // namespace

Position AxisYaml::origin(std::size_t offset) const {
  auto const after = std::ranges::upper_bound(origins, offset, {}, &Origin::offset);
  return after == origins.begin() ? Position{} : std::prev(after)->at;
}

AxisYaml write_yaml(std::vector<AxisRule> const& rules, std::vector<std::string> const& comments) {
  YamlWriter writer;
  writer.line(rules.empty() ? "rules: []" : "rules:");
  for (auto const& rule : rules) writer.rule(rule);
  writer.comments(comments, "");
  return writer.take();
}

std::string yaml_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  bool const is_word = !text.empty() && is_letter(text.front()) && is_path_word(text) &&
                       text != "null" && text != "Null" && text != "NULL";
  if (is_word) return std::string{text};
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    auto const byte = static_cast<unsigned char>(c);
    auto const next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F: no YAML
      ((result += "\\x") += digits[next >> 4]) += digits[next & 15];
      ++i;
    } else if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      ((result += "\\x") += digits[byte >> 4]) += digits[byte & 15];
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string as_template(std::string_view text) {
  std::string doubled;
  for (char const c : text) {
    doubled += c;
    if (c == '{' || c == '}') doubled += c;
  }
  return doubled;
}

}  // namespace snapcron
