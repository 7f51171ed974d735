#include "app/snapcron_main.hpp"

#include "app/arguments.hpp"
#include "app/command_help.hpp"
#include "app/commands.hpp"
#include "app/locate.hpp"

#include <map>

namespace snapcron {
namespace {

struct Words {
  std::string config, file, name, what, duration, user;
  std::vector<std::string> relay;
  std::uint16_t port = 0;
  OutboxOptions outbox;
  NextOptions next;
  SimulateOptions simulate;
  LogOptions log;
  bool json = false;
  bool may_switch = false;
};

int relay_words(std::filesystem::path const& socket, std::vector<std::string> words) {
  static std::vector<std::string> const known{"on", "off", "toggle", "pulse"};
  auto const is_action = [](std::string const& w) {
    return std::find(known.begin(), known.end(), w) != known.end();
  };
  // [N] ACTION [DUR]: relay 1 when no relay is named.
  if (is_action(words[0]) && !(words.size() > 1 && is_action(words[1])))
    words.insert(words.begin(), "1");
  if (words.size() < 2 || words.size() > 3 || !is_action(words[1]))
    return complain("snapcron", "relay: expected [N] on|off|toggle|pulse [DURATION]",
                    exit_code::usage);
  return switch_relay(socket, words[0], words[1], words.size() == 3 ? words[2] : "");
}

void add_outbox(CLI::App& app, Words& words, std::map<std::string, CLI::App*>& commands) {
  auto* outbox = commands["outbox"] =
      app.add_subcommand("outbox", "what waits to be delivered: lists, retries, drops");
  auto const of_destination = [&](CLI::App* command) {
    command->add_option("--destination", words.outbox.destination, "of this one only")
        ->type_name("DESTINATION");
  };
  of_destination(outbox);
  outbox->add_flag("--json", words.outbox.json, "one JSON object a line");
  outbox->require_subcommand(0, 1);
  for (auto const& [name, text] : {std::pair{"retry", "tries now, also what was set aside"},
                                   std::pair{"drop", "delivers no more; the pictures stay"}}) {
    auto* command = outbox->add_subcommand(name, text);
    of_destination(command);
    auto* ids = command->add_option("id", words.outbox.ids, "numbers of `snapcron outbox`")
                    ->type_name("ID");
    command->add_flag("--all", words.outbox.all, "every one")->excludes(ids);
    command->final_callback([&words, name = std::string{name}] { words.what = name; });
  }
}

void add_daemon_commands(CLI::App& app, Words& words, std::map<std::string, CLI::App*>& commands) {
  commands["run"] = app.add_subcommand("run", "the daemon, in the foreground; logs to stderr");
  auto* status = commands["status"] =
      app.add_subcommand("status", "inputs, relays, cameras and rules of the running daemon");
  status->add_flag("--json", words.json, "as JSON");
  auto* input = commands["input"] =
      app.add_subcommand("input", "drives an input of the simulated chip");
  input->add_option("input", words.name, "its number or name")->type_name("INPUT")->required();
  input->add_option("level", words.what, "what it is driven to; pulse: high, then low")
      ->required()
      ->check(CLI::IsMember({"high", "low", "pulse"}));
  input->add_option("duration", words.duration, "of a pulse: 500ms, 2s")->type_name("DURATION");
  auto* relay = commands["relay"] =
      app.add_subcommand("relay", "switches a relay: relay [N] on|off|toggle|pulse [DURATION]");
  relay->add_option("words", words.relay, "[N] on|off|toggle|pulse [DURATION]")
      ->type_name("RELAY")
      ->required()
      ->expected(1, 3);
  auto* trigger = commands["trigger"] =
      app.add_subcommand("trigger", "fires a rule by hand; conditions, cooldown and mode hold");
  trigger->add_option("rule", words.name, "its name")->type_name("RULE")->required();
  auto* log = commands["log"] =
      app.add_subcommand("log", "what the rules did, and why they did not");
  log->add_option("--rule", words.log.rule, "of this rule only")->type_name("RULE");
  auto* count = log->add_option("-n", words.log.count, "the newest N")
                    ->type_name("N")
                    ->check(CLI::Range(1u, 1000u))
                    ->capture_default_str();
  log->add_flag("--all", words.log.all, "all that is kept")->excludes(count);
  log->add_flag("-f,--follow", words.log.follow, "and what comes, until Ctrl-C");
  log->add_flag("--json", words.log.json, "one JSON object a line");
  add_outbox(app, words, commands);
  commands["reload"] =
      app.add_subcommand("reload", "reads the configuration again; a bad one is refused");
}

void add_tools(CLI::App& app, Words& words, std::map<std::string, CLI::App*>& commands) {
  auto* check = commands["check"] =
      app.add_subcommand("check", "checks a configuration, or a file of rules");
  check->add_option("file", words.file, "instead of the configuration")->type_name("FILE");
  auto* next = commands["next"] =
      app.add_subcommand("next", "when a cron pattern, or the configuration's rules, fire next");
  next->add_option("file", words.file, "a configuration")->type_name("FILE");
  auto* cron = next->add_option_function<std::string>(
                       "--cron", [&words](std::string const& given) { words.next.cron = given; },
                       "a cron pattern")
                   ->type_name("PATTERN");
  next->add_option("--timezone", words.next.timezone,
                   "an IANA name; of the configuration's rules only where they are shown")
      ->type_name("ZONE");
  next->add_option("--from", words.next.from, "RFC 3339; now by default")->type_name("TIME");
  next->add_option("--count", words.next.count, "how many times")
      ->type_name("N")
      ->check(CLI::Range(1u, 100000u))
      ->capture_default_str();
  next->add_option("--dst-gap", words.next.dst_gap, "a time in the spring gap: skip or run_once")
      ->check(CLI::IsMember({"skip", "run_once"}))
      ->needs(cron);
  auto* simulate = commands["simulate"] = app.add_subcommand(
      "simulate", "replays a trace through the rules on a virtual clock, touching nothing");
  simulate->add_option("file", words.simulate.file, "a configuration")
      ->required()
      ->type_name("FILE");
  simulate->add_option("--trace", words.simulate.trace, "what happened, line by line")
      ->required()
      ->type_name("TRACE");
  simulate->add_option("--from", words.simulate.from, "RFC 3339; the trace's first line by default")
      ->type_name("TIME");
  simulate
      ->add_option("--until", words.simulate.until,
                   "RFC 3339; a minute after the trace's last line by default")
      ->type_name("TIME");
  simulate->add_flag("--json", words.simulate.json, "one JSON object a line");
  auto* script = commands["import-axis"] =
      app.add_subcommand("import-axis", "prints the CRON script of an AXIS camera server as rules");
  script->add_option("script", words.file, "the script")->required()->type_name("SCRIPT");
  auto* montage = commands["montage"] = app.add_subcommand(
      "montage",
      "an event's pictures as a sheet (.jpg, .png), animated (.gif, .webp) or a clip (.mp4)");
  montage->add_option("event", words.name, "as the log and the status show it; else the newest")
      ->type_name("EVENT");
  montage->add_option("-o,--output", words.file, "what to make")->type_name("FILE")->required();
  commands["schema"] =
      app.add_subcommand("schema", "prints the JSON Schema of the configuration, for editors");
  auto* doctor = commands["doctor"] = app.add_subcommand(
      "doctor",
      "looks for chip, lines, permissions, cameras and disk, and says how to mend what is missing");
  doctor->add_option("--destination", words.name, "really delivers a test picture there, instead")
      ->type_name("DESTINATION");
  commands["relay-safe"] =
      app.add_subcommand("relay-safe", "drives every relay to on_exit when no daemon holds it");
}

void add_users(CLI::App& app, Words& words, std::map<std::string, CLI::App*>& commands) {
  auto* passwd = commands["passwd"] = app.add_subcommand(
      "passwd", "prints a line for the users file; reads the password from standard input");
  passwd->add_option("user", words.user, "the name to log in with")->type_name("NAME")->required();
  auto* token = commands["token"] = app.add_subcommand(
      "token", "makes a program's token, and prints the line for the users file");
  token->add_option("name", words.user, "of the program, for the log")
      ->type_name("NAME")
      ->required();
  auto* read = token->add_flag("--read")->description("it may look, which is the default");
  token->add_flag("--switch", words.may_switch, "it may switch, fire and reload, too")
      ->excludes(read);
}

}  // namespace

int snapcron_main(int argc, char** argv) {
  CLI::App app{"Inputs, relays, cron schedules and camera snapshots on a small Linux box",
               "snapcron"};
  app.set_version_flag("--version", "snapcron " SNAPCRON_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Words words;
  app.add_option("-c,--config", words.config,
                 "the configuration; else $SNAPCRON_CONFIG, else /etc/snapcron/snapcron.yaml")
      ->type_name("FILE");
  std::map<std::string, CLI::App*> commands;
  add_daemon_commands(app, words, commands);
  add_tools(app, words, commands);
  add_users(app, words, commands);
  add_command_help(app);
  auto* guard = commands["guard"] =
      app.add_subcommand("guard", "holds the relay lines; started by `run`")->group("");
  guard->add_option("control-socket", words.file)->required();
  auto* port = commands["open-port"] =
      app.add_subcommand("open-port", "opens a low port; started by the service")->group("");
  port->add_option("user", words.user)->required();
  auto* names = commands["names"] =
      app.add_subcommand("names", "names of the configuration, for completion")->group("");
  names->add_option("kind", words.what)->required();
  commands["deliver"] =
      app.add_subcommand("deliver", "uploads what it is told; started by `run`")->group("");
  auto* alert = commands["alert"] =
      app.add_subcommand("alert", "sends a text to a port; started by `run`")->group("");
  alert->add_option("host", words.name)->required();
  alert->add_option("port", words.port)->required();
  alert->add_option("timeout", words.duration)->required();

  return parse_and_run(app, argc, argv, [&]() -> int {
    std::string const chosen = app.get_subcommands().front()->get_name();
    auto const config = config_file(words.config);
    auto const socket = [&] { return control_socket(config); };
    std::map<std::string, std::function<int()>> const actions{
        {"run", [&] { return run_daemon(config); }},
        {"status", [&] { return show_status(socket(), words.json); }},
        {"input", [&] { return drive_input(socket(), words.name, words.what, words.duration); }},
        {"relay", [&] { return relay_words(socket(), words.relay); }},
        {"trigger", [&] { return trigger_rule(socket(), words.name); }},
        {"log", [&] { return show_log(socket(), words.log); }},
        {"reload", [&] { return reload_daemon(socket()); }},
        {"check",
         [&] {
           if (words.file.empty()) return check(config, std::nullopt);
           return check(words.file, words.config.empty() ? std::nullopt : std::optional{config});
         }},
        {"next",
         [&] {
           return next_times(words.next,
                             words.file.empty() ? config : std::filesystem::path{words.file});
         }},
        {"simulate", [&] { return simulate(words.simulate); }},
        {"import-axis",
         [&] {
           return import_axis(words.file,
                              words.config.empty() ? std::nullopt : std::optional{config});
         }},
        {"montage", [&] { return montage(socket(), words.name, words.file); }},
        {"passwd", [&] { return hash_for_users_file(words.user); }},
        {"token", [&] { return token_for_users_file(words.user, words.may_switch); }},
        {"schema", [&] { return print_schema(); }},
        {"names", [&] { return print_names(words.what, config); }},
        {"doctor", [&] { return doctor(config, words.name); }},
        {"outbox",
         [&] {
           return words.what.empty() ? list_outbox(socket(), words.outbox)
                                     : change_outbox(socket(), words.what, words.outbox);
         }},
        {"open-port", [&] { return open_port(words.user, config); }},
        {"guard", [&] { return run_guard(words.file); }},
        {"deliver", [&] { return run_deliver(); }},
        {"alert", [&] { return run_alert(words.name, words.port, words.duration); }},
        {"relay-safe", [&] { return relay_safe(config); }},
    };
    return actions.at(chosen)();
  });
}

}  // namespace snapcron
