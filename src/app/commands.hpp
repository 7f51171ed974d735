#pragma once
// What `snapcron` does, a function a command; each returns the exit code of the contract.

#include "core/rule.hpp"
#include "http/client.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

namespace exit_code {
constexpr int ok = 0;
constexpr int failed = 1;  // bad configuration, refused, no picture
constexpr int usage = 2;
constexpr int hardware = 3;  // a line, the port or the socket is not to be had
constexpr int no_daemon = 4;
constexpr int relay = 5;  // `snapshot`: the relay could not be switched
}  // namespace exit_code

/// How long a command waits for the daemon's answer, besides what it asked the daemon to wait for.
inline constexpr auto answer_within = std::chrono::seconds{15};

int run_daemon(std::filesystem::path const& config);
/// As root, before run_daemon() as `user`: opens the port of http.listen for it.
int open_port(std::string const& user, std::filesystem::path const& config);

/// `file` empty: the configuration itself. `site`: what a rules-only file is checked against, if
/// anything.
int check(std::filesystem::path const& file, std::optional<std::filesystem::path> const& site);

/// Prints the rules that a CRON script of an AXIS camera server means; `site` as above.
int import_axis(std::filesystem::path const& script,
                std::optional<std::filesystem::path> const& site);

struct NextOptions {
  std::optional<std::string> cron{};
  std::string timezone, from, dst_gap;  // empty: not given
  unsigned count = 1;
};
int next_times(NextOptions const& options, std::filesystem::path const& config);

struct SimulateOptions {
  std::filesystem::path file, trace;
  std::string from, until;  // RFC 3339; empty: not given
  bool json = false;
};
int simulate(SimulateOptions const& options);

int hash_for_users_file(std::string const& user);
/// A new token on stderr, the users file's line for it on stdout.
int token_for_users_file(std::string const& name, bool may_switch);
/// The JSON Schema of the configuration, on stdout.
int print_schema();
/// The configuration's names of one kind ("rule", "camera", "destination", "input", "relay"), a
/// line each; for the shells' completion.
int print_names(std::string const& kind, std::filesystem::path const& config);
int relay_safe(std::filesystem::path const& config);
/// The process that holds the relays, started by run_daemon().
int run_guard(std::filesystem::path const& control_socket);
/// The process that performs the uploads to one destination, started by run_daemon().
int run_deliver();
/// The process that sends a text, which it reads from its stdin, to a TCP port; for a rule's alert.
int run_alert(std::string const& host, std::uint16_t port, std::string const& timeout);
/// Without a destination: everything but destinations.
int doctor(std::filesystem::path const& config, std::string const& destination);

// Asked of the running daemon over its socket.
int show_status(std::filesystem::path const& socket, bool json);
int drive_input(std::filesystem::path const& socket, std::string const& input,
                std::string const& what, std::string const& duration);
int switch_relay(std::filesystem::path const& socket, std::string const& relay,
                 std::string const& what, std::string const& duration);
int trigger_rule(std::filesystem::path const& socket, std::string const& rule);
struct LogOptions {
  std::string rule;  // empty: all
  unsigned count = 100;
  bool all = false, follow = false, json = false;
};
int show_log(std::filesystem::path const& socket, LogOptions const& options);
struct OutboxOptions {
  std::string destination;        // empty: all
  std::vector<std::int64_t> ids;  // empty with `all`: every one
  bool all = false, json = false;
};
int list_outbox(std::filesystem::path const& socket, OutboxOptions const& options);
/// `what`: "retry" or "drop".
int change_outbox(std::filesystem::path const& socket, std::string const& what,
                  OutboxOptions const& options);
/// `event` empty: that of the newest picture.
int montage(std::filesystem::path const& socket, std::string event, std::string const& output);
int reload_daemon(std::filesystem::path const& socket);

/// Prints what went wrong with the daemon's answer and gives the exit code; nothing when it did as
/// it was asked.
std::optional<int> failure(Result<Reply> const& reply);
/// One line on stderr, "PROGRAM: TEXT", and the code.
int complain(std::string_view program, std::string_view text, int code);

}  // namespace snapcron
