// Reads a cron pattern. Each mistake is told with its column and with what would be right there.

#include "core/cron.hpp"
#include "core/diagnostic.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace snapcron {
namespace {

constexpr std::size_t longest_pattern = 1000;  // characters; a list of every minute has 169

constexpr std::string_view month_names = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
constexpr std::string_view weekday_names = "SUNMONTUEWEDTHUFRISAT";

enum class Which { second, minute, hour, day, month, weekday, year };

struct Field {
  Which which;
  unsigned first_name;  // the number of the first of `names`
  std::string_view name;
  unsigned least, most;
  std::string_view names;       // three letters each
  std::string_view characters;  // that may stand in the field, for messages
};
constexpr Field all_fields[] = {
    {Which::second, 0, "second", 0, 59, {}, "digits, '*', ',', '-' and '/'"},
    {Which::minute, 0, "minute", 0, 59, {}, "digits, '*', ',', '-' and '/'"},
    {Which::hour, 0, "hour", 0, 23, {}, "digits, '*', ',', '-' and '/'"},
    {Which::day, 0, "day", 1, 31, {}, "digits, '*', ',', '-', '/', 'L', 'W' and '?'"},
    {Which::month, 1, "month", 1, 12, month_names, "digits, JAN-DEC, '*', ',', '-' and '/'"},
    {Which::weekday, 0, "weekday", 0, 7, weekday_names,
     "digits, SUN-SAT, '*', ',', '-', '/', '#', 'L', '+' and '?'"},
    {Which::year, 0, "year", first_cron_year, last_cron_year, {}, "digits, '*', ',', '-' and '/'"},
};
static_assert(last_cron_year - first_cron_year < 256);

struct Nickname {
  std::string_view name, fields;
};
constexpr Nickname nicknames[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// One field's text and where it begins in the pattern.
struct Word {
  std::string_view text;
  std::size_t column;
};

/// The words of a pattern, as far as it may have any.
class Words {
 public:
  static constexpr std::size_t most = 7;

  explicit Words(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size() && count_ <= most;) {
      if (is_space(pattern[i])) {
        ++i;
        continue;
      }
      auto const begin = i;
      while (i < pattern.size() && !is_space(pattern[i])) ++i;
      words_[count_++] = {pattern.substr(begin, i - begin), begin};
    }
  }
  /// most + 1 when there are too many.
  std::span<Word const> all() const { return {words_.data(), count_}; }

 private:
  std::array<Word, most + 1> words_{};
  std::size_t count_ = 0;
};

/// Reads one field into the masks. Throws CronError, which Cron::parse catches.
class FieldReader {
 public:
  FieldReader(Word word, Field const& field, CronFields& out)
      : word_{word}, field_{field}, out_{out} {}

  void read() {
    if (field_.which == Which::weekday && take('+')) out_.both = true;
    if (bool const any = rest() == "*" || (is_day_field() && rest() == "?"); any && is_day_field())
      (field_.which == Which::day ? out_.any_day : out_.any_weekday) = true;
    if (is_day_field() && rest() == "?") {
      set_range(field_.least, field_.most, 1);
      return;
    }
    do {
      item_ = at_;
      read_item();
      ++items_;
      if (!at_end() && peek() != ',') unexpected();
    } while (take(','));
    if (nearest_ && items_ > 1)
      fail(*nearest_, "a day with 'W' stands alone, without a list: the " +
                          std::string{field_.name} + " has " + std::to_string(items_) + " entries");
  }

 private:
  bool is_day_field() const { return field_.which == Which::day || field_.which == Which::weekday; }
  bool at_end() const { return at_ == word_.text.size(); }
  char peek() const { return at_end() ? '\0' : word_.text[at_]; }
  std::string_view rest() const { return word_.text.substr(at_); }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void fail(std::size_t at, std::string text) const {
    throw CronError{word_.column + at, std::move(text)};
  }
  [[noreturn]] void unexpected() const {
    if (at_end())
      fail(at_,
           "a value is missing at the end of the " + std::string{field_.name} + ": " + allowed());
    std::string hint;
    if (peek() == 'l' || peek() == 'w')
      hint = " ('L' and 'W' are written in upper case)";
    else if (peek() == '+')
      hint = " ('+' stands only in front of the weekday)";
    else if (peek() == '?')
      hint = is_day_field() ? " ('?' stands alone)" : " ('?' stands only for a day or a weekday)";
    // A character, not a byte of one.
    auto const character = printable_characters(rest().substr(0, 4)).front();
    fail(at_, "unexpected '" + character + "' in the " + std::string{field_.name} + hint +
                  ": allowed are " + std::string{field_.characters});
  }
  [[noreturn]] void fail_step_without_range(unsigned low) const {
    auto const step = printable(rest().substr(0, 8));
    fail(at_, "a step" + in_field() + " needs a range or '*': write " + std::to_string(low) + "-" +
                  std::to_string(field_.most) + step + " or *" + step);
  }
  std::string in_field() const { return " in the " + std::string{field_.name}; }
  static std::string range_text(unsigned low, unsigned high) {
    return low == high ? std::to_string(low) : std::to_string(low) + "-" + std::to_string(high);
  }
  std::string allowed() const {
    auto text = "write " + std::to_string(field_.least) + "-" + std::to_string(field_.most);
    if (!field_.names.empty()) {
      text += " or " + std::string{field_.names.substr(0, 3)} + "-";
      text += field_.names.substr(field_.names.size() - 3);
    }
    return text;
  }

  void read_item() {
    if (take('*')) {
      set_range(field_.least, field_.most, read_step());
      return;
    }
    if (field_.which == Which::day && peek() == 'L') {
      read_last_day();
      return;
    }
    auto const low = read_value();
    if (field_.which == Which::day && peek() == 'W') {
      nearest_ = item_;
      ++at_;
      out_.nearest_weekday = static_cast<std::uint8_t>(low);
      return;
    }
    if (field_.which == Which::weekday && (peek() == 'L' || peek() == '#')) {
      read_nth(low % 7);
      return;
    }
    if (!take('-')) {
      if (peek() == '/') fail_step_without_range(low);
      set_range(low, low, 1);
      return;
    }
    auto const high_begin = at_;
    auto const high = read_value();
    if (field_.which == Which::day && peek() == 'W')
      fail(item_, "a day with 'W' stands alone, without a range");
    if (low > high) {
      auto const range = word_.text.substr(item_, at_ - item_);
      bool const to_sunday = field_.which == Which::weekday && high == 0;
      fail(high_begin, "the range " + std::string{range} + in_field() + " goes backwards: " +
                           (to_sunday ? "at the end of a range, write Sunday as 7"
                                      : "write " + range_text(low, field_.most) + "," +
                                            range_text(field_.least, high)));
    }
    set_range(low, high, read_step());
  }

  /// "L", "L-3", "LW".
  void read_last_day() {
    ++at_;
    if (take('W')) {
      nearest_ = item_;
      out_.nearest_weekday = CronFields::last_weekday_of_month;
      return;
    }
    unsigned before = 0;
    if (take('-')) {
      auto const begin = at_;
      before = read_number();
      if (before < 1 || before > 30)
        fail(begin, "L-" + std::to_string(before) + in_field() + " is not in L-1 to L-30");
    }
    out_.days_before_last |= 1u << before;
  }

  /// "5L", "5#L", "5#2".
  void read_nth(unsigned weekday) {
    auto const bit = static_cast<std::uint8_t>(1u << weekday);
    if (take('L')) {
      out_.last_weekdays |= bit;
      return;
    }
    ++at_;
    if (take('L')) {
      out_.last_weekdays |= bit;
      return;
    }
    auto const begin = at_;
    if (!is_digit(peek())) fail(at_, "after '#'" + in_field() + " comes 1-5 or L");
    auto const n = read_number();
    if (n < 1 || n > 5)
      fail(begin,
           "#" + std::to_string(n) + in_field() + " is not in #1 to #5: a month has at most five");
    out_.nth_weekdays[n - 1] |= bit;
  }

  unsigned read_step() {
    if (!take('/')) return 1;
    auto const begin = at_;
    if (!is_digit(peek())) fail(at_, "after '/'" + in_field() + " comes the step, a number from 1");
    auto const step = read_number();
    if (step == 0)
      fail(begin, "a step of 0" + in_field() + " leads nowhere: write a number from 1");
    return step;
  }

  /// Numbers that are too large for every field stay so.
  unsigned read_number() {
    if (!is_digit(peek())) unexpected();
    unsigned number = 0;
    for (; is_digit(peek()); ++at_)
      number = std::min(number * 10 + static_cast<unsigned>(peek() - '0'), 1'000'000u);
    return number;
  }

  unsigned read_value() {
    auto const begin = at_;
    if (is_letter(peek()) && !field_.names.empty()) return read_name();
    if (!is_digit(peek())) {
      bool const missing = at_end() || peek() == ',' || peek() == '-' || peek() == '/';
      if (missing && !at_end())
        fail(at_, "a value is missing before '" + std::string(1, peek()) + "' in the " +
                      std::string{field_.name} + ": " + allowed());
      unexpected();
    }
    auto const number = read_number();
    if (number < field_.least || number > field_.most) {
      auto const digits = word_.text.substr(begin, std::min<std::size_t>(at_ - begin, 20));
      fail(begin, std::string{field_.name} + " " + std::string{digits} + " is not in " +
                      std::to_string(field_.least) + "-" + std::to_string(field_.most));
    }
    return number;
  }

  unsigned read_name() {
    auto const begin = at_;
    while (is_letter(peek())) ++at_;
    auto const name = word_.text.substr(begin, at_ - begin);
    for (std::size_t i = 0; i < field_.names.size(); i += 3) {
      auto const same = [](char a, char b) { return (a & ~0x20) == b; };
      if (std::ranges::equal(name, field_.names.substr(i, 3), same))
        return field_.first_name + static_cast<unsigned>(i / 3);
    }
    fail(begin, quoted(name) + " is no " + std::string{field_.name} + ": " + allowed());
  }

  void set_range(unsigned low, unsigned high, unsigned step) {
    if (field_.which == Which::year) {
      for (unsigned year = low; year <= high; year += step) {
        auto const bit = year - static_cast<unsigned>(first_cron_year);
        out_.years[bit / 64] |= 1ull << (bit % 64);
      }
      return;
    }
    std::uint64_t values = 0;
    if (step == 1)
      values = (2ull << high) - (1ull << low);
    else
      for (unsigned value = low; value <= high; value += step) values |= 1ull << value;
    set(values);
  }

  void set(std::uint64_t values) {
    switch (field_.which) {
      case Which::second:
        out_.seconds |= values;
        break;
      case Which::minute:
        out_.minutes |= values;
        break;
      case Which::hour:
        out_.hours |= static_cast<std::uint32_t>(values);
        break;
      case Which::day:
        out_.days |= static_cast<std::uint32_t>(values);
        break;
      case Which::month:
        out_.months = static_cast<std::uint16_t>(out_.months | values);
        break;
      case Which::weekday:  // 7 is Sunday, as 0 is
        out_.weekdays = static_cast<std::uint8_t>(out_.weekdays | (values & 0x7f) | values >> 7);
        break;
      case Which::year:
        break;
    }
  }

  Word word_;
  Field const& field_;
  CronFields& out_;
  std::size_t at_ = 0;    // in the field's text
  std::size_t item_ = 0;  // where the present entry of the list begins
  unsigned items_ = 0;
  std::optional<std::size_t> nearest_;  // where an entry with W begins
};

[[noreturn]] void fail_nickname(Word word) {
  std::vector<std::string> known{"@reboot"};
  for (auto const& nickname : nicknames) {
    known.emplace_back(nickname.name);
    if (nickname.name == word.text)
      throw CronError{word.column, quoted(word.text) + " stands alone, without fields"};
  }
  if (word.text == "@reboot")
    throw CronError{word.column, "'@reboot' stands alone, without fields"};
  auto text = "unknown nickname " + quoted(word.text);
  if (auto const nearest = nearest_word(word.text, known))
    text += " (did you mean '" + *nearest + "'?)";
  else
    text +=
        ": known are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and @reboot";
  throw CronError{word.column, text};
}

CronFields read_fields(std::span<Word const> words, std::size_t end) {
  if (words.size() < 5)
    throw CronError{
        end,
        std::to_string(words.size()) + (words.size() == 1 ? " field" : " fields") +
            ": a pattern has five (minute hour day month weekday), six (second first) or seven "
            "(year last)"};
  if (words.size() > Words::most)
    throw CronError{
        words[Words::most].column,
        "a pattern has at most seven fields (second minute hour day month weekday year)"};
  std::span<Field const> fields{all_fields};
  fields = fields.subspan(words.size() == 5 ? 1 : 0, words.size());

  CronFields out;
  if (words.size() >= 6) out.seconds = 0;
  if (words.size() == 7) out.years = {};
  for (std::size_t i = 0; i < words.size(); ++i) {
    FieldReader{words[i], fields[i], out}.read();
    bool const time = fields[i].which == Which::minute || fields[i].which == Which::hour;
    if (time && words[i].text.starts_with('*')) out.interval = true;
  }
  bool const every_year = words.size() < 7 || words[6].text == "*";
  bool const plain_weekdays =
      out.last_weekdays == 0 && std::ranges::count(out.nth_weekdays, 0) == 5;
  out.weekly = out.any_day && plain_weekdays && out.months == 0x1ffe && every_year;
  return out;
}

}  // namespace

boost::system::result<Cron, CronError> Cron::parse(std::string_view pattern) {
  Cron cron;
  try {
    if (pattern.size() > longest_pattern)
      throw CronError{longest_pattern,
                      "a pattern has at most " + std::to_string(longest_pattern) + " characters"};
    Words const split{pattern};
    auto const words = split.all();
    if (words.empty()) throw CronError{0, "the pattern is empty: write for instance */10 * * * *"};
    auto end = pattern.size();
    while (is_space(pattern[end - 1])) --end;
    cron.text_ = pattern.substr(words[0].column, end - words[0].column);
    if (words[0].text.starts_with('@')) {
      auto const* const nickname = std::ranges::find(nicknames, words[0].text, &Nickname::name);
      if (words.size() == 1 && nickname != std::end(nicknames))
        cron.fields_ = read_fields(Words{nickname->fields}.all(), 0);
      else if (words.size() == 1 && words[0].text == "@reboot")
        cron.reboot_ = true;
      else
        fail_nickname(words[0]);
    } else {
      cron.fields_ = read_fields(words, end);
    }
  } catch (CronError const& error) {
    return error;
  }
  return cron;
}

}  // namespace snapcron
