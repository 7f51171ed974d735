#pragma once
// One connection: reads requests, has them judged and answered, writes, keeps its deadlines. And
// what all connections of a server share.

#include "http/api.hpp"
#include "http/entrance.hpp"
#include "http/peer.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/transport.hpp"
#include "tls/certificate.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace snapcron::http {

class Session;
using Deadline = std::chrono::steady_clock::time_point;

/// The connections of one server, their number, and the one timer that watches all their deadlines.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  Hub(boost::asio::io_context& loop, Controls& controls, Clock const& clock,
      boost::asio::thread_pool& workers, ServerLimits const& limits);

  /// Starts a session on a connected socket, or one that only says that there are too many.
  void admit(int fd, Peer const& peer);
  void close_all();
  void close_network();  // all but the unix socket's
  void close_streams();  // of the network: who listens is to log in again

  // For sessions.
  void left(Session& session);
  void expect(Deadline deadline);  // a session has one that may be the next
  std::string_view date();

  boost::asio::io_context& loop;
  boost::asio::thread_pool& workers;
  Clock const& clock;
  ServerLimits const limits;
  Entrance entrance;
  Api api;
  std::optional<Certificate> certificate{};  // of the network's connections; none: plain HTTP

 private:
  bool has_room(Peer const& peer) const;
  void watch();
  void count(Session const& session, int change);

  boost::asio::steady_timer timer_;
  Deadline timer_at_ = Deadline::max();
  std::set<std::shared_ptr<Session>> sessions_;
  std::map<PeerKey, std::size_t> by_address_;
  std::size_t network_ = 0, local_ = 0, refused_ = 0;
  std::chrono::sys_seconds date_at_{};
  std::string date_;
};

class Session final : public std::enable_shared_from_this<Session>, private Stream {
 public:
  Session(std::shared_ptr<Hub> hub, int fd, Peer const& peer, bool refused);
  ~Session();

  void start();
  void close();
  /// Deadline::max() while the time is ours (a password is checked, a picture taken).
  Deadline deadline() const { return deadline_; }
  void expire();

  Peer const& peer() const { return peer_; }
  bool streams() const { return phase_ == Phase::streaming; }
  bool refused() const { return refused_; }

 private:
  enum class Phase {
    greeting,
    handshake,
    head,
    login,
    body,
    handler,
    writing,
    streaming,
    draining,
    closed
  };

  void turn();
  // Each does one step; false: wait for something.
  bool on_greeting();
  bool on_handshake();
  bool on_head();
  bool on_body();
  bool on_writing();
  bool on_streaming();
  bool on_draining();

  void shaken(Transport::Handshake how);
  void begin_request();
  void admitted(Visitor visitor);
  void understand_form();
  void handle();
  bool is_awaited() const;
  static boost::asio::awaitable<void> serve(std::shared_ptr<Session> self, Waiting handler);
  static boost::asio::awaitable<void> serve(std::shared_ptr<Session> self, Streaming handler);
  void served(std::exception_ptr broken);
  // Stream
  boost::asio::awaitable<bool> begin(Response head) override;
  boost::asio::awaitable<bool> send(std::string text,
                                    std::shared_ptr<std::string const> picture) override;
  boost::asio::awaitable<bool> wait(boost::asio::steady_timer& timer) override;
  void refuse_request();
  void reply();
  void reply(Response response);
  enum class Sending { done, waits, closed };
  Sending send_rest(std::string_view payload);
  bool finish_reply();
  void end();
  enum class Rest { comes, ended, cut };
  Rest forget_what_comes();

  bool receive();  // false: nothing there yet (a wait is under way), or closed
  void wait(boost::asio::posix::descriptor_base::wait_type what);
  void set_deadline(Duration from_now);

  std::shared_ptr<Hub> const hub_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> socket_;
  Transport transport_;
  Peer const peer_;
  bool const refused_;
  Phase phase_ = Phase::head;
  Deadline deadline_ = Deadline::max();
  bool header_begun_ = true;  // the header's deadline runs; the first header's from the start
  unsigned requests_ = 0;

  RequestReader reader_;
  Match match_;
  Visitor visitor_;  // once it is known who asks
  std::optional<Call> call_;
  Response response_;
  std::string out_;
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
  std::size_t stalled_at_ = 0;  // bytes sent when the client took no more
  boost::asio::steady_timer
      taken_;  // never expires: cancelled when a part has been sent, or closed
  boost::asio::steady_timer* waits_for_ = nullptr;  // what a stream waits for, beside its client
  bool waits_to_read_ = false, waits_to_write_ = false;
  bool at_work_ = false;  // a worker shakes hands: nobody else touches the socket
  bool end_told_ = false;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool drain_ = false;         // the client's further bytes are no request
  bool client_ended_ = false;  // it sends nothing more, though it may still read
};

}  // namespace snapcron::http
