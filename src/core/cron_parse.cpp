// Splits a cron pattern into its fields; cron_field.cpp reads them.

#include "core/cron.hpp"
#include "core/cron_field.hpp"
#include "core/diagnostic.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace snapcron {
namespace {

constexpr std::size_t longest_pattern = 1000;  // characters; a list of every minute has 169

struct Nickname {
  std::string_view name, fields;
};
constexpr Nickname nicknames[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

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
  std::span<CronWord const> all() const { return {words_.data(), count_}; }

 private:
  std::array<CronWord, most + 1> words_{};
  std::size_t count_ = 0;
};

[[noreturn]] void fail_nickname(CronWord word) {
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

CronFields read_fields(std::span<CronWord const> words, std::size_t end) {
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
  CronFields out;
  if (words.size() >= 6) out.seconds = 0;
  if (words.size() == 7) out.years = {};
  auto field = words.size() == 5 ? CronField::minute : CronField::second;
  for (auto const& word : words) {
    read_cron_field(word, field, out);
    bool const time = field == CronField::minute || field == CronField::hour;
    if (time && word.text.starts_with('*')) out.interval = true;
    field = static_cast<CronField>(static_cast<int>(field) + 1);
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
