#include "app/command_help.hpp"

namespace snapcron {
namespace {

struct Help {
  char const* command;
  char const* text;  // an indented line is an example
};

constexpr Help helps[] = {
    {"run",
     R"(SIGTERM stops it cleanly, SIGHUP reads the configuration again. The systemd unit runs it.
Exit: 0 stopped; 1 bad configuration; 3 a line, the port or the socket is not to be had, or
another daemon is running.)"},
    {"status", R"(A rule that did not fire says why.
Exit: 4 no daemon.)"},
    {"input", R"(Returns when the level has settled. Refused for an input of a real chip.
  snapcron input front-door high
  snapcron input 1 pulse 2s
Exit: 1 refused; 4 no daemon.)"},
    {"relay", R"(Relay 1 when none is named; a pulse lasts 500ms unless told.
  snapcron relay on
  snapcron relay strike pulse 3s
Exit: 1 refused; 4 no daemon.)"},
    {"trigger", R"(A skip says its reason.
  snapcron trigger door-open
Exit: 1 skipped, or there is no such rule; 4 no daemon.)"},
    {"log", R"(Also what was before the last restart.
  snapcron log -f
  snapcron log --rule door-open -n 20
Exit: 4 no daemon.)"},
    {"outbox", R"(Lists what waits, what was set aside, and why.
  snapcron outbox
  snapcron outbox retry --all
  snapcron outbox drop 17 18
Exit: 1 refused; 4 no daemon.)"},
    {"reload", R"(The old configuration keeps running when the new one has a mistake.
Exit: 1 refused, with the reason; 4 no daemon.)"},
    {"check",
     R"(Tells every mistake at once, with its place and the nearest right word. A file that holds rules
only is checked against -c FILE, or without names.
  snapcron check
  snapcron check rules.d/gate.yaml -c /etc/snapcron/snapcron.yaml
Exit: 0 good; 1 mistakes.)"},
    {"next", R"(RFC 3339, a line each; `never` when there is none.
  snapcron next
  snapcron next --cron "*/10 5-21 * * *" --timezone Europe/Stockholm --count 5
Exit: 1 never; 2 a bad pattern.)"},
    {"simulate", R"(No hardware, camera, disk or network is touched.
  snapcron simulate snapcron.yaml --trace night.trace
Exit: 1 a mistake in the configuration or the trace.)"},
    {"import-axis", R"(With -c FILE the names of that configuration are used.
  snapcron import-axis cron.script >rules.d/axis.yaml
Exit: 1 a mistake in the script.)"},
    {"montage", R"(Needs ffmpeg.
  snapcron montage -o bell.gif
Exit: 1 no such event, or no picture of it; 4 no daemon.)"},
    {"passwd", R"(The line goes to the file that `http: {users_file: ...}` names.
  line=$(snapcron passwd anna) && echo "$line" | sudo tee -a /etc/snapcron/users
Exit: 1 no password.)"},
    {"token",
     R"(The line goes to the file that `http: {users_file: ...}` names; the token is shown once.
  snapcron token grafana --read | sudo tee -a /etc/snapcron/users
Exit: 2 a name that cannot stand there.)"},
    {"schema", R"(  snapcron schema >snapcron.schema.json)"},
    {"doctor", R"(Exit: 0 all is well; 1 something is missing.
  sudo -u snapcron snapcron doctor
  snapcron doctor --destination nas)"},
    {"relay-safe", R"(The systemd unit runs it after the daemon's end.
Exit: 1 refused, for a daemon or a guard holds them, or a line is not to be had.)"},
};

}  // namespace

void add_command_help(CLI::App& snapcron) {
  for (auto const& help : helps) snapcron.get_subcommand(help.command)->footer(help.text);
}

}  // namespace snapcron
