#include "config/context.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace snapcron {
namespace {

constexpr std::size_t longest_name = 64;  // bytes
constexpr std::size_t most_keys = 200;    // of a mapping in which the nearest words are looked for

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// "'count' or 'gap'"
std::string alternatives(std::vector<std::string> const& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + snapcron::quoted(words[i]);
  return text;
}

/// The scalar's node, or null with the error told.
bool is_scalar(Context const& context, Value const& value, char const* what) {
  std::string const name = snapcron::quoted(value.name);
  switch (value.node->kind) {
    case YamlNode::Kind::scalar:
      return true;
    case YamlNode::Kind::null:
      context.error(value.at(), name + " has no value");
      break;
    case YamlNode::Kind::sequence:
      context.error(value.at(), name + " must be " + what + ", not a list");
      break;
    case YamlNode::Kind::map:
      context.error(value.at(), name + " must be " + what + ", not a mapping");
      break;
  }
  return false;
}

/// "'rising', 'falling' or 'both'"
std::string alternatives(std::span<std::string const> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += "'" + words[i] + "'";
  }
  return text;
}

}  // namespace

void Context::error(Position at, std::string message, std::string suggestion) const {
  ++errors_;
  diagnostics_->push_back(source_->diagnostic(Diagnostic::Severity::error, at, std::move(message),
                                              std::move(suggestion)));
}
void Context::warning(Position at, std::string message) const {
  diagnostics_->push_back(
      source_->diagnostic(Diagnostic::Severity::warning, at, std::move(message)));
}
void Context::not_built(Position at, std::string_view word) const {
  error(at, snapcron::quoted(word) + " is not built yet");
}

std::optional<unsigned> plain_number(std::string_view text) {
  if (!is_digits(text) || text.size() > 9 || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  unsigned number = 0;
  for (char const c : text) number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

std::string suggest(std::string_view word, std::span<std::string const> known) {
  if (auto near = nearest_word(word, known)) return *near;
  // Other worlds' words for ours.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 21> same{
      {{"on", "high"},       {"off", "low"},     {"high", "on"},   {"low", "off"},
       {"true", "on"},       {"false", "off"},   {"1", "on"},      {"0", "off"},
       {"1", "high"},        {"0", "low"},       {"true", "high"}, {"false", "low"},
       {"yes", "true"},      {"no", "false"},    {"on", "true"},   {"off", "false"},
       {"wait", "delay"},    {"command", "run"}, {"shell", "run"}, {"interval", "every"},
       {"photo", "snapshot"}}};
  for (auto const& [theirs, ours] : same)
    if (theirs == word && std::ranges::find(known, ours) != known.end()) return std::string{ours};
  // A beginning of one of ours, or the other way round: "friday", "password".
  for (auto const& candidate : known) {
    auto const shorter = std::min(word.size(), candidate.size());
    if (shorter >= 3 && word.substr(0, shorter) == candidate.substr(0, shorter)) return candidate;
  }
  return {};
}

std::optional<std::string> read_text(Context const& context, Value const& value, char const* what) {
  if (!is_scalar(context, value, what)) return std::nullopt;
  return value.text();
}

std::optional<bool> read_bool(Context const& context, Value const& value) {
  if (!is_scalar(context, value, "true or false")) return std::nullopt;
  // The three spellings of YAML's core schema; yes, no, on and off are no longer in it.
  static std::array<std::string, 3> const yes{"true", "True", "TRUE"},
      no{"false", "False", "FALSE"};
  if (!value.node->quoted && std::ranges::find(yes, value.text()) != yes.end()) return true;
  if (!value.node->quoted && std::ranges::find(no, value.text()) != no.end()) return false;
  static std::array<std::string, 2> const known{"true", "false"};
  bool const only_quoted = std::ranges::find(known, value.text()) != known.end();
  context.error(value.at(),
                snapcron::quoted(value.name) + " must be true or false" +
                    (only_quoted ? " without quotes" : ", not " + snapcron::quoted(value.text())),
                only_quoted ? std::string{} : suggest(value.text(), known));
  return std::nullopt;
}

std::optional<unsigned> read_number(Context const& context, Value const& value, unsigned least,
                                    unsigned most) {
  if (!is_scalar(context, value, "a number")) return std::nullopt;
  auto const number = value.node->quoted ? std::nullopt : plain_number(value.text());
  if (number && *number >= least && *number <= most) return number;
  context.error(value.at(), snapcron::quoted(value.name) + " must be a number from " +
                                std::to_string(least) + " to " + std::to_string(most) + ", not " +
                                (value.node->quoted ? "the text " : "") +
                                snapcron::quoted(value.text()));
  return std::nullopt;
}

std::optional<Duration> read_duration(Context const& context, Value const& value,
                                      DurationLimits limits) {
  if (!is_scalar(context, value, "a duration such as 500ms or 2s")) return std::nullopt;
  auto const duration = parse_duration(value.text());
  if (!duration) {
    context.error(value.at(), duration.error().text);
    return std::nullopt;
  }
  auto const name = snapcron::quoted(value.name);
  if (*duration < limits.least) {
    context.error(
        value.at(),
        *duration == Duration::zero() && limits.least <= std::chrono::milliseconds{1}
            ? name + " must be longer than 0"
            : name + " must be at least " + to_text(limits.least) + ", not " + value.text());
    return std::nullopt;
  }
  if (*duration > limits.most) {
    context.error(value.at(),
                  name + " must be at most " + to_text(limits.most) + ", not " + value.text());
    return std::nullopt;
  }
  return *duration;
}

std::optional<std::uint64_t> read_size(Context const& context, Value const& value,
                                       std::uint64_t most) {
  if (!is_scalar(context, value, "a size such as 500KB or 4MB")) return std::nullopt;
  auto const size = parse_size(value.text());
  if (!size) {
    context.error(value.at(), size.error().text);
    return std::nullopt;
  }
  if (*size == 0 || *size > most) {
    context.error(value.at(), snapcron::quoted(value.name) + " must be from 1B to " +
                                  std::to_string(most / 1'000'000) + "MB, not " + value.text());
    return std::nullopt;
  }
  return *size;
}

std::optional<Duration> read_offset(Context const& context, Value const& value) {
  if (!is_scalar(context, value, "a duration such as 30m or -1h30m")) return std::nullopt;
  std::string_view text{value.text()};
  bool const earlier = text.starts_with('-');
  if (earlier || text.starts_with('+')) text.remove_prefix(1);
  auto const duration = parse_duration(text);
  if (!duration) {
    context.error(value.at(), duration.error().text);
    return std::nullopt;
  }
  if (*duration > takes::a_day.most) {
    context.error(value.at(), snapcron::quoted(value.name) + " must be at most " +
                                  to_text(takes::a_day.most) + ", not " + value.text());
    return std::nullopt;
  }
  return earlier ? -*duration : *duration;
}

std::optional<double> read_degrees(Context const& context, Value const& value, unsigned most) {
  if (!is_scalar(context, value, "a number such as 59.33")) return std::nullopt;
  std::string_view text{value.text()};
  if (text.starts_with('-')) text.remove_prefix(1);
  auto const point = text.find('.');
  auto const whole = plain_number(text.substr(0, point));
  auto const fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
  if (whole && is_digits(fraction) && fraction.size() <= 15 && !value.node->quoted) {
    double degrees = 0;
    for (auto digit = fraction.rbegin(); digit != fraction.rend(); ++digit)
      degrees = (degrees + (*digit - '0')) / 10;
    degrees += *whole;
    if (degrees <= most) return value.text().starts_with('-') ? -degrees : degrees;
  }
  auto const limit = std::to_string(most);
  context.error(value.at(), snapcron::quoted(value.name) + " must be degrees from -" + limit +
                                " to " + limit + ", such as 18.06, not " +
                                (value.node->quoted ? "the text " : "") +
                                snapcron::quoted(value.text()));
  return std::nullopt;
}

std::vector<Value> values_of(YamlEntry const& entry) {
  if (entry.value.kind != YamlNode::Kind::sequence) return {entry};
  std::vector<Value> values;
  for (auto const& item : entry.value.items) values.emplace_back(entry.key, item);
  return values;
}

bool is_nothing(YamlNode const& node) {
  return node.kind == YamlNode::Kind::null ||
         (node.kind == YamlNode::Kind::scalar && node.text == "true");
}

std::optional<std::size_t> read_word(Context const& context, Value const& value,
                                     std::span<std::string const> words) {
  auto const allowed = alternatives(words);
  if (!is_scalar(context, value, allowed.c_str())) return std::nullopt;
  std::string_view const text{value.text()};
  if (auto const found = std::ranges::find(words, text); found != words.end())
    return static_cast<std::size_t>(found - words.begin());
  context.error(
      value.at(),
      snapcron::quoted(value.name) + " must be " + allowed + ", not " + snapcron::quoted(text),
      suggest(text, words));
  return std::nullopt;
}

bool check_name(Context const& context, Position at, std::string_view name, std::string_view what) {
  std::string const begin = std::string{what} + " name " + snapcron::quoted(name) + " ";
  auto const wrong = [&](std::string const& why) {
    context.error(at, begin + why);
    return false;
  };
  if (name.empty()) return wrong("is empty");
  if (name.size() > longest_name)
    return wrong("is longer than " + std::to_string(longest_name) + " bytes");
  if (is_digits(name)) return wrong("is digits only: it would be taken for a number");
  if (name.find('/') != std::string_view::npos) return wrong("may not hold a '/'");
  if (printable(name) != name) return wrong("may not hold control characters");
  if (name.front() == ' ' || name.back() == ' ') return wrong("begins or ends with a space");
  return true;
}

std::optional<std::string> read_name(Context const& context, Value const& value) {
  if (!is_scalar(context, value, "a text")) return std::nullopt;
  // The key of a name is always `name`; what has it is said by the line that is shown.
  if (!check_name(context, value.at(), value.text(), "the")) return std::nullopt;
  return value.text();
}

std::optional<std::vector<YamlNode const*>> read_argv(Context const& context, Value const& value) {
  auto const name = snapcron::quoted(value.name);
  auto const form = std::string{value.name} + ": [/usr/bin/program, \"first argument\"]";
  switch (value.node->kind) {
    case YamlNode::Kind::null:
      context.error(value.at(), name + " has no value");
      return {};
    case YamlNode::Kind::scalar:
      context.error(value.at(), name + " must be a list, since no shell splits a text: " + form);
      return {};
    case YamlNode::Kind::map:
      context.error(value.at(), name + " must be a list, not a mapping: " + form);
      return {};
    case YamlNode::Kind::sequence:
      break;
  }
  if (value.node->items.empty()) {
    context.error(value.at(), name + " is empty: " + form);
    return {};
  }
  std::vector<YamlNode const*> argv;
  for (auto const& item : value.node->items) {
    if (item.kind == YamlNode::Kind::null)
      context.error(item.at, "an argument is missing here (write '' for an empty one)");
    else if (item.kind != YamlNode::Kind::scalar)
      context.error(item.at, "an argument must be a text, not a list or a mapping");
    else
      argv.push_back(&item);
  }
  if (argv.size() != value.node->items.size()) return {};
  auto const& program = argv.front()->text;
  if (program.find_first_of("{}") != std::string::npos)
    context.error(argv.front()->at,
                  "the program must be literal: a '{' or '}' may stand in its arguments only");
  else if (program.empty() || program.ends_with('/') ||
           (program.front() != '/' && program.find('/') != std::string::npos))
    context.error(argv.front()->at, "the program must be an absolute path or a plain name, not " +
                                        snapcron::quoted(program));
  else
    return argv;
  return {};
}

YamlNode const* read_map(Context const& context, Value const& value, std::string_view example) {
  if (value.node->kind == YamlNode::Kind::map) return value.node;
  context.error(value.at(), snapcron::quoted(value.name) + " must be a mapping such as " +
                                std::string{example});
  return nullptr;
}

Word const& MapReader::expect(std::string_view key) {
  auto const* word = table_.find(key);
  assert(word != nullptr && !word->later);
  taken_.emplace_back(word->key);
  return *word;
}

YamlEntry const* MapReader::take(std::string_view key) {
  [[maybe_unused]] auto const& word = expect(key);
  assert(!word.required);
  return map_.find(key);
}

YamlEntry const* MapReader::require(std::string_view key, std::string_view how_to_mend) {
  [[maybe_unused]] auto const& word = expect(key);
  assert(word.required || std::ranges::find(table_.one_of, key) != table_.one_of.end());
  auto const* entry = map_.find(key);
  // A misspelt key is told by finish(), with this one for a suggestion.
  std::array<std::string, 1> const wanted{std::string{key}};
  bool const misspelt =
      map_.entries.size() <= most_keys && std::ranges::any_of(map_.entries, [&](auto const& e) {
        return table_.find(e.key) == nullptr && nearest_word(e.key, wanted).has_value();
      });
  if (entry == nullptr && !misspelt)
    context_.error(at_, what_ + " has no " + snapcron::quoted(key) +
                            (how_to_mend.empty() ? "" : ": ") + std::string{how_to_mend});
  return entry;
}

std::optional<std::string> MapReader::text(std::string_view key, char const* what) {
  auto const* entry = take(key);
  return entry != nullptr ? read_text(context_, *entry, what) : std::nullopt;
}
std::optional<std::string> MapReader::name(std::string_view key) {
  auto const* entry = take(key);
  return entry != nullptr ? read_name(context_, *entry) : std::nullopt;
}
std::optional<bool> MapReader::flag(std::string_view key) {
  auto const* entry = take(key);
  return entry != nullptr ? read_bool(context_, *entry) : std::nullopt;
}
std::optional<unsigned> MapReader::number(std::string_view key) {
  auto const& shape = expect(key).shape;
  auto const* entry = map_.find(key);
  return entry != nullptr ? read_number(context_, *entry, shape.least, shape.most) : std::nullopt;
}
std::optional<Duration> MapReader::duration(std::string_view key) {
  auto const& shape = expect(key).shape;
  auto const* entry = map_.find(key);
  return entry != nullptr ? read_duration(context_, *entry, shape.limits) : std::nullopt;
}
std::optional<std::size_t> MapReader::word(std::string_view key) {
  auto const& shape = expect(key).shape;
  auto const* entry = map_.find(key);
  return entry != nullptr ? read_word(context_, *entry, shape.words) : std::nullopt;
}

void MapReader::finish() const {
  for ([[maybe_unused]] auto const& word : table_.words)
    assert(word.later || std::ranges::find(taken_, word.key) != taken_.end());
  for (auto const& entry : map_.entries) {
    if (auto const* word = table_.find(entry.key)) {
      if (word->later)
        context_.not_built(entry.at, word->key);
      else if (!word->partners.empty() &&
               std::ranges::none_of(word->partners, [this](auto const& key) { return has(key); }))
        context_.error(entry.at, snapcron::quoted(word->key) + " needs a " +
                                     alternatives(word->partners) + " beside it");
      continue;
    }
    if (elsewhere_ != nullptr && elsewhere_->find(entry.key) != nullptr) {
      context_.error(entry.at, snapcron::quoted(entry.key) + " " + why_elsewhere_);
      continue;
    }
    bool const no_space = entry.key.find(':') != std::string::npos;
    context_.error(entry.at,
                   "unknown key " + snapcron::quoted(entry.key) + " in " + what_ +
                       (no_space ? ": is a space missing after the ':'?" : ""),
                   no_space || map_.entries.size() > most_keys || !context_.worth_a_suggestion()
                       ? std::string{}
                       : suggest(entry.key, table_.keys()));
  }
}

}  // namespace snapcron
