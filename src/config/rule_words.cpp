// The words of a rule, its triggers and its conditions.

#include "config/words.hpp"

namespace snapcron {
namespace {

using Kind = ValueShape::Kind;

std::vector<Word> operator+(std::vector<Word> words, std::vector<Word> const& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<Word> missed() {
  return {
      Word{"missed", takes::word({"skip", "once", "all"}),
           "what becomes of times that passed while the daemon was down or the clock was set"}
          .or_else("once"),
      Word{"missed_max_age", takes::duration(), "later than that nothing is made up for"}.or_else(
          "5m")};
}

Table input_trigger() {
  return {"trigger-input",
          "an input's level settles at a new one",
          {{"input", takes::of(Kind::reference), "its number or name"},
           Word{"edge", takes::word({"rising", "falling", "both"}), "which way"}.or_else("rising"),
           Word{"for", takes::duration(), "the level must then hold that long"}.or_else("at once"),
           Word{"count", takes::number(1, 1000), "that many edges must come"}.or_else("1").with(
               {"within"}),
           Word{"within", takes::duration(takes::a_day),
                "the first and the last of them lie at most "
                "that far apart"}
               .with({"count"})}};
}
Table relay_trigger() {
  return {"trigger-relay",
          "a relay switches, by a rule, a page, a command or its max_on",
          {{"relay", takes::of(Kind::reference), "its number or name"},
           Word{"to", takes::word({"off", "on", "both"}), "the new state"}.or_else("on")}};
}
Table camera_trigger() {
  return {"trigger-camera",
          "a camera stops or begins to give pictures",
          {{"camera", takes::of(Kind::reference), "its name"},
           Word{"event", takes::word({"lost", "found"}), "which of the two"}.or_else("lost")}};
}
Table webhook_trigger() {
  return {"trigger-webhook",
          "POST /api/v1/webhooks/NAME",
          {{"webhook", takes::of(Kind::name), "the NAME: letters, digits, '.', '_' and '-'"}}};
}

std::vector<Table> all_triggers() {
  std::vector<Table> tables{
      input_trigger(),
      {"trigger-cron", "by the calendar",
       std::vector<Word>{
           {"cron", takes::of(Kind::cron), "five to seven fields, or @daily"},
           Word{"timezone", takes::of(Kind::text), "an IANA name"}.or_else("the configuration's")} +
           missed() +
           std::vector<Word>{
               Word{"jitter", takes::duration(takes::a_day), "fires up to that much later"}.or_else(
                   "none"),
               {"dst", takes::map(dst_words), "fixed times in the spring gap"}}},
      {"trigger-every",
       "each time that much time has passed",
       {{"every", takes::duration({.least = std::chrono::milliseconds{100}}), "the period"}}},
      {"trigger-sun", "at sunrise or sunset; needs the site's location",
       std::vector<Word>{
           {"sun", takes::word({"sunrise", "sunset"}), "which of the two"},
           Word{"offset", takes::of(Kind::offset), "later; earlier with a minus"}.or_else("0s")} +
           missed()},
      {"trigger-startup",
       "once, when the daemon has started",
       {{"startup", takes::of(Kind::nothing), "takes no value"}}},
      {"trigger-shutdown",
       "when the daemon is stopped",
       {{"shutdown", takes::of(Kind::nothing), "takes no value"}}},
      relay_trigger(),
      camera_trigger(),
      webhook_trigger(),
      {"trigger-mqtt", "a message comes", {later("mqtt", "the topic")}}};
  for (auto& table : tables)
    table.words.push_back({"id", takes::of(Kind::name), "for conditions, templates and programs"});
  return tables;
}

}  // namespace

Table const& rule_words() {
  static Table const table{
      "rule",
      "what happens when",
      {Word{"name", takes::of(Kind::name), "unique; the log and file names have it"}.must(),
       {"description", takes::of(Kind::text), "for people"},
       Word{"enabled", takes::of(Kind::flag), "false: it never fires, and says so"}.or_else("true"),
       Word{"mode", takes::word({"single", "restart", "queued", "parallel"}),
            "what happens when it fires while it runs"}
           .or_else("single"),
       Word{"max", takes::number(2, 1000), "of queued and parallel: how many runs at once"}.or_else(
           "10"),
       Word{"cooldown", takes::duration(), "how long after a firing the next one is skipped"}
           .or_else("none"),
       Word{"triggers", takes::items(trigger_kinds, 0), "any of them fires the rule"}.must(),
       {"conditions", takes::items(condition_kinds, 0), "all of them must hold"},
       Word{"actions", takes::items(action_kinds), "done one after another"}.must()}};
  return table;
}

Table const& dst_words() {
  static Table const table{
      "dst",
      "what summer time does to a fixed time",
      {Word{"gap", takes::word({"skip", "run_once"}), "a time that the spring gap swallows"}
           .must()
           .or_else("skip")}};
  return table;
}

Kinds const& trigger_kinds() {
  static Kinds const kinds{"trigger", "input: door", all_triggers()};
  return kinds;
}

Kinds const& awaited_kinds() {
  static Kinds const kinds{"awaited trigger",
                           "input: door",
                           {input_trigger(), relay_trigger(), camera_trigger(), webhook_trigger()}};
  return kinds;
}

Kinds const& condition_kinds() {
  static Kinds const kinds{
      "condition",
      "time: \"22:00-06:00\"",
      {{"condition-input",
        "while the input has that level",
        {{"input", takes::of(Kind::reference), "its number or name"},
         Word{"is", takes::word({"low", "high"}), "the level"}.must(),
         Word{"for", takes::duration(), "it has held that long"}.or_else("at all")}},
       {"condition-relay",
        "while the relay is in that state",
        {{"relay", takes::of(Kind::reference), "its number or name"},
         Word{"is", takes::word({"off", "on"}), "the state"}.must()}},
       {"condition-time",
        "from the first to before the second time",
        {{"time", takes::of(Kind::window),
          "\"22:00-06:00\", over midnight when the first is later"},
         Word{"weekday",
              takes::or_list(takes::word({"sun", "mon", "tue", "wed", "thu", "fri", "sat"})),
              "on which the window begins"}
             .or_else("every day")}},
       {"condition-cron",
        "in the minutes that the pattern matches",
        {{"cron", takes::of(Kind::cron), "a cron pattern"},
         Word{"timezone", takes::of(Kind::text), "an IANA name"}.or_else("the configuration's")}},
       {"condition-sun",
        "while the Sun is up, or is not",
        {{"sun", takes::word({"night", "day"}), "needs the site's location"}}},
       {"condition-trigger",
        "the trigger with this id fired the rule",
        {{"trigger", takes::or_list(takes::of(Kind::name)), "an id, or a list: any of them"}}},
       {"condition-any",
        "one of them holds",
        {{"any", takes::items(condition_kinds), "conditions"}}},
       {"condition-all",
        "all of them hold",
        {{"all", takes::items(condition_kinds), "conditions"}}},
       {"condition-not",
        "none of them holds",
        {{"not", takes::items(condition_kinds), "conditions"}}}}};
  return kinds;
}

}  // namespace snapcron
