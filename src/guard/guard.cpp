#include "guard/guard.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace snapcron {
namespace asio = boost::asio;
using namespace guard;
namespace {

constexpr unsigned most_connections = 8;

/// Whoever is connected: the daemon, one that asks whether we live, a stranger before his first
/// word.
struct Connection {
  explicit Connection(asio::io_context& loop, int fd) : socket{loop, fd} {}

  asio::posix::stream_descriptor socket;
  // What waits until the other end reads: it is never waited for.
  std::string answer;
  bool behind = false;  // a report was not sent: then the standing of all relays is
  bool writing = false;
};
using ConnectionPtr = std::shared_ptr<Connection>;

std::pair<dev_t, ino_t> file_at(std::filesystem::path const& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0 ? std::pair{there.st_dev, there.st_ino}
                                            : std::pair<dev_t, ino_t>{};
}

}  // namespace

struct Guard::Loop : std::enable_shared_from_this<Loop> {
  Loop(asio::io_context& io_context, Gpio& gpio, Clock const& clock, Descriptor from,
       std::filesystem::path at, Say on_say, std::function<void()> on_end, Duration how_long)
      : loop{io_context},
        listener{io_context, from.release()},
        socket{std::move(at)},
        file{file_at(socket)},
        say{std::move(on_say)},
        ended{std::move(on_end)},
        grace{how_long},
        patience{io_context},
        relays{std::make_unique<Relays>(
            io_context, gpio, clock, [this](unsigned relay, bool) { report(relay, {}); },
            [this](RelaySpec const& spec, std::string const& text) {
              report(spec.number, text);
            })} {}

  void accept();
  void listen_to(ConnectionPtr const& connection);
  void read(ConnectionPtr const& connection);
  void drop(ConnectionPtr const& connection);
  void orphaned();
  void rest();
  void end();

  bool obey(ConnectionPtr const& connection, Request const& request);
  void configure(ConnectionPtr const& connection, Configure const& wanted);
  void command(ConnectionPtr const& connection, Switch const& wanted);
  void stop(ConnectionPtr const& connection);

  Standing standing(std::size_t index) const;
  std::optional<Standing> standing_of(unsigned relay) const;
  std::vector<Standing> all() const;
  void report(unsigned relay, std::string const& problem);
  void answer(ConnectionPtr const& connection, Reply reply);
  void catch_up(ConnectionPtr const& connection);

  asio::io_context& loop;
  asio::posix::stream_descriptor listener;
  std::filesystem::path socket;
  std::pair<dev_t, ino_t> file;  // what lies at that path
  Say say;
  std::function<void()> ended;
  Duration grace;
  asio::steady_timer patience;
  std::unique_ptr<Relays> relays;
  Inbox inbox;
  std::vector<ConnectionPtr> connections;
  ConnectionPtr daemon;  // the one that configured us, while it is there
  bool leaving = false;  // to end as soon as all relays are at rest
  bool alone = false;    // the daemon has gone
  bool over = false;
  std::optional<unsigned> commanded;  // the relay of a command that is being done
};

void Guard::Loop::accept() {
  listener.async_wait(asio::posix::descriptor_base::wait_read,
                      [self = shared_from_this()](boost::system::error_code error) {
                        if (error || self->over) return;
                        int const fd = ::accept4(self->listener.native_handle(), nullptr, nullptr,
                                                 SOCK_CLOEXEC | SOCK_NONBLOCK);
                        if (fd >= 0 && peer_of(fd) && self->connections.size() < most_connections)
                          self->listen_to(std::make_shared<Connection>(self->loop, fd));
                        else if (fd >= 0)
                          ::close(fd);
                        self->accept();
                      });
}

void Guard::Loop::listen_to(ConnectionPtr const& connection) {
  connections.push_back(connection);
  read(connection);
}

void Guard::Loop::read(ConnectionPtr const& connection) {
  connection->socket.async_wait(
      asio::posix::descriptor_base::wait_read,
      [self = shared_from_this(), connection](boost::system::error_code error) {
        if (error || self->over || !connection->socket.is_open()) return;
        auto const received = self->inbox.receive(connection->socket.native_handle());
        if (received == Received::end) return self->drop(connection);
        if (received == Received::message) {
          auto const request = decode_request(self->inbox.message());
          if (!request || !self->obey(connection, *request)) return self->drop(connection);
        }
        if (!self->over && connection->socket.is_open()) self->read(connection);
      });
}

void Guard::Loop::drop(ConnectionPtr const& connection) {
  connection->socket.close();
  std::erase(connections, connection);
  if (connection == daemon) {
    daemon.reset();
    orphaned();
  } else if (!daemon && !alone && connections.empty()) {
    end();  // nobody ever gave us a relay
  }
}

/// The daemon has gone, however it went.
void Guard::Loop::orphaned() {
  alone = true;
  if (!leaving) {
    auto const pulses = relays->pulsing();
    say(std::string{"the daemon has ended: relays go to their on_exit"} +
        (pulses ? ", a pulse under way ends at its deadline" : ""));
    relays->stop();
    patience.expires_after(grace);
    patience.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error || self->over) return;
      self->leaving = true;
      self->rest();
    });
  }
  rest();
}

/// Ends when there is nothing left to wait for.
void Guard::Loop::rest() {
  if (leaving && !relays->pulsing()) end();
}

void Guard::Loop::end() {
  if (std::exchange(over, true)) return;
  ended();
}

bool Guard::Loop::obey(ConnectionPtr const& connection, Request const& request) {
  struct Obey {
    Loop& self;
    ConnectionPtr const& from;
    bool operator()(Hello const&) const { return self.answer(from, Welcome{}), true; }
    bool operator()(Configure const& wanted) const { return self.configure(from, wanted), true; }
    bool operator()(Stop const&) const { return self.stop(from), true; }
    bool operator()(Switch const& wanted) const {
      if (from != self.daemon) return false;
      return self.command(from, wanted), true;
    }
  };
  return std::visit(Obey{*this, connection}, request);
}

void Guard::Loop::configure(ConnectionPtr const& connection, Configure const& wanted) {
  bool const takes_over = daemon != connection;
  // The other daemon's end was not seen yet: only one can hold the control socket.
  if (takes_over && daemon) drop(ConnectionPtr{daemon});
  if (over) return;
  Result<void> had;
  if (wanted.states.empty())
    had = relays->configure(wanted.relays);
  else if (relays->specs().empty())
    relays->restore(wanted.relays, wanted.states);
  else
    had = Error{Fault::refused, "the relay guard holds relays already"};
  if (had && takes_over) {
    daemon = connection;
    alone = leaving = false;
    patience.cancel();
    // What is not under way begins anew with the daemon.
    if (wanted.states.empty())
      for (auto const& spec : wanted.relays)
        if (relays->on(spec.number) != spec.initial && !relays->state(spec.number).phase_ends)
          (void)relays->command(spec.number, {.kind = spec.initial ? RelayCommand::Kind::on
                                                                   : RelayCommand::Kind::off});
  }
  if (had)
    answer(connection, Answer{all(), {}});
  else
    answer(connection, Answer{{}, had.error()});
}

void Guard::Loop::command(ConnectionPtr const& connection, Switch const& wanted) {
  commanded = wanted.relay;
  auto const done = relays->command(wanted.relay, wanted.command);
  commanded.reset();
  Answer reply;
  if (!done) reply.error = done.error();
  if (auto relay = standing_of(wanted.relay)) reply.relays.push_back(std::move(*relay));
  answer(connection, std::move(reply));
}

void Guard::Loop::stop(ConnectionPtr const& connection) {
  leaving = true;
  relays->stop();
  answer(connection, Answer{all(), {}});
  rest();
}

Standing Guard::Loop::standing(std::size_t index) const {
  auto const& spec = relays->specs()[index];
  return {spec.number, relays->state(spec.number), relays->available(spec.number),
          relays->describe()[index]};
}

std::optional<Standing> Guard::Loop::standing_of(unsigned relay) const {
  for (std::size_t i = 0; i < relays->specs().size(); ++i)
    if (relays->specs()[i].number == relay) return standing(i);
  return std::nullopt;
}

std::vector<Standing> Guard::Loop::all() const {
  std::vector<Standing> standings;
  for (std::size_t i = 0; i < relays->specs().size(); ++i) standings.push_back(standing(i));
  return standings;
}

/// A relay changed, or its line did.
void Guard::Loop::report(unsigned relay, std::string const& problem) {
  if (!daemon && !problem.empty()) say(problem);
  if (commanded == relay && problem.empty()) return;  // the answer says it
  if (auto standing = daemon ? standing_of(relay) : std::nullopt) {
    auto const bytes = encode(Report{std::move(*standing), problem});
    if (daemon->behind || send(daemon->socket.native_handle(), bytes) == Sent::later) {
      daemon->behind = true;
      catch_up(daemon);
    }
  }
  // Not from within: who reports is not done yet.
  if (leaving) asio::post(loop, [self = shared_from_this()] { self->rest(); });
}

void Guard::Loop::answer(ConnectionPtr const& connection, Reply reply) {
  auto bytes = encode(reply);
  if (send(connection->socket.native_handle(), bytes) != Sent::later) return;
  connection->answer = std::move(bytes);
  catch_up(connection);
}

/// Sends what could not be sent, when the other end reads again.
void Guard::Loop::catch_up(ConnectionPtr const& connection) {
  if (std::exchange(connection->writing, true)) return;
  connection->socket.async_wait(
      asio::posix::descriptor_base::wait_write,
      [self = shared_from_this(), connection](boost::system::error_code error) {
        connection->writing = false;
        if (error || self->over || !connection->socket.is_open()) return;
        int const fd = connection->socket.native_handle();
        if (std::exchange(connection->behind, false))
          for (auto const& relay : self->all())
            if (send(fd, encode(Report{relay, {}})) == Sent::later) connection->behind = true;
        if (!connection->answer.empty() && send(fd, connection->answer) != Sent::later)
          connection->answer.clear();
        if (connection->behind || !connection->answer.empty()) self->catch_up(connection);
      });
}

Guard::Guard(asio::io_context& loop, Gpio& gpio, Clock const& clock, Descriptor listener,
             std::filesystem::path socket, Say say, std::function<void()> ended, Duration grace)
    : loop_{std::make_shared<Loop>(loop, gpio, clock, std::move(listener), std::move(socket),
                                   std::move(say), std::move(ended), grace)} {
  // Whoever connects from now on is told our process as the peer, not that of the daemon that bound
  // it.
  ::listen(loop_->listener.native_handle(), most_connections);
  loop_->accept();
}

Guard::~Guard() {
  auto& loop = *loop_;
  loop.over = true;
  loop.patience.cancel();
  loop.relays.reset();
  // Before it is closed: a daemon replaces a socket only when nobody listens on it.
  if (file_at(loop.socket) == loop.file) ::unlink(loop.socket.c_str());
  loop.listener.close();
  for (auto const& connection : loop.connections) connection->socket.close();
}

}  // namespace snapcron
