#pragma once
// What a cron pattern means, said slowly and plainly: no masks, no shortcuts, every second or
// minute in turn. For patterns that Cron::parse has accepted.

#include "core/cron.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace snapcron {

class CronOracle {
 public:
  explicit CronOracle(std::string pattern) {
    static std::map<std::string, std::string> const nicknames{
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
        {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
        {"@hourly", "0 * * * *"}, {"@reboot", "0 0 31 2 *"}};
    if (auto const found = nicknames.find(pattern); found != nicknames.end())
      pattern = found->second;
    std::istringstream in{pattern};
    for (std::string word; in >> word;) words_.push_back(word);
    if (words_.size() == 5) words_.insert(words_.begin(), "0");
    if (words_.size() == 6) words_.push_back("*");
  }

  bool is_interval() const { return words_[1][0] == '*' || words_[2][0] == '*'; }
  bool has_seconds() const { return words_[0] != "0"; }

  bool matches(Civil const& c) const {
    return c.year >= 1970 && c.year <= 2199 && in_field(0, c.second, 0, 59) &&
           in_field(1, c.minute, 0, 59) && in_field(2, c.hour, 0, 23) && matches_day(c) &&
           in_field(4, c.month, 1, 12) && in_field(6, static_cast<unsigned>(c.year), 1970, 2199);
  }

 private:
  static std::vector<std::string> entries(std::string const& word) {
    std::vector<std::string> all;
    std::istringstream in{word};
    for (std::string entry; std::getline(in, entry, ',');) all.push_back(entry);
    return all;
  }

  static unsigned number(std::string text) {
    static std::vector<std::string> const names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT",
                                                "",    "JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    auto const found = static_cast<unsigned>(std::ranges::find(names, text) - names.begin());
    if (found < 7) return found;
    if (found < names.size()) return found - 7;
    return static_cast<unsigned>(std::min(std::strtoul(text.c_str(), nullptr, 10), 1'000'000ul));
  }

  /// "*", "5", "1-7", "*/2", "1-7/2".
  static bool in_range(std::string entry, unsigned value, unsigned least, unsigned most) {
    unsigned step = 1;
    if (auto const slash = entry.find('/'); slash != std::string::npos) {
      step = number(entry.substr(slash + 1));
      entry.resize(slash);
    }
    unsigned low = least, high = most;
    if (entry != "*") {
      auto const dash = entry.find('-');
      low = number(entry.substr(0, dash));
      high = dash == std::string::npos ? low : number(entry.substr(dash + 1));
    }
    return value >= low && value <= high && (value - low) % step == 0;
  }

  bool in_field(std::size_t field, unsigned value, unsigned least, unsigned most) const {
    return std::ranges::any_of(entries(words_[field]), [&](std::string const& entry) {
      return in_range(entry, value, least, most);
    });
  }

  static unsigned length_of_month(Civil const& c) {
    auto const month = std::chrono::year{c.year} / std::chrono::month{c.month};
    return unsigned{(month / std::chrono::last).day()};
  }
  /// Is `c` the working day nearest to day `wanted` of its month? By trying the distances in turn.
  static bool is_nearest_workday(Civil const& c, int wanted) {
    int const length = static_cast<int>(length_of_month(c)), today = static_cast<int>(c.day);
    if (wanted > length) return false;
    for (int const distance : {0, -1, 1, -2, 2}) {
      int const day = wanted + distance;
      int const weekday = (static_cast<int>(c.weekday) + day - today + 70) % 7;
      if (day >= 1 && day <= length && weekday >= 1 && weekday <= 5) return day == today;
    }
    return false;
  }

  static bool is_on_day(std::string const& entry, Civil const& c) {
    auto const length = length_of_month(c);
    if (entry == "L") return c.day == length;
    if (entry == "LW") return is_nearest_workday(c, static_cast<int>(length));
    if (entry.starts_with("L-")) return c.day + number(entry.substr(2)) == length;
    if (entry.ends_with('W'))
      return is_nearest_workday(c, static_cast<int>(number(entry.substr(0, entry.size() - 1))));
    return in_range(entry, c.day, 1, 31);
  }

  static bool is_on_weekday(std::string const& entry, Civil const& c) {
    bool const last = c.day + 7 > length_of_month(c);
    auto const is = [&](std::string const& weekday) { return number(weekday) % 7 == c.weekday; };
    if (auto const hash = entry.find('#'); hash != std::string::npos) {
      auto const which = entry.substr(hash + 1);
      return is(entry.substr(0, hash)) && (which == "L" ? last : (c.day + 6) / 7 == number(which));
    }
    if (entry.ends_with('L')) return is(entry.substr(0, entry.size() - 1)) && last;
    return in_range(entry, c.weekday, 0, 7) || (c.weekday == 0 && in_range(entry, 7, 0, 7));
  }

  bool matches_day(Civil const& c) const {
    auto weekday = words_[5];
    bool const both = weekday.starts_with('+');
    if (both) weekday.erase(0, 1);
    bool const any_day = words_[3] == "*" || words_[3] == "?";
    bool const any_weekday = weekday == "*" || weekday == "?";
    bool const on_day = any_day || std::ranges::any_of(entries(words_[3]), [&](auto const& entry) {
                          return is_on_day(entry, c);
                        });
    bool const on_weekday =
        any_weekday ||
        std::ranges::any_of(entries(weekday), [&](auto const& e) { return is_on_weekday(e, c); });
    return any_day || any_weekday || both ? on_day && on_weekday : on_day || on_weekday;
  }

  std::vector<std::string> words_;  // second minute hour day month weekday year
};

/// The times in (after, until] by definition: an interval runs whenever the clock matches, a fixed
/// time only when the clock shows it for the first time. Two days back are looked at for what was
/// shown before.
inline std::vector<Instant> oracle_times(CronOracle const& oracle, Zone const& zone, Instant after,
                                         Instant until) {
  using std::chrono::seconds;
  auto const first = std::chrono::floor<seconds>(after) + seconds{1};
  auto latest = std::chrono::sys_seconds::min();
  for (auto at = first - std::chrono::days{2}; at < first;) {
    auto const& period = zone.period(at);
    latest = std::max(latest, std::min(first, period.end) - seconds{1} + period.offset);
    at = period.end;
  }
  std::vector<Instant> times;
  for (auto at = first; at <= until;) {
    auto const& period = zone.period(at);
    auto const shown = at + period.offset;
    if (oracle.matches(zone.civil(at)) && (oracle.is_interval() || shown > latest))
      times.push_back(at);
    auto const to_minute = seconds{60} - (shown - std::chrono::floor<std::chrono::minutes>(shown));
    auto const next = std::min(at + (oracle.has_seconds() ? seconds{1} : to_minute), period.end);
    latest = std::max(latest, next - seconds{1} + period.offset);
    at = next;
  }
  return times;
}

}  // namespace snapcron
