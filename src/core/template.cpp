#include "core/template.hpp"

#include "core/diagnostic.hpp"
#include "core/percent_encoding.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace snapcron {
namespace {

constexpr std::size_t longest_template = 500;  // bytes
constexpr std::size_t longest_value = 64;      // bytes of a value within a file name
constexpr std::size_t longest_part =
    200;  // bytes of a file's or a folder's name: file systems allow 255
constexpr std::ptrdiff_t most_folders = 8;
constexpr std::size_t longest_extension = 16;  // bytes, with the dot: a longer one is cut as well
constexpr std::string_view latest_picture = "lastshot.jpg";  // the link's name is not a picture's

constexpr std::size_t longest_reply_path = 200;  // bytes

/// What a use may name: all have those of a file name and some more.
std::span<std::string const> names_of(Template::Use use) {
  static std::array<std::string, 16> const names{"name",    "number", "path",  // remote
                                                 "camera",  "edge",   "event", "input",
                                                 "rule",    "seq",    "time",  "trigger",
                                                 "picture", "relay",  "state",  // texts
                                                 "reply",   "secret"};          // requests
  constexpr std::size_t remote = 3, file_name = 8;
  auto const all = std::span{names};
  switch (use) {
    case Template::Use::remote_name:
      return all.first(remote + file_name);
    case Template::Use::file_name:
      return all.subspan(remote, file_name);
    case Template::Use::text:
    case Template::Use::message:
      return all.subspan(remote, file_name + 3);
    case Template::Use::request:
      break;
  }
  return all.subspan(remote);
}

/// What is made for a file system, ours or another's.
bool is_path(Template::Use use) {
  return use == Template::Use::file_name || use == Template::Use::remote_name;
}

bool has(std::span<std::string const> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Error wrong(Template::Use use, std::string_view text, std::string const& why) {
  std::string const what = is_path(use) ? "file name " : "text ";
  return {Fault::invalid, what + snapcron::quoted(text) + ": " + why};
}

Error unknown_value(std::string_view name, Template::Use use) {
  auto const what = snapcron::quoted("{" + std::string{name} + "}");
  auto const names = names_of(use);
  if (has(names_of(Template::Use::text), name))
    return {Fault::invalid, what + " does not go into a file name"};
  if (has(names_of(Template::Use::request), name))
    return {Fault::invalid, what + " goes into the texts of an action 'http' only"};
  if (has(names_of(Template::Use::remote_name), name))
    return {Fault::invalid, what + " goes into the 'filename' of a destination only"};
  auto text = "unknown value " + what;
  if (auto const nearest = nearest_word(name, names))
    return {Fault::invalid, text + " (did you mean '{" + *nearest + "}'?)"};
  text += ": known are";
  for (auto const& known : names) text += (&known == &names[0] ? " {" : ", {") + known + "}";
  return {Fault::invalid, text};
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
         c == '_' || c == '-';
}

/// A value of the outside world within a file name: nothing in it can separate, hide or mislead.
std::string plain(std::string_view value) {
  std::string text;
  for (char const c : value) {
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;  // the rest of a UTF-8 character
    text += is_plain(c) ? c : '_';
    if (text.size() == longest_value) break;
  }
  return text.empty() ? "_" : text;
}

/// A formatted time within a file name: "22:00" as "22-00". The plus of an offset must not become a
/// minus.
std::string plain_time(std::string text) {
  for (char& c : text) {
    if (!is_plain(c)) c = c == '+' ? '_' : '-';
  }
  if (text.size() > longest_value) text.resize(longest_value);
  return text.empty() ? "_" : text;
}

/// Cuts before the end of a character.
void shorten(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  text.resize(size);
}

std::string safe_part(std::string part, bool last, Template::Use use) {
  if (part.empty()) return "_";
  if (part.front() == '.' || part.front() == '-') part.front() = '_';
  std::string extension;
  auto const dot = last ? part.rfind('.') : std::string::npos;  // a picture of ours has one
  if (dot != std::string::npos && part.size() - dot <= longest_extension) {
    extension = part.substr(dot);
    part.resize(dot);
    if (part.empty()) part = "_";
    if (use == Template::Use::file_name && part + extension == latest_picture) part += '_';
  }
  shorten(part, longest_part - extension.size());
  return part + extension;
}

std::string safe_path(std::string_view path, Template::Use use) {
  std::string result;
  for (;;) {
    auto const slash = path.find('/');
    bool const last = slash == std::string_view::npos;
    result += safe_part(std::string{path.substr(0, slash)}, last, use);
    if (last) return result;
    result += '/';
    path.remove_prefix(slash + 1);
  }
}

/// What is wrong with the literal skeleton of a file name, in which every value is shown as "x".
std::string wrong_path(std::string const& path, Template::Use use) {
  bool const ours = use == Template::Use::file_name;
  if (path.starts_with('/'))
    return std::string{"it must be relative to the "} + (ours ? "storage" : "destination's") +
           " folder, without '/' in front";
  if (std::ranges::count(path, '/') > most_folders)
    return "more than " + std::to_string(most_folders) + " folders";
  if (ours && !path.ends_with(".jpg") && !path.ends_with(".jpeg"))
    return "it must end in '.jpg' or '.jpeg'";
  for (std::size_t begin = 0; begin <= path.size();) {
    auto const end = std::min(path.find('/', begin), path.size());
    auto const part = path.substr(begin, end - begin);
    if (part.empty()) return "it has an empty part ('//')";
    if (part == "." || part == "..") return "it may not have the part '" + part + "'";
    if (part.front() == '.' || part.front() == '-')
      return "no part may begin with '" + part.substr(0, 1) + "': " + snapcron::quoted(part);
    if (ours && end == path.size() && part == latest_picture)
      return "'lastshot.jpg' is the name of the link to the newest picture";
    begin = end + 1;
  }
  return {};
}

bool is_control_character(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<Template::Piece> Template::reply_value(Piece piece, std::string_view inside,
                                              std::size_t colon) {
  if (colon != std::string_view::npos) piece.format = inside.substr(colon + 1);
  if (piece.format.empty())
    return Error{Fault::invalid,
                 "'{reply}' needs a path into the answer: write for instance {reply:result.id}"};
  if (piece.format.size() > longest_reply_path)
    return Error{Fault::invalid, "the path of '{reply:...}' is longer than " +
                                     std::to_string(longest_reply_path) + " bytes"};
  if (std::ranges::any_of(piece.format, is_control_character))
    return Error{Fault::invalid, "the path of '{reply:...}' has a control character"};
  return piece;
}

Result<Template::Piece> Template::parse_value(std::string_view inside, Use use) {
  auto const colon = inside.find(':');
  auto const name = inside.substr(0, colon);
  if (!has(names_of(use), name)) return unknown_value(name, use);
  Piece piece{.text = std::string{name}, .value = true, .format = {}};
  if (name == "reply") return reply_value(std::move(piece), inside, colon);
  if (colon == std::string_view::npos) {
    if (name == "time" && is_path(use)) piece.format = "%Y%m%d-%H%M%S";
    return piece;
  }
  if (name != "time")
    return Error{Fault::invalid, "'{" + piece.text + "}' takes no format: only {time:FORMAT} does"};
  piece.format = inside.substr(colon + 1);
  if (piece.format.empty())
    return Error{Fault::invalid,
                 "'{time:}' has an empty format: write for instance {time:%Y-%m-%d}"};
  if (auto const why = check_time_format(piece.format); !why.empty())
    return Error{Fault::invalid, why};
  return piece;
}

Result<Template> Template::parse(std::string_view const text, Use use) {
  if (is_path(use) && text.empty()) return wrong(use, text, "it is empty");
  if (is_path(use) && text.size() > longest_template)
    return wrong(use, text, "it is longer than " + std::to_string(longest_template) + " bytes");
  Template result;
  result.source_ = text;
  result.use_ = use;
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    bool const doubled = i + 1 < text.size() && text[i + 1] == c;
    if (c == '}' && !doubled)
      return wrong(use, text, "a '}' without a '{' (write '}}' for a brace)");
    if (c == '{' && !doubled) {
      auto const end = text.find('}', i);
      if (end == std::string_view::npos)
        return wrong(use, text, "a '{' without a '}' (write '{{' for a brace)");
      auto piece = parse_value(text.substr(i + 1, end - i - 1), use);
      if (!piece) return piece.error();
      if (!literal.empty()) result.pieces_.push_back({.text = std::move(literal), .format = {}});
      literal.clear();
      result.pieces_.push_back(std::move(*piece));
      i = end;
      continue;
    }
    bool const allowed = use == Use::message || (!is_path(use) && (c == '\n' || c == '\t'));
    if (is_control_character(c) && !allowed) return wrong(use, text, "it has a control character");
    literal += c;
    if (c == '{' || c == '}') ++i;
  }
  if (!literal.empty()) result.pieces_.push_back({.text = std::move(literal), .format = {}});
  if (is_path(use)) {
    if (auto const why = wrong_path(result.skeleton(), use); !why.empty())
      return wrong(use, text, why);
  }
  return result;
}

Template Template::literal(std::string_view text) {
  Template result;
  if (!text.empty()) result.pieces_.push_back({.text = std::string{text}, .format = {}});
  for (char const c : text) {
    result.source_ += c;
    if (c == '{' || c == '}') result.source_ += c;
  }
  return result;
}

/// A value of a file name.
std::string Template::named(Piece const& piece, TemplateValues const& values) {
  auto value = value_of(piece, values);
  if (piece.text == "time") return plain_time(std::move(value));
  if (piece.text != "path" && piece.text != "name") return plain(value);
  // A name of ours: it is kept, so that both sides call the picture the same.
  for (char& c : value)
    if (is_control_character(c) || (c == '/' && piece.text == "name")) c = '_';
  return value;
}

/// Of all values but {time}, as it came from the outside world.
std::string Template::value_of(Piece const& piece, TemplateValues const& values) {
  auto const& name = piece.text;
  if (name == "camera") return values.camera;
  if (name == "edge") return values.edge;
  if (name == "event") return values.event;
  if (name == "input") return values.input;
  if (name == "picture") return values.picture;
  if (name == "relay") return values.relay;
  if (name == "rule") return values.rule;
  if (name == "secret") return values.secret;
  if (name == "state") return values.state;
  if (name == "trigger") return values.trigger;
  if (name == "path") return values.path;
  if (name == "name") return values.name;
  if (name == "number") return std::to_string(values.number);
  if (name == "seq") return std::to_string(values.seq);
  if (name == "time")
    return piece.format.empty() ? rfc3339(values.time, values.zone)
                                : format_time(piece.format, values.time, values.zone);
  auto const reply = values.reply.find(piece.format);
  return reply == values.reply.end() ? std::string{} : reply->second;
}

std::string Template::expand(TemplateValues const& values) const {
  std::string text;
  for (auto const& piece : pieces_) {
    if (!piece.value)
      text += piece.text;
    else
      text += is_path(use_) ? named(piece, values) : printable(value_of(piece, values));
  }
  return is_path(use_) ? safe_path(text, use_) : text;
}

std::string Template::expand_url(TemplateValues const& values) const {
  std::string text;
  for (auto const& piece : pieces_)
    text += piece.value ? percent_encode(value_of(piece, values)) : piece.text;
  return text;
}

bool Template::uses(std::string_view name) const {
  return std::ranges::any_of(pieces_,
                             [&](auto const& piece) { return piece.value && piece.text == name; });
}

std::string Template::skeleton() const {
  std::string text;
  for (auto const& piece : pieces_) text += piece.value ? "x" : piece.text;
  return text;
}

}  // namespace snapcron
