#include "config/axis_script.hpp"

#include "axis/rules.hpp"
#include "axis/script.hpp"
#include "config/scan.hpp"
#include "core/printable.hpp"

#include <utility>

namespace snapcron {
namespace {

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto const length = character_at(text, i).length;
    if (length == 0) return false;
    i += length;
  }
  return true;
}

/// What is no UTF-8 was written on Windows when that had its own Latin-1.
std::string as_utf8(std::string text) {
  if (is_utf8(text)) return text;
  // Windows-1252 from 0x80 to 0x9f; all else is Latin-1, and so the code point itself.
  constexpr std::u16string_view windows =
      u"\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d"
      u"\u008f"
      u"\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e"
      u"\u0178";
  std::string converted;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    unsigned const code = byte >= 0x80 && byte < 0xa0 ? windows[byte - 0x80] : byte;
    if (code < 0x80) {
      converted += c;
    } else if (code < 0x800) {
      converted += static_cast<char>(0xc0 | (code >> 6));
      converted += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      converted += static_cast<char>(0xe0 | (code >> 12));
      converted += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
      converted += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return converted;
}

/// Lets every node of the tree stand where it comes from.
void move_to_script(YamlNode& node, AxisYaml const& yaml, Source const& source) {
  auto const origin = [&](Position at) { return yaml.origin(source.offset(at)); };
  node.at = origin(node.at);
  for (auto& item : node.items) move_to_script(item, yaml, source);
  for (auto& entry : node.entries) {
    entry.at = origin(entry.at);
    move_to_script(entry.value, yaml, source);
  }
}

void read_settings(MapReader& map, Files const& files, RulesScope const& scope,
                   AxisSettings& settings) {
  if (auto const* button = map.take("button"))
    if (auto const input = scope.references.input(map.context(), *button))
      settings.button = input->name;
  settings.ptz = map.text("ptz", "an http or https URL").value_or("");
  settings.username = map.text("username").value_or("");
  if (auto const file = map.text("password_file", "a path"))
    settings.password_file = files.resolve(*file).string();
  settings.reboot = map.flag("reboot").value_or(false);
  settings.upload = map.flag("upload").value_or(false);
}

/// B is an input like any other here, and which one it is no script says: whoever has no such input
/// is told what to write.
void tell_of_button(AxisScript const& script, AxisSettings const& settings,
                    std::vector<Diagnostic>& diagnostics) {
  for (auto const& entry : script.entries)
    for (auto const& term : entry.terms)
      for (auto& mistake : diagnostics)
        if (term.input == 0 && mistake.at == term.at &&
            mistake.message.starts_with("there is no input")) {
          mistake.message = "B is the Control button, and no input has the name " +
                            snapcron::quoted(settings.button) +
                            ": give one that name, or write 'axis_script: {file: ..., button: "
                            "INPUT}'";
          mistake.suggestion.clear();
        }
}

}  // namespace

AxisSettings read_axis_script(Context const& context, Files& files, YamlEntry const& entry,
                              RulesScope& scope) {
  AxisSettings settings;
  YamlEntry const* file = &entry;
  if (entry.value.kind == YamlNode::Kind::map) {
    MapReader map{context, entry.value, axis_script_words(), "axis_script", entry.at};
    file = map.require("file", "add the script's file");
    read_settings(map, files, scope, settings);
    map.finish();
  }
  if (file == nullptr) return settings;
  auto const path = read_text(context, *file, "a file's path");
  if (!path || !files.touch) return settings;
  if (path->empty()) {
    context.error(file->value.at, snapcron::quoted(file->key) + " is empty");
    return settings;
  }
  settings.file = files.resolve(*path).string();
  auto const named = files.folder / *path;
  auto const script = files.script ? Result<Opened*>{open_axis_text(files, named, *files.script)}
                                   : open_axis_script(files, named);
  if (script)
    read_axis_rules(**script, settings, scope);
  else
    context.error(file->value.at, script.error().text);
  return settings;
}

Result<Opened*> open_axis_script(Files& files, std::filesystem::path const& path) {
  auto text = read_regular_file(path, longest_axis_script);
  if (!text) return text.error();
  return open_axis_text(files, path, std::move(text->text));
}

Opened* open_axis_text(Files& files, std::filesystem::path const& path, std::string text) {
  return &files.opened.emplace_back(path.string(), as_utf8(std::move(text)));
}

std::string read_axis_rules(Opened& script, AxisSettings const& settings, RulesScope& scope) {
  auto const& context = script.context;
  if (!check_characters(script.source, script.diagnostics)) return {};
  std::vector<Diagnostic> mistakes;
  auto const parsed = parse_axis_script(script.source.text(), mistakes);
  auto const yaml = write_yaml(translate(parsed, settings, mistakes), parsed.comments);
  for (auto& mistake : mistakes) {
    if (mistake.severity == Diagnostic::Severity::error)
      context.error(mistake.at, std::move(mistake.message), std::move(mistake.suggestion));
    else
      context.warning(mistake.at, std::move(mistake.message));
  }
  if (has_errors(mistakes)) return {};
  Source const source{script.source.name(), yaml.text};
  std::vector<Diagnostic> of_yaml;
  auto root = parse_yaml(source, of_yaml);
  for (auto& mistake : of_yaml)
    context.error(yaml.origin(source.offset(mistake.at)), std::move(mistake.message));
  if (!root) return {};
  move_to_script(*root, yaml, source);
  if (auto const* rules = root->find("rules")) read_rules(context, *rules, scope);
  tell_of_button(parsed, settings, script.diagnostics);
  return yaml.text;
}

}  // namespace snapcron
