#include "core/cron_field.hpp"

#include "core/ascii.hpp"
#include "core/cron.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <optional>

namespace snapcron {
namespace {

constexpr std::string_view month_names = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
constexpr std::string_view weekday_names = "SUNMONTUEWEDTHUFRISAT";

struct Field {
  CronField which;
  unsigned first_name;  // the number of the first of `names`
  std::string_view name;
  unsigned least, most;
  std::string_view names;       // three letters each
  std::string_view characters;  // that may stand in the field, for messages
};
constexpr Field all_fields[] = {
    {CronField::second, 0, "second", 0, 59, {}, "digits, '*', ',', '-' and '/'"},
    {CronField::minute, 0, "minute", 0, 59, {}, "digits, '*', ',', '-' and '/'"},
    {CronField::hour, 0, "hour", 0, 23, {}, "digits, '*', ',', '-' and '/'"},
    {CronField::day, 0, "day", 1, 31, {}, "digits, '*', ',', '-', '/', 'L', 'W' and '?'"},
    {CronField::month, 1, "month", 1, 12, month_names, "digits, JAN-DEC, '*', ',', '-' and '/'"},
    {CronField::weekday, 0, "weekday", 0, 7, weekday_names,
     "digits, SUN-SAT, '*', ',', '-', '/', '#', 'L', '+' and '?'"},
    {CronField::year,
     0,
     "year",
     first_cron_year,
     last_cron_year,
     {},
     "digits, '*', ',', '-' and '/'"},
};
static_assert(last_cron_year - first_cron_year < 256);

/// Reads one field into the masks. Each mistake is told with its column and
/// with what would be right there.
class FieldReader {
 public:
  FieldReader(CronWord word, Field const& field, CronFields& out)
      : word_{word}, field_{field}, out_{out} {}

  void read() {
    if (field_.which == CronField::weekday && take('+')) out_.both = true;
    if (bool const any = rest() == "*" || (is_day_field() && rest() == "?"); any && is_day_field())
      (field_.which == CronField::day ? out_.any_day : out_.any_weekday) = true;
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
  bool is_day_field() const {
    return field_.which == CronField::day || field_.which == CronField::weekday;
  }
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
    if (field_.which == CronField::day && peek() == 'L') {
      read_last_day();
      return;
    }
    auto const low = read_value();
    if (field_.which == CronField::day && peek() == 'W') {
      nearest_ = item_;
      ++at_;
      out_.nearest_weekday = static_cast<std::uint8_t>(low);
      return;
    }
    if (field_.which == CronField::weekday && (peek() == 'L' || peek() == '#')) {
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
    if (field_.which == CronField::day && peek() == 'W')
      fail(item_, "a day with 'W' stands alone, without a range");
    if (low > high) {
      auto const range = word_.text.substr(item_, at_ - item_);
      bool const to_sunday = field_.which == CronField::weekday && high == 0;
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
    if (field_.which == CronField::year) {
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
      case CronField::second:
        out_.seconds |= values;
        break;
      case CronField::minute:
        out_.minutes |= values;
        break;
      case CronField::hour:
        out_.hours |= static_cast<std::uint32_t>(values);
        break;
      case CronField::day:
        out_.days |= static_cast<std::uint32_t>(values);
        break;
      case CronField::month:
        out_.months = static_cast<std::uint16_t>(out_.months | values);
        break;
      case CronField::weekday:  // 7 is Sunday, as 0 is
        out_.weekdays = static_cast<std::uint8_t>(out_.weekdays | (values & 0x7f) | values >> 7);
        break;
      case CronField::year:
        break;
    }
  }

  CronWord word_;
  Field const& field_;
  CronFields& out_;
  std::size_t at_ = 0;    // in the field's text
  std::size_t item_ = 0;  // where the present entry of the list begins
  unsigned items_ = 0;
  std::optional<std::size_t> nearest_;  // where an entry with W begins
};

}  // namespace

void read_cron_field(CronWord word, CronField field, CronFields& out) {
  FieldReader{word, all_fields[static_cast<std::size_t>(field)], out}.read();
}

}  // namespace snapcron
