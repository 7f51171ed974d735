#pragma once
// A listening socket on the loop, and how the two kinds of them are opened.

#include "core/error.hpp"
#include "core/site.hpp"
#include "http/peer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace snapcron::http {

/// Accepts until destroyed. Out of descriptors: waits a little instead of spinning.
class Listener {
 public:
  /// Given a connected socket (non-blocking, close-on-exec), which it owns from then on.
  using Accepted = std::function<void(int fd, Peer const& peer)>;

  /// Takes `fd`, a listening non-blocking socket.
  Listener(boost::asio::io_context& loop, int fd, bool local, Accepted accepted);
  ~Listener();
  Listener(Listener const&) = delete;
  Listener& operator=(Listener const&) = delete;

  /// "127.0.0.1:8080" of a TCP socket.
  std::string address() const;

 private:
  struct Shared;
  static void wait(std::shared_ptr<Shared> const& shared);
  static void accept_some(std::shared_ptr<Shared> const& shared);
  std::shared_ptr<Shared> shared_;
};

/// Without users only loopback is allowed.
Result<void> check_exposure(HttpSpec const& spec);

/// A listening TCP socket: of `handed_over` (see Server::use) a copy of the one at this very
/// address, else a new one. Errors say who may hold the port and what to change.
Result<int> open_tcp(HttpSpec const& spec, std::span<int const> handed_over);

/// "127.0.0.1:8080", "[::1]:8080" of a TCP socket; empty of any other.
std::string address_of(int socket);

/// The unix socket's name in the file system, ours alone: a lock file beside it is held for life,
/// so of two daemons that start at once one is told Fault::busy. The destructor removes both files.
class UnixSocket {
 public:
  static Result<std::unique_ptr<UnixSocket>> open(std::filesystem::path const& path);
  ~UnixSocket();
  UnixSocket(UnixSocket const&) = delete;
  UnixSocket& operator=(UnixSocket const&) = delete;

  std::filesystem::path const& path() const { return path_; }
  /// The listening socket; the caller owns it from then on.
  int release() { return std::exchange(fd_, -1); }

 private:
  UnixSocket(std::filesystem::path path, int lock) : path_{std::move(path)}, lock_{lock} {}
  Result<void> bind();

  std::filesystem::path path_;
  int lock_;
  int fd_ = -1;
  bool bound_ = false;
};

}  // namespace snapcron::http
