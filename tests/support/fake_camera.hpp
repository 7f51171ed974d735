#pragma once
// A camera on loopback that does what a test tells it: plain sockets and a thread for each
// connection, so that every fault of a real one can be played.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace snapcron {

class FakeCamera {
 public:
  class Connection {
   public:
    Connection(int fd, std::atomic<bool> const& over) : fd_(fd), over_(over) {}

    /// The next request's header; empty when the client has closed, or the test is over.
    std::string request() {
      std::size_t end = std::string::npos;
      while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
        if (!wait_for_input()) return {};
        char piece[4096];
        auto const count = ::recv(fd_, piece, sizeof piece, 0);
        if (count <= 0) return {};
        pending_.append(piece, static_cast<std::size_t>(count));
      }
      auto header = pending_.substr(0, end + 4);
      pending_.erase(0, end + 4);
      return header;
    }
    /// The bytes after a header: a request's body. Shorter when the client has closed.
    std::string take(std::size_t count) {
      while (pending_.size() < count && wait_for_input()) {
        char piece[65536];
        auto const got = ::recv(fd_, piece, sizeof piece, 0);
        if (got <= 0) break;
        pending_.append(piece, static_cast<std::size_t>(got));
      }
      auto body = pending_.substr(0, count);
      pending_.erase(0, body.size());
      return body;
    }
    /// False when the client does not take it any more.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        auto const count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
      return true;
    }
    bool picture(std::string_view jpeg) {
      return send("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " +
                  std::to_string(jpeg.size()) + "\r\n\r\n") &&
             send(jpeg);
    }
    bool page(std::string const& status, std::string_view body, std::string const& headers = {}) {
      return send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n" + headers + "\r\n" + std::string{body});
    }
    /// Says nothing until the client gives up.
    void stall() {
      while (wait_for_input()) {
        char piece[4096];
        if (::recv(fd_, piece, sizeof piece, 0) <= 0) return;
      }
    }
    void pause(std::chrono::milliseconds time) const {
      auto const until = std::chrono::steady_clock::now() + time;
      while (!over_ && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    /// Closes by RST.
    void reset() {
      linger const none{1, 0};
      ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    bool over() const { return over_; }

   private:
    bool wait_for_input() const {
      while (!over_) {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, 10) > 0) return true;
      }
      return false;
    }

    int fd_;
    std::atomic<bool> const& over_;
    std::string pending_;
  };

  /// What happens on each connection; the connection is closed when it returns.
  using Behaviour = std::function<void(Connection&)>;

  explicit FakeCamera(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no loopback socket");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread{[this] { accept(); }};
  }
  FakeCamera(FakeCamera const&) = delete;
  FakeCamera& operator=(FakeCamera const&) = delete;
  ~FakeCamera() {
    over_ = true;
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }

  std::string url(std::string const& path = "/image.jpg") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  unsigned port() const { return port_; }
  unsigned connections() const { return connections_; }
  unsigned requests() const { return requests_; }
  /// To be called by a behaviour that wants its requests counted.
  void count_request() { ++requests_; }

 private:
  void accept() {
    while (!over_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 10) <= 0) continue;
      int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      int const now = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
      ++connections_;
      threads_.emplace_back([this, fd] {
        Connection connection{fd, over_};
        behaviour_(connection);
        ::close(fd);
      });
    }
  }

  Behaviour behaviour_;
  int listener_ = -1;
  unsigned port_ = 0;
  std::atomic<bool> over_{false};
  std::atomic<unsigned> connections_{0}, requests_{0};
  std::list<std::thread> threads_;  // the acceptor's
  std::thread acceptor_;
};

}  // namespace snapcron
