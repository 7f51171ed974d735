#pragma once
// The daemon's HTTP server: the same pages and API on the network port (passwords, loopback rules,
// cross-site checks) and on the unix socket (the file's permissions are the lock).

#include "core/error.hpp"
#include "core/site.hpp"
#include "ports/clock.hpp"
#include "ports/controls.hpp"
#include "tls/certificate.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// What a client may take from us. Deadlines are totals, not idle times, so that a byte a second
/// does not hold a connection. The unix socket has as many connections of its own, whatever the
/// network does, and no limit per address.
struct ServerLimits {
  std::size_t connections = 384;
  std::size_t connections_per_address = 32;  // IPv6: per /64
  /// First byte (or accept, and with TLS the handshake as well) to the end of the header.
  Duration header = std::chrono::seconds{10};
  Duration body = std::chrono::seconds{30};         // end of the header to the end of the body
  Duration write_stall = std::chrono::seconds{20};  // without a byte taken by the client
  Duration keep_alive = std::chrono::seconds{60};   // between two requests
  unsigned requests = 1000;                         // per connection
  std::size_t header_bytes = 8192;
  unsigned header_fields = 64;
  std::size_t body_bytes = 65536;
};

/// All calls on the loop's thread. `controls`, `clock` and `workers` must live until the loop has
/// turned for the last time: a request that waits for a picture holds on to them. While nobody is
/// connected the server has no timer and does not wake.
class Server {
 public:
  /// `workers` runs crypt(3).
  Server(boost::asio::io_context& loop, Controls& controls, Clock const& clock,
         boost::asio::thread_pool& workers, ServerLimits const& limits = {});
  ~Server();
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  /// Listening sockets that were opened for us, because their ports are below 1024. The first
  /// configuration whose address is one of theirs listens on it in place of a new one; all others
  /// are closed then.
  void use(std::vector<int> handed_over);

  /// Told of each guess at a password or token that was wrong, and (`limited`) of each that came
  /// too soon after others to be looked at. Of the former there are at most
  /// 60 a minute, and ten more for each browser that has once logged in; `from`:
  /// "192.0.2.7", "2001:db8::7".
  using Refused = std::function<void(std::string const& from, bool limited)>;
  void on_refused(Refused refused);

  /// Who has logged in on the page stays so over a restart, and from where good log-ins came is
  /// known: the text of all that, which is told at each change, and is of no use to who wants to
  /// come in; and its return, after the users.
  void on_logins(std::function<void(std::string text)> changed);
  void restore_logins(std::string_view text);

  /// The port 0 is any free one. Without users the address must be loopback.
  Result<void> listen_tcp(HttpSpec const& spec);

  /// Mode 0660 in the process's group; a missing folder is made. A socket that nobody answers is
  /// replaced; Fault::busy when another daemon lives on it. A lock file beside it ("SOCKET.lock")
  /// is held as long as we listen, so two daemons can never share a socket.
  Result<void> listen_unix(std::filesystem::path const& socket);

  /// A reload: new users, certificate, format or address; nullopt closes the port. Everything or
  /// nothing: after an error the old port, users and certificate still serve. Connections stay
  /// unless the address changed or TLS came or went; new users make remembered passwords forgotten.
  Result<void> configure(std::optional<HttpSpec> const& spec);

  /// Closes everything at once and removes the unix socket. Idempotent.
  void stop();

  /// "127.0.0.1:8080", "[::1]:8080", really bound; empty while no port is open.
  std::string address() const;

  /// Of the certificate that new connections are shown; nullopt without TLS.
  std::optional<Validity> certificate() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace snapcron
