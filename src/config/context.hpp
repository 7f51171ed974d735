#pragma once
// A file while it is being read, and how values are taken out of its tree: each mistake goes to the
// file's diagnostics, and the reading goes on, so that all of them are told at once.

#include "config/source.hpp"
#include "config/words.hpp"
#include "config/yaml.hpp"
#include "core/diagnostic.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// Where the mistakes of one file go.
class Context {
 public:
  Context(Source const& source, std::vector<Diagnostic>& diagnostics)
      : source_{&source}, diagnostics_{&diagnostics} {}

  void error(Position at, std::string message, std::string suggestion = {}) const;
  void warning(Position at, std::string message) const;
  /// "'sun' is not built yet"
  void not_built(Position at, std::string_view word) const;

  Source const& source() const { return *source_; }
  std::size_t errors() const { return errors_; }
  /// After a thousand mistakes nobody reads suggestions, and looking for them would take long.
  bool worth_a_suggestion() const { return errors_ < 1000; }

 private:
  mutable std::size_t errors_ = 0;
  Source const* source_;
  std::vector<Diagnostic>* diagnostics_;
};

/// A value and what to call it in messages: an entry of a mapping by its key, an item of a list by
/// the list's.
struct Value {
  std::string_view name;
  YamlNode const* node = nullptr;
  Value(YamlEntry const& entry)
      : name{entry.key}, node{&entry.value} {}  // NOLINT: meant to convert
  Value(std::string_view n, YamlNode const& item) : name{n}, node{&item} {}
  Position at() const { return node->at; }
  std::string const& text() const { return node->text; }
};

// Each tells its mistake and returns nothing when the value is not what is wanted.
std::optional<std::string> read_text(Context const&, Value const&, char const* what = "a text");
std::optional<bool> read_bool(Context const&, Value const&);
std::optional<unsigned> read_number(Context const&, Value const&, unsigned least, unsigned most);
std::optional<Duration> read_duration(Context const&, Value const&, DurationLimits limits = {});
std::optional<std::uint64_t> read_size(Context const&, Value const&, std::uint64_t most);
/// The same with a sign in front, '-' or '+'.
std::optional<Duration> read_offset(Context const&, Value const&);
/// A number with a fraction from -`most` to `most`.
std::optional<double> read_degrees(Context const&, Value const&, unsigned most);
/// The index of the value in `words`.
std::optional<std::size_t> read_word(Context const&, Value const&,
                                     std::span<std::string const> words);
/// One value, or those of a list.
std::vector<Value> values_of(YamlEntry const& entry);
/// Whether the value is left out, as in `startup:`, or true.
bool is_nothing(YamlNode const&);
/// A name of an input, a relay, a camera or a rule: printable, without '/', not digits only, at
/// most 64 bytes.
std::optional<std::string> read_name(Context const&, Value const&);
/// The same for a text that stands at `at`; `what` is "camera".
bool check_name(Context const&, Position at, std::string_view name, std::string_view what);
/// An argv list: a program (an absolute path or a plain name) and its arguments, none of them
/// missing.
std::optional<std::vector<YamlNode const*>> read_argv(Context const&, Value const&);
/// A mapping, or nothing with the error told; `example` completes "must be a mapping such as ...".
YamlNode const* read_map(Context const&, Value const&, std::string_view example);

/// A decimal number without leading zeros, of at most nine digits.
std::optional<unsigned> plain_number(std::string_view text);
/// The nearest of `known`, also for words that mean the same ("high" for "on"); empty when none is
/// near.
std::string suggest(std::string_view word, std::span<std::string const> known);

/// A mapping whose keys are taken one by one, as its table has them; what is not in the table is
/// unknown. Taking a key that the table has not, or not taking one that it has, is our mistake.
class MapReader {
 public:
  /// `what` names the mapping in messages ("input 1"), `at` is where a missing key is told.
  MapReader(Context const& context, YamlNode const& map, Table const& table, std::string what,
            Position at)
      : context_{context}, map_{map}, table_{table}, what_{std::move(what)}, at_{at} {}

  YamlEntry const* take(std::string_view key);
  /// The same of a key that must be there: "input 1 has no 'line'".
  YamlEntry const* require(std::string_view key, std::string_view how_to_mend = {});
  // Takes a key and reads its value as the table says. Nothing when it is not there or wrong.
  std::optional<std::string> text(std::string_view key, char const* what = "a text");
  std::optional<std::string> name(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  std::optional<unsigned> number(std::string_view key);
  std::optional<Duration> duration(std::string_view key);
  std::optional<std::size_t> word(std::string_view key);

  /// Keys of another table are known as well, and here they are wrong: "'http' WHY".
  void elsewhere(Table const& table, std::string why) {
    elsewhere_ = &table;
    why_elsewhere_ = std::move(why);
  }
  bool has(std::string_view key) const { return map_.find(key) != nullptr; }
  /// Tells the keys that are unknown, not built yet or without their partner. Call it when
  /// everything has been taken.
  void finish() const;

  Context const& context() const { return context_; }
  std::string const& what() const { return what_; }
  Position at() const { return at_; }

 private:
  Word const& expect(std::string_view key);

  Context const& context_;
  YamlNode const& map_;
  Table const& table_;
  std::string what_;
  Position at_;
  std::vector<std::string_view> taken_;
  Table const* elsewhere_ = nullptr;
  std::string why_elsewhere_;
};

}  // namespace snapcron
