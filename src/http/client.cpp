#include "http/client.hpp"

#include "core/printable.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/parse.hpp>

#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

namespace snapcron {
namespace {

namespace bh = boost::beast::http;

// A picture of 16 MB and its header; more is not from our daemon.
constexpr std::uint64_t max_reply = 64'000'000;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string group_of(std::filesystem::path const& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 && ::stat(path.parent_path().c_str(), &info) != 0) return "";
  auto const* group = ::getgrgid(info.st_gid);
  return group ? group->gr_name : std::to_string(info.st_gid);
}

Error explain(std::filesystem::path const& socket, int error) {
  auto const what = "cannot reach the daemon at " + socket.string() + ": ";
  if (error == ENOENT || error == ENOTDIR)
    return {Fault::not_found,
            what + "no such socket (is 'snapcron run' or the snapcron service running?)"};
  if (error == ECONNREFUSED)
    return {Fault::not_found, what + "nobody answers (the daemon has ended without removing it)"};
  if (error == EACCES || error == EPERM) {
    auto const group = group_of(socket);
    auto const join = group.empty() ? std::string{}
                                    : "; it belongs to group '" + group +
                                          "': join it with 'sudo usermod -aG " + group +
                                          " $USER' and log in again, or use sudo";
    return {Fault::denied, what + "permission denied" + join};
  }
  if (error == ETIMEDOUT) return {Fault::timed_out, what + "no reply in time"};
  return {Fault::failed, what + std::generic_category().message(error)};
}

/// One connection with one deadline. The functions give 0 or an errno.
class Connection {
 public:
  Connection(int fd, Duration timeout)
      : fd_{fd}, deadline_{std::chrono::steady_clock::now() + timeout} {}

  int connect(sockaddr_un const& address) {
    for (;;) {
      if (::connect(fd_.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0)
        return 0;
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return errno;
      if (left() == 0) return ETIMEDOUT;
      ::poll(nullptr, 0, 10);  // its queue is full
    }
  }

  int send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno == EAGAIN) {
        if (int const error = wait(POLLOUT)) return error;
      } else if (errno == EPIPE || errno == ECONNRESET) {
        return 0;  // a reply may stand before the end of what we sent
      } else if (errno != EINTR) {
        return errno;
      }
    }
    return 0;
  }

  /// Sets `size` to 0 at the end.
  int receive(char* buffer, std::size_t& size) {
    for (;;) {
      auto const n = ::recv(fd_.get(), buffer, size, MSG_DONTWAIT);
      if (n >= 0) {
        size = static_cast<std::size_t>(n);
        return 0;
      }
      if (errno == EAGAIN) {
        if (int const error = wait(POLLIN)) return error;
      } else if (errno != EINTR) {
        return errno;
      }
    }
  }

 private:
  int left() const {
    auto const rest =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, 3'600'000));
  }
  int wait(short events) {
    pollfd descriptor{fd_.get(), events, 0};
    int const milliseconds = left();
    int const ready = milliseconds > 0 ? ::poll(&descriptor, 1, milliseconds) : 0;
    if (ready < 0 && errno != EINTR) return errno;
    return milliseconds == 0 ? ETIMEDOUT : 0;
  }

  Descriptor fd_;
  std::chrono::steady_clock::time_point deadline_;
};

std::string request_text(std::string const& method, std::string const& target,
                         std::string const& body, std::string const& accept) {
  auto text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!accept.empty()) text += "Accept: " + accept + "\r\n";
  if (!body.empty()) text += "Content-Type: application/json\r\n";
  if (!body.empty() || method == "POST")
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

using Parser = bh::response_parser<bh::string_body>;

Reply reply_of(Parser& parser) {
  auto& message = parser.get();
  auto const field = [&](auto name) {
    auto const value = message[name];
    return std::string{value.data(), value.size()};
  };
  return {message.result_int(), field(bh::field::content_type), std::move(message.body()),
          field("X-Relay-Error")};
}

}  // namespace

Result<Reply> request_unix(std::filesystem::path const& socket, std::string method,
                           std::string target, std::string body, std::string accept,
                           Duration timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.native().size() >= sizeof address.sun_path) return explain(socket, ENAMETOOLONG);
  std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
  int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return explain(socket, errno);
  Connection connection{fd, timeout};
  if (int const error = connection.connect(address)) return explain(socket, error);
  if (int const error = connection.send(request_text(method, target, body, accept)))
    return explain(socket, error);

  Parser parser;
  parser.eager(true);
  parser.body_limit(max_reply);
  parser.skip(method == "HEAD");
  std::string pending;
  while (!parser.is_done()) {
    char buffer[16384];
    std::size_t size = sizeof buffer;
    if (int const error = connection.receive(buffer, size)) return explain(socket, error);
    boost::system::error_code ec;
    if (size == 0) {
      if (parser.got_some()) parser.put_eof(ec);
      if (ec || !parser.is_done())
        return Error{Fault::failed, "the daemon at " + socket.string() +
                                        " ended the connection without a whole reply"};
      break;
    }
    pending.append(buffer, size);
    auto const used = parser.put(boost::asio::buffer(pending), ec);
    pending.erase(0, used);
    if (ec && ec != bh::error::need_more)
      return Error{Fault::failed, "what listens on " + socket.string() +
                                      " does not speak HTTP as the daemon does: " + ec.message()};
  }
  return reply_of(parser);
}

namespace {

/// A new configuration's mistakes are several lines.
std::string printable_lines(std::string_view text) {
  std::string all;
  for (std::size_t end; !text.empty(); text.remove_prefix(std::min(end + 1, text.size()))) {
    end = std::min(text.find('\n'), text.size());
    all += printable(text.substr(0, end)) + (end < text.size() ? "\n" : "");
  }
  return all;
}

}  // namespace

std::string error_text(Reply const& reply) {
  std::string text;
  if (reply.content_type.find("json") != std::string::npos) {
    boost::system::error_code ec;
    auto const value = boost::json::parse(reply.body, ec);
    for (auto const* key : {"detail", "reason", "title"}) {
      auto const* found = !ec && value.is_object() ? value.get_object().if_contains(key) : nullptr;
      if (text.empty() && found && found->is_string())
        text = printable_lines({found->get_string().data(), found->get_string().size()});
    }
  } else if (reply.content_type.starts_with("text/plain")) {
    text = reply.body;
  }
  while (text.ends_with('\n')) text.pop_back();
  return text.empty() ? "the daemon replied with status " + std::to_string(reply.status) : text;
}

}  // namespace snapcron
