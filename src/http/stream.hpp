#pragma once
// A reply without an end: the parts of a multipart body, or events, one after another, until one
// side leaves.

#include "http/response.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>

namespace snapcron::http {

class Stream {
 public:
  /// Sends the head of the reply: from here on only parts follow. False: there is nobody to send
  /// them to (HEAD, or the client has left).
  virtual boost::asio::awaitable<bool> begin(Response head) = 0;
  /// Returns when the client has taken `text` and the picture behind it, if there is one. False: it
  /// has left, or takes nothing any more.
  virtual boost::asio::awaitable<bool> send(std::string text,
                                            std::shared_ptr<std::string const> picture = {}) = 0;
  /// Returns when the timer has expired or was cancelled; false: the client has left, or has ended
  /// its side of the connection, which ends the wait at once.
  virtual boost::asio::awaitable<bool> wait(boost::asio::steady_timer& timer) = 0;

 protected:
  ~Stream() = default;
};

}  // namespace snapcron::http
