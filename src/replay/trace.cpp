#include "replay/trace.hpp"

#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace snapcron {
namespace {

constexpr std::size_t most_mistakes = 100;
constexpr std::string_view blank = " \t\r";

/// A word of a line, and where it stands.
struct Word {
  std::string_view text;
  unsigned column = 1;
};

/// The first `most` words; the last of them is the rest of the line.
std::vector<Word> words_of(std::string_view line, std::size_t most) {
  std::vector<Word> words;
  for (std::size_t at = 0;;) {
    at = line.find_first_not_of(blank, at);
    if (at == std::string_view::npos || line[at] == '#') return words;
    bool const last = words.size() + 1 == most;
    auto end = std::min(line.find_first_of(blank, at), line.size());
    if (last) {
      end = std::min(line.find(" #", at), line.size());
      end = line.find_last_not_of(blank, end - 1) + 1;
    }
    words.push_back({line.substr(at, end - at), static_cast<unsigned>(at + 1)});
    if (last) return words;
    at = end;
  }
}

class TraceReader {
 public:
  TraceReader(Source const& source, Site const& site, std::vector<Diagnostic>& diagnostics)
      : source_(source), site_(site), diagnostics_(diagnostics) {}

  Trace read() {
    auto const& text = source_.text();
    line_ = 0;
    for (std::size_t begin = 0; begin < text.size() && mistakes_ < most_mistakes;) {
      auto const end = std::min(text.find('\n', begin), text.size());
      ++line_;
      line(std::string_view{text}.substr(begin, end - begin));
      begin = end + 1;
    }
    return std::move(trace_);
  }
  bool good() const { return mistakes_ == 0; }

 private:
  void wrong(Word const& word, std::string message, std::string suggestion = {}) {
    ++mistakes_;
    diagnostics_.push_back(source_.diagnostic(Diagnostic::Severity::error, {line_, word.column},
                                              std::move(message), std::move(suggestion)));
  }

  void line(std::string_view text) {
    auto const words = words_of(text, 4);
    if (words.empty()) return;
    auto const at = parse_rfc3339(words[0].text);
    if (!at) return wrong(words[0], at.error().text);
    if (!trace_.empty() && *at < trace_.back().at)
      return wrong(words[0], "this is before the line above: a trace goes forward in time");
    if (words.size() == 1)
      return wrong(words[0], "what happened then? add for instance 'input 1 high'");
    if (auto what = event(text, words)) trace_.push_back({*at, std::move(*what)});
  }

  using What = decltype(TraceLine::what);

  std::optional<What> event(std::string_view text, std::vector<Word> const& words) {
    static std::vector<std::string> const kinds{"input",   "relay",   "camera",
                                                "webhook", "trigger", "restart"};
    auto const kind = words[1].text;
    if (kind == "restart") {
      if (words.size() == 2) return TraceRestart{};
      wrong(words[2], "'restart' takes nothing more");
      return std::nullopt;
    }
    if (kind == "webhook" || kind == "trigger") return named(text, kind == "trigger");
    if (kind != "input" && kind != "relay" && kind != "camera") {
      wrong(words[1],
            "unknown event " + snapcron::quoted(kind) +
                ": known are input, relay, camera, webhook, trigger and restart",
            nearest_word(kind, kinds).value_or(""));
      return std::nullopt;
    }
    if (words.size() < 4) {
      wrong(words.back(),
            "expected 'input N high|low', 'relay N on|off' or 'camera NAME online|offline'");
      return std::nullopt;
    }
    if (kind == "input") return level<TraceInput>(words, site_.inputs, {"low", "high"});
    if (kind == "relay") return level<TraceRelay>(words, site_.relays, {"off", "on"});
    return camera(words);
  }

  /// A webhook's or a rule's name is the rest of the line: it may have spaces.
  std::optional<What> named(std::string_view text, bool rule) {
    auto const words = words_of(text, 3);
    if (words.size() < 3) {
      wrong(words[1],
            rule ? "which rule? write 'trigger NAME'" : "which one? write 'webhook NAME'");
      return std::nullopt;
    }
    std::string name{words[2].text};
    if (!rule) return TraceWebhook{std::move(name)};
    std::vector<std::string> known;
    for (auto const& one : site_.rules) known.push_back(one.name);
    if (std::ranges::find(known, name) != known.end()) return TraceTrigger{std::move(name)};
    wrong(words[2], "there is no rule " + snapcron::quoted(name),
          nearest_word(name, known).value_or(""));
    return std::nullopt;
  }

  std::optional<std::size_t> choice(Word const& word, std::array<std::string, 2> const& words) {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (word.text == words[i]) return i;
    wrong(word, snapcron::quoted(word.text) + " must be " + words[1] + " or " + words[0],
          nearest_word(word.text, words).value_or(""));
    return std::nullopt;
  }

  template <class Event, class Spec>
  std::optional<What> level(std::vector<Word> const& words, std::vector<Spec> const& specs,
                            std::array<std::string, 2> const& levels) {
    auto const state = choice(words[3], levels);
    std::vector<std::string> known;
    for (auto const& spec : specs) {
      if (spec.name == words[2].text || std::to_string(spec.number) == words[2].text) {
        if (!state) return std::nullopt;
        return Event{spec.number, *state == 1};
      }
      known.push_back(spec.name);
    }
    wrong(words[2],
          "there is no " + std::string{words[1].text} + " " + snapcron::quoted(words[2].text),
          nearest_word(words[2].text, known).value_or(""));
    return std::nullopt;
  }

  std::optional<What> camera(std::vector<Word> const& words) {
    auto const state = choice(words[3], {"offline", "online"});
    std::vector<std::string> known;
    for (auto const& spec : site_.cameras) known.push_back(spec.name);
    if (std::ranges::find(known, words[2].text) == known.end()) {
      wrong(words[2], "there is no camera " + snapcron::quoted(words[2].text),
            nearest_word(words[2].text, known).value_or(""));
      return std::nullopt;
    }
    if (!state) return std::nullopt;
    return TraceCamera{std::string{words[2].text}, *state == 1};
  }

  Source const& source_;
  Site const& site_;
  std::vector<Diagnostic>& diagnostics_;
  Trace trace_;
  unsigned line_ = 0;
  std::size_t mistakes_ = 0;
};

}  // namespace

std::optional<Trace> parse_trace(Source const& source, Site const& site,
                                 std::vector<Diagnostic>& diagnostics) {
  TraceReader reader{source, site, diagnostics};
  auto trace = reader.read();
  if (!reader.good()) return std::nullopt;
  return trace;
}

}  // namespace snapcron
