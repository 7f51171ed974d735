// The texts of zone.hpp: RFC 3339 and strftime's letters, in English whatever the locale.

#include "core/printable.hpp"
#include "core/zone.hpp"

#include <array>
#include <optional>

namespace snapcron {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

template <class Number>
std::string digits(Number number, std::size_t width, char fill = '0') {
  auto text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), fill);
  return text;
}

std::string iso_date(Civil const& c) {
  return digits(c.year, 4) + "-" + digits(c.month, 2) + "-" + digits(c.day, 2);
}
std::string clock_time(Civil const& c, bool with_seconds) {
  auto const text = digits(c.hour, 2) + ":" + digits(c.minute, 2);
  return with_seconds ? text + ":" + digits(c.second, 2) : text;
}

/// "+01:00" or, with no separator, "+0100".
std::string offset_text(seconds offset, char const* separator) {
  auto const minutes = std::abs(offset.count()) / 60;
  return (offset.count() < 0 ? "-" : "+") + digits(minutes / 60, 2) + separator +
         digits(minutes % 60, 2);
}

/// Reads a text from left to right; after a mistake everything else fails too.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool complete() const { return !failed_ && rest_.empty(); }
  bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  int number(int width, int least, int most) {
    int value = 0;
    for (int i = 0; i < width; ++i) {
      if (!at_digit()) {
        fail();
        return least;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (value < least || value > most) fail();
    return value;
  }
  /// Takes the next character if it is one of these, else gives nothing.
  std::optional<char> take(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos)
      return std::nullopt;
    auto const c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void expect(std::string_view characters) {
    if (!take(characters)) fail();
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::int64_t read_fraction(Reader& in) {
  if (!in.take(".")) return 0;
  std::int64_t nanoseconds = 0;
  int width = 0;
  for (; in.at_digit() && width < 9; ++width) nanoseconds = nanoseconds * 10 + in.number(1, 0, 9);
  if (width == 0) in.fail();
  for (; width < 9; ++width) nanoseconds *= 10;
  return nanoseconds;
}

seconds read_offset(Reader& in) {
  if (in.take("Zz")) return {};
  auto const sign = in.take("+-");
  if (!sign) in.fail();
  seconds offset = std::chrono::hours{in.number(2, 0, 23)};
  in.expect(":");
  offset += std::chrono::minutes{in.number(2, 0, 59)};
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::string rfc3339(Instant at, Zone const& zone, int fraction) {
  auto const civil = zone.civil(at);
  auto text = iso_date(civil) + "T" + clock_time(civil, true);
  if (fraction > 0)
    text +=
        "." +
        digits((at - floor<seconds>(at)).count(), 9).substr(0, static_cast<std::size_t>(fraction));
  return text + offset_text(zone.offset(at), ":");
}

Result<Instant> parse_rfc3339(std::string_view text) {
  Reader in{text};
  int const year = in.number(4, 1678, 2261);  // what 64 bits of nanoseconds hold
  in.expect("-");
  auto const month = static_cast<unsigned>(in.number(2, 1, 12));
  in.expect("-");
  auto const day = static_cast<unsigned>(in.number(2, 1, 31));
  in.expect("Tt ");
  seconds time = std::chrono::hours{in.number(2, 0, 23)};
  in.expect(":");
  time += std::chrono::minutes{in.number(2, 0, 59)};
  in.expect(":");
  time += seconds{in.number(2, 0, 60)};  // 60: a leap second, which our time bases do not have
  auto const fraction = std::chrono::nanoseconds{read_fraction(in)};
  auto const offset = read_offset(in);
  year_month_day const date{std::chrono::year{year}, std::chrono::month{month},
                            std::chrono::day{day}};
  if (!in.complete() || !date.ok())
    return Error{
        Fault::invalid,
        "time " + quoted(text) + " is not RFC 3339: write for instance 2026-03-01T22:00:00+01:00"};
  return Instant{sys_days{date} + time - offset + fraction};
}

namespace {

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::string_view known_letters = "YmdHMSyjFTeabABuwpIZzs%";

unsigned day_of_year(Civil const& c) {
  std::chrono::year const year{c.year};
  auto const day = sys_days{year / std::chrono::month{c.month} / std::chrono::day{c.day}};
  return static_cast<unsigned>((day - sys_days{year / 1 / 1}).count()) + 1;
}

std::string formatted(char letter, Civil const& c, Instant at, Zone const& zone) {
  switch (letter) {
    case 'Y':
      return digits(c.year, 4);
    case 'y':
      return digits(c.year % 100, 2);
    case 'm':
      return digits(c.month, 2);
    case 'd':
      return digits(c.day, 2);
    case 'e':
      return digits(c.day, 2, ' ');
    case 'j':
      return digits(day_of_year(c), 3);
    case 'H':
      return digits(c.hour, 2);
    case 'I':
      return digits(c.hour % 12 == 0 ? 12 : c.hour % 12, 2);
    case 'p':
      return c.hour < 12 ? "AM" : "PM";
    case 'M':
      return digits(c.minute, 2);
    case 'S':
      return digits(c.second, 2);
    case 'F':
      return iso_date(c);
    case 'T':
      return clock_time(c, true);
    case 'A':
      return std::string{weekdays[c.weekday]};
    case 'a':
      return std::string{weekdays[c.weekday].substr(0, 3)};
    case 'B':
      return std::string{months[c.month - 1]};
    case 'b':
      return std::string{months[c.month - 1].substr(0, 3)};
    case 'u':
      return digits(c.weekday == 0 ? 7 : c.weekday, 1);
    case 'w':
      return digits(c.weekday, 1);
    case 'Z':
      return zone.abbreviation(at);
    case 'z':
      return offset_text(zone.offset(at), "");
    case 's':
      return std::to_string(floor<seconds>(at).time_since_epoch().count());
    default:
      return std::string(1, letter);  // '%'
  }
}

}  // namespace

std::string format_time(std::string_view format, Instant at, Zone const& zone) {
  auto const civil = zone.civil(at);
  std::string text;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size())
      text += formatted(format[++i], civil, at, zone);
    else
      text += format[i];
  }
  return text;
}

std::string check_time_format(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size())
      return "the time format " + quoted(format) +
             " ends with a lone '%' (write '%%' for a percent sign)";
    if (known_letters.find(format[i]) == std::string_view::npos)
      return "unknown letter " + quoted(format.substr(i - 1, 2)) + " in the time format " +
             quoted(format) +
             ": known are %Y %m %d %H %M %S %y %j %F %T %e %a %b %A %B %u %w %p %I %Z %z %s and %%";
  }
  return {};
}

}  // namespace snapcron
