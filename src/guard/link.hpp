#pragma once
// The daemon's end of its connection to the guard.

#include "guard/message.hpp"
#include "guard/socket.hpp"
#include "guard/start.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace snapcron::guard {

class Link {
 public:
  using Start = std::function<Result<Process>(int listener)>;
  /// Called while a new guard is waited for: does what is due, and says when there is more to do.
  using Meanwhile = std::function<std::optional<Steady>()>;

  /// To the guard that lives at `socket`. Fault::not_found when there is none (any more): one that
  /// stands still is killed; one that speaks another version's language is told to end, waited for,
  /// and in the end killed.
  static Result<std::unique_ptr<Link>> to_living(boost::asio::io_context& loop,
                                                 std::filesystem::path const& socket);
  /// To a new one. Nobody else may listen at `socket`.
  static Result<std::unique_ptr<Link>> to_new(boost::asio::io_context& loop,
                                              std::filesystem::path const& socket,
                                              Start const& start, Meanwhile const& meanwhile);

  /// Asks and waits for the answer; reports that come before it are added to `reports`. Fault::gone
  /// when none comes within `patience`: then this link is of no use any more.
  Result<Answer> ask(Request const& request, Duration patience, std::vector<Report>& reports,
                     Meanwhile const& meanwhile = {});
  /// A report that waits; nullopt when there is none. An error means that the guard has ended.
  Result<std::optional<Report>> next_report();
  /// Calls `readable` on the loop when a report has come or the guard has ended.
  template <class Handler>
  void wait(Handler readable) {
    socket_.async_wait(boost::asio::posix::descriptor_base::wait_read, std::move(readable));
  }
  /// Waits until the guard has closed its end.
  void wait_for_end(Duration patience);
  /// The guard must not live any more.
  void end_guard() { make_sure_of_end(process_); }

  pid_t pid() const { return process_.pid; }

 private:
  Link(boost::asio::io_context& loop, Descriptor connection, Process process)
      : socket_{loop, connection.release()}, process_{std::move(process)} {}

  Error gone(std::string const& why) const;
  Result<Reply> receive(Steady until, Meanwhile const& meanwhile = {});
  Result<std::uint16_t> greet(Duration patience, Meanwhile const& meanwhile = {});

  boost::asio::posix::stream_descriptor socket_;
  Process process_;
  Inbox inbox_;
};

/// Does a guard live at `socket`?
bool answers(std::filesystem::path const& socket);

}  // namespace snapcron::guard
