#pragma once
// The words of the configuration: for each mapping a table of its keys, with what they take. The
// reader reads by these tables and `snapcron schema` prints them, so the two cannot differ.

#include "core/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

struct Table;
struct Kinds;

struct DurationLimits {
  Duration least = std::chrono::milliseconds{1};
  Duration most = std::chrono::hours{24 * 3650};
};

/// What a key takes.
struct ValueShape {
  enum class Kind {
    text,       // any scalar, as its text
    name,       // of an input, a relay, a rule, an id
    reference,  // to something with a name or a number
    flag,
    number,   // whole, from `least` to `most`
    degrees,  // from -`most` to `most`, with a fraction
    duration,
    offset,  // a duration that may have a sign
    size,
    word,  // one of `words`
    file_name,
    cron,
    window,  // "22:00-06:00"
    argv,
    nothing,
    map,       // of `table`
    numbered,  // a mapping from the numbers from 1 to `most` to mappings of `table`
    named,     // a mapping from names to mappings of `table`
    texts,     // a mapping from names to texts
    items,     // one or many of `kinds`, at least `least`
    list,      // of mappings of `table`
    any,
  };
  Kind kind = Kind::text;
  bool or_list = false;     // one of it, or a list
  bool or_nothing = false;  // `key:` and `key: true` do as well
  bool or_text = false;     // of a map: a text does as well
  unsigned least = 0;
  unsigned most = 0;
  DurationLimits limits{};
  std::vector<std::string> words{};
  Table const& (*table)() = nullptr;
  Kinds const& (*kinds)() = nullptr;
};

/// A key of a mapping.
struct Word {
  std::string key;
  ValueShape shape;
  std::string about;                    // a sentence for editors
  std::string unless_given{};           // the default, as it would be written
  std::vector<std::string> partners{};  // it needs one of these keys beside it
  bool required = false;
  bool later = false;  // reserved, and not built yet

  Word must() && {
    required = true;
    return std::move(*this);
  }
  Word with(std::vector<std::string> keys_beside) && {
    partners = std::move(keys_beside);
    return std::move(*this);
  }
  Word or_else(std::string text) && {
    unless_given = std::move(text);
    return std::move(*this);
  }
};

/// The keys of a mapping.
struct Table {
  std::string name;  // "trigger-input": of its definition in the schema
  std::string about;
  std::vector<Word> words;
  std::vector<std::string> one_of{};  // exactly one of these must be there

  /// Null when there is none.
  Word const* find(std::string_view key) const;
  std::vector<std::string> keys() const;
};

/// The kinds of triggers, conditions or actions: an item is a mapping of one of the tables, whose
/// first word names the kind.
struct Kinds {
  std::string what;  // "trigger"
  std::string example;
  std::vector<Table> tables;
  std::vector<std::string> built{}, later{};  // the first words

  Kinds(std::string what_, std::string example_, std::vector<Table> tables_);
  Table const& table(std::string_view kind) const;
};

// Each is made once.
Table const& site_words();
Table const& rules_file_words();
Table const& gpio_words();
Table const& input_words();
Table const& relay_words();
Table const& camera_words();
Table const& buffer_words();
Table const& test_pattern_words();
Table const& storage_words();
Table const& retention_words();
Table const& destination_words();
Table const& http_words();
Table const& tls_words();
Table const& location_words();
Table const& clock_words();
Table const& rule_words();
Table const& dst_words();
Table const& axis_script_words();
Kinds const& trigger_kinds();
Kinds const& awaited_kinds();  // of `wait_for`
Kinds const& condition_kinds();
Kinds const& action_kinds();

// Shapes, in the tables' own words.
namespace takes {
ValueShape of(ValueShape::Kind kind);
ValueShape number(unsigned least, unsigned most);
ValueShape duration(DurationLimits limits = {});
ValueShape word(std::vector<std::string> words);
ValueShape map(Table const& (*table)());
ValueShape items(Kinds const& (*kinds)(), unsigned least = 1);
ValueShape or_list(ValueShape shape);
ValueShape or_nothing(ValueShape shape);
ValueShape or_text(ValueShape shape);
inline constexpr DurationLimits a_day{.most = std::chrono::hours{24}};
}  // namespace takes

/// A word that is reserved.
Word later(std::string key, std::string about);

}  // namespace snapcron
