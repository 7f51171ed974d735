#pragma once
// What the daemon and its relay guard say to one another, a datagram a message. Both ends run on
// one machine, often as the same program, so numbers travel as they lie in memory; yet every byte
// that arrives is checked.

#include "core/error.hpp"
#include "core/relay.hpp"
#include "core/site.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace snapcron::guard {

constexpr std::uint16_t protocol_version = 1;
constexpr std::size_t largest_message = 128 * 1024;
constexpr std::size_t most_relays = 64;

// ---- the daemon says ----

/// The first word on a connection. This and Stop are the same in every version of the protocol.
struct Hello {
  std::uint16_t version = protocol_version;
  friend bool operator==(Hello const&, Hello const&) = default;
};

/// The relays of the configuration. `states`: none, or one for each: a guard that follows one that
/// died takes the relays up where that one left them.
struct Configure {
  std::vector<RelaySpec> relays;
  std::vector<RelayState> states;
  friend bool operator==(Configure const&, Configure const&) = default;
};

struct Switch {
  unsigned relay = 0;
  RelayCommand command;
  friend bool operator==(Switch const&, Switch const&) = default;
};

/// A clean end: pulses end at their deadline, the other relays go to their on_exit, the guard ends.
struct Stop {
  friend bool operator==(Stop const&, Stop const&) = default;
};

using Request = std::variant<Hello, Configure, Switch, Stop>;

// ---- the guard says ----

/// Answers Hello, in every version of the protocol.
struct Welcome {
  std::uint16_t version = protocol_version;
  friend bool operator==(Welcome const&, Welcome const&) = default;
};

struct Standing {
  unsigned relay = 0;
  RelayState state;
  bool available = false;
  std::string description;  // of its line, for the log
  friend bool operator==(Standing const&, Standing const&) = default;
};

/// Answers every other request, with how the relays concerned stand now.
struct Answer {
  std::vector<Standing> relays;
  std::optional<Error> error;
  friend bool operator==(Answer const&, Answer const&) = default;
};

/// Comes unasked: a relay changed; `problem` is a complete text for the log, or empty.
struct Report {
  Standing relay;
  std::string problem;
  friend bool operator==(Report const&, Report const&) = default;
};

using Reply = std::variant<Welcome, Answer, Report>;

std::string encode(Request const& request);
std::string encode(Reply const& reply);
/// Null for anything that encode() would not have made.
std::optional<Request> decode_request(std::string_view bytes);
std::optional<Reply> decode_reply(std::string_view bytes);

}  // namespace snapcron::guard
