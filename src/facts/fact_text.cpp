#include "facts/fact_text.hpp"

#include "core/printable.hpp"

#include <string_view>

namespace snapcron {
namespace {

namespace json = boost::json;

std::string text(json::object const& fact, std::string_view key) {
  auto const* value = fact.if_contains(key);
  auto const* string = value ? value->if_string() : nullptr;
  return string ? printable(std::string_view{*string}) : std::string{};
}

/// What happened, without when and to which rule.
std::string words(json::object const& fact) {
  auto const kind = text(fact, "kind");
  auto const more = text(fact, "text");
  if (kind == "trigger") {
    auto const due = text(fact, "due");
    return "fires: " + text(fact, "cause") + (due.empty() ? "" : ", of " + due);
  }
  if (kind == "skip")
    return "skipped (" + text(fact, "reason") + "): " + more + "; " + text(fact, "cause");
  if (kind == "action") {
    auto const action = text(fact, "action");
    if (action == "if") return {};  // its result says which way
    if (action == "log") return "  log: " + text(fact, "log");
    return "  " + (more.empty() ? action : more);
  }
  if (kind == "result") {
    auto const* ok = fact.if_contains("ok");
    bool const failed = ok && ok->is_bool() && !ok->get_bool();
    if (!failed && (more.empty() || text(fact, "action") == "log")) return {};
    return "  " + text(fact, "what") + (failed ? " failed" : "") +
           (more.empty() ? "" : ": " + more);
  }
  if (kind == "end") return "ended " + text(fact, "result") + (more.empty() ? "" : ": " + more);
  if (kind == "delivery") {
    auto const result = text(fact, "result");
    auto const file = text(fact, "file");
    auto const head = (file.empty() ? "a mail" : file) + " to " + text(fact, "destination") + ": ";
    return head + (result == "waits" ? "not yet" : result) + (more.empty() ? "" : ", " + more);
  }
  return kind + (more.empty() ? "" : ": " + more);
}

}  // namespace

std::string fact_text(json::object const& fact) {
  auto const what = words(fact);
  if (what.empty()) return {};
  auto const rule = text(fact, "rule");
  auto const event = text(fact, "event");
  return text(fact, "time") + "  " + (rule.empty() ? "" : rule + ": ") + what +
         (event.empty() ? "" : "  [" + event + "]");
}

}  // namespace snapcron
