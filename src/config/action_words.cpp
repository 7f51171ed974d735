// The words of actions.

#include "config/words.hpp"

namespace snapcron {
namespace {

using Kind = ValueShape::Kind;

constexpr unsigned most_pictures = 1000;
constexpr unsigned most_pulses = 1000;

Table snapshot() {
  return {"action-snapshot",
          "takes a picture; over when it is durable, or the capture failed",
          {{"snapshot", takes::of(Kind::reference), "the camera"},
           Word{"count", takes::number(1, most_pictures), "how many pictures"}.or_else("1"),
           {"pre_capture", takes::duration({.most = std::chrono::minutes{10}}),
            "the frames from so long before the trigger; the camera needs a buffer"},
           {"post_capture", takes::duration({.most = std::chrono::hours{1}}),
            "the frames to so long after the trigger; the camera needs a buffer"},
           Word{"interval", takes::duration(takes::a_day),
                "from the start of one to that of the next; between frames that are kept"}
               .or_else("1s; 500ms with pre_capture or post_capture")
               .with({"count", "pre_capture", "post_capture"}),
           {"max_age", takes::duration({.most = std::chrono::minutes{10}}),
            "a picture that is there already will do when it is not older"},
           {"width", takes::number(16, 8192),
            "not wider than that: scaled by eighths, never out of proportion"},
           {"height", takes::number(16, 8192), "not higher than that"},
           Word{"filename", takes::of(Kind::file_name), "a template"}.or_else("storage's"),
           {"to", takes::or_list(takes::of(Kind::reference)),
            "a destination's name, or a list of them"}}};
}

Table relay() {
  return {
      "action-relay",
      "switches a relay; a pulse is over when it has begun",
      {{"relay", takes::of(Kind::reference), "its number or name"},
       {"set", takes::word({"on", "off", "toggle"}), "to what"},
       Word{"pulse", takes::or_nothing(takes::duration(takes::a_day)), "on for that long"}.or_else(
           "500ms when left empty"),
       Word{"count", takes::number(1, most_pulses), "how many pulses"}.or_else("1").with({"pulse"}),
       Word{"gap", takes::duration(takes::a_day), "off between two of them"}.or_else("500ms").with(
           {"count"})},
      {"set", "pulse"}};
}

Table http() {
  return {
      "action-http",
      "sends a request; fails unless the answer is 2xx",
      {{"http", takes::of(Kind::text), "a URL template; scheme and host are literal"},
       Word{"method", takes::word({"GET", "POST", "PUT", "PATCH", "DELETE"}), "the verb"}.or_else(
           "POST when there is something to send, else GET"),
       {"headers", takes::of(Kind::texts), "names and text templates"},
       {"body", takes::of(Kind::text), "a text template"},
       {"json", takes::of(Kind::any), "any value, sent as JSON; its texts are templates"},
       {"form", takes::of(Kind::texts), "fields of a multipart form and text templates"},
       {"picture", takes::of(Kind::text),
        "'body': the run's newest picture is what is sent; else the form's field that holds it"},
       {"username", takes::of(Kind::text), "for Basic authentication"},
       Word{"password_file", takes::of(Kind::text), "a file that holds the password in one line"}
           .with({"username"}),
       {"secret_file", takes::of(Kind::text), "a file with one line, which is {secret} here"},
       Word{"timeout", takes::duration(takes::a_day), "of the whole exchange"}.or_else("30s"),
       Word{"verify_tls", takes::of(Kind::flag), "false: take any certificate"}.or_else("true")}};
}

Table mail() {
  return {"action-mail",
          "sends a mail, by way of the outbox; over when that has it",
          {{"mail", takes::of(Kind::reference), "the name of a destination with an smtp url"},
           Word{"subject", takes::of(Kind::text), "a text template of one line"}.or_else(
               "the destination's"),
           Word{"text", takes::of(Kind::text), "a text template"}.or_else("the destination's"),
           Word{"picture", takes::of(Kind::flag), "whether the run's newest picture goes with it"}
               .or_else("true")}};
}

Table alert() {
  return {
      "action-alert",
      "sends a text to a TCP port; fails when nobody takes it",
      {{"alert", takes::of(Kind::text), "HOST:PORT"},
       Word{"text", takes::of(Kind::text), "a text template"}.must(),
       Word{"encoding", takes::word({"utf-8", "latin-1"}),
            "latin-1: each character is one byte; \"\\x80\" is the byte 80, \u2400 is 0, others "
            "are '?'"}
           .or_else("utf-8"),
       Word{"timeout", takes::duration(takes::a_day), "of connecting and sending"}.or_else("10s")}};
}

std::vector<Table> all_actions() {
  auto const actions = takes::items(action_kinds);
  auto const rules = takes::or_list(takes::of(Kind::reference));
  std::vector<Table> tables{
      snapshot(),
      relay(),
      {"action-delay", "waits", {{"delay", takes::duration(), "how long"}}},
      {"action-log", "writes a line", {{"log", takes::of(Kind::text), "a text template"}}},
      {"action-run",
       "runs a program; fails when its exit code is not 0",
       {{"run", takes::of(Kind::argv), "the program and its arguments; never a shell"},
        Word{"timeout", takes::duration(takes::a_day), "how long it may take"}.or_else("30s")}},
      http(),
      mail(),
      alert(),
      {"action-wait-for",
       "waits until one of the triggers comes",
       {{"wait_for", takes::items(awaited_kinds), "input, relay, camera or webhook"},
        Word{"timeout", takes::duration(), "then it fails"}.or_else("for good")}},
      {"action-if",
       "looks at conditions in the middle of a run",
       {{"if", takes::items(condition_kinds), "all of them must hold"},
        Word{"then", actions, "done when they hold"}.must(),
        {"else", actions, "done when they do not"}}},
      {"action-enable", "enables rules", {{"enable", rules, "a rule's name, or a list of them"}}},
      {"action-disable",
       "disables rules",
       {{"disable", rules, "a rule's name, or a list of them"}}},
      {"action-mqtt", "sends a message", {later("mqtt", "the topic")}}};
  for (auto& table : tables)
    table.words.push_back({"fallback", actions, "done when the action failed"});
  return tables;
}

}  // namespace

Kinds const& action_kinds() {
  static Kinds const kinds{"action", "snapshot: door", all_actions()};
  return kinds;
}

}  // namespace snapcron
