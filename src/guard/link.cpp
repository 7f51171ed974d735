#include "guard/link.hpp"

#include <unistd.h>

#include <algorithm>

namespace snapcron::guard {
namespace {

using std::chrono::seconds;

constexpr Duration longest_start = seconds{10};     // of a guard, until it speaks
constexpr Duration longest_greeting = seconds{3};   // of one that lives
constexpr Duration longest_farewell = seconds{30};  // of one of another version, for its pulses

Steady now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Error Link::gone(std::string const& why) const {
  return {Fault::gone, "the relay guard (process " + std::to_string(process_.pid) + ") " + why};
}

/// One message; Fault::timed_out when none comes, Fault::gone when none can come any more.
Result<Reply> Link::receive(Steady until, Meanwhile const& meanwhile) {
  for (;;) {
    auto const due = meanwhile ? meanwhile() : std::nullopt;
    switch (inbox_.receive(socket_.native_handle())) {
      case Received::message:
        if (auto reply = decode_reply(inbox_.message())) return std::move(*reply);
        return gone("says what cannot be understood");
      case Received::end:
        return gone("has ended");
      case Received::nothing:
        if (!wait_readable(socket_.native_handle(), due ? std::min(*due, until) : until) &&
            now() >= until)
          return Error{Fault::timed_out, gone("does not answer").text};
    }
  }
}

Result<std::uint16_t> Link::greet(Duration patience, Meanwhile const& meanwhile) {
  if (send(socket_.native_handle(), encode(Hello{})) != Sent::yes) return gone("has ended");
  auto const reply = receive(now() + patience, meanwhile);
  if (!reply) return reply.error();
  if (auto const* welcome = std::get_if<Welcome>(&*reply)) return welcome->version;
  return gone("says what cannot be understood");
}

Result<std::unique_ptr<Link>> Link::to_living(boost::asio::io_context& loop,
                                              std::filesystem::path const& socket) {
  auto connection = connect_to(socket);
  if (!connection) return connection.error();
  auto const pid = peer_of(connection->get());
  if (!pid) return pid.error();
  Error const none{Fault::not_found, "no relay guard lives at " + socket.string()};
  // Ourselves, when whoever lives there never said that it listens: nobody that may be killed.
  auto process = *pid == ::getpid() ? Result<Process>{Process{*pid, {}}} : process_of(*pid);
  if (!process) return none;
  std::unique_ptr<Link> link{new Link{loop, std::move(*connection), std::move(*process)}};
  auto const version = link->greet(longest_greeting);
  if (version && *version == protocol_version) return link;
  if (version && send(link->socket_.native_handle(), encode(Stop{})) == Sent::yes)
    link->wait_for_end(longest_farewell);
  // One that stands still holds the lines, and nobody tells it to let go of them.
  if (version || version.error().fault == Fault::timed_out) link->end_guard();
  return none;
}

Result<std::unique_ptr<Link>> Link::to_new(boost::asio::io_context& loop,
                                           std::filesystem::path const& socket, Start const& start,
                                           Meanwhile const& meanwhile) {
  auto listener = listen_at(socket);
  if (!listener) return listener.error();
  // Connected before it starts: should we die now it sees that nobody is there.
  auto connection = connect_to(socket);
  if (!connection) return connection.error();
  auto process = start(listener->get());
  if (!process) return process.error();
  // Or its death would not be seen: the connection would wait to be accepted.
  *listener = Descriptor{};
  std::unique_ptr<Link> link{new Link{loop, std::move(*connection), std::move(*process)}};
  auto const version = link->greet(longest_start, meanwhile);
  if (version && *version == protocol_version) return link;
  link->end_guard();
  return version ? link->gone("speaks another version's language") : version.error();
}

Result<Answer> Link::ask(Request const& request, Duration patience, std::vector<Report>& reports,
                         Meanwhile const& meanwhile) {
  if (send(socket_.native_handle(), encode(request)) != Sent::yes) return gone("has ended");
  auto const until = now() + patience;
  for (;;) {
    auto reply = receive(until, meanwhile);
    if (!reply) return Error{Fault::gone, reply.error().text};
    if (auto* answer = std::get_if<Answer>(&*reply)) return std::move(*answer);
    if (auto* news = std::get_if<Report>(&*reply))
      reports.push_back(std::move(*news));
    else
      return gone("says what cannot be understood");
  }
}

Result<std::optional<Report>> Link::next_report() {
  auto reply = receive(Steady{});
  if (!reply && reply.error().fault == Fault::timed_out) return std::optional<Report>{};
  if (!reply) return reply.error();
  if (auto* news = std::get_if<Report>(&*reply)) return std::optional{std::move(*news)};
  return gone("says what cannot be understood");
}

void Link::wait_for_end(Duration patience) {
  auto const until = now() + patience;
  while (receive(until)) {
  }
}

bool answers(std::filesystem::path const& socket) {
  auto const connection = connect_to(socket);
  if (!connection || send(connection->get(), encode(Hello{})) != Sent::yes) return false;
  Inbox inbox;
  return wait_readable(connection->get(), now() + longest_greeting) &&
         inbox.receive(connection->get()) == Received::message;
}

}  // namespace snapcron::guard
