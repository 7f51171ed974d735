#pragma once
// One at a time, the others in the order in which they came; bounded.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>

namespace snapcron {

class Turns : public std::enable_shared_from_this<Turns> {
 public:
  Turns(boost::asio::io_context& loop, std::size_t most_waiters)
      : loop_(loop), most_waiters_(most_waiters) {}

  /// Having a turn; its end gives the turn to the next. Empty: too many wait, or close() was
  /// called.
  class Turn {
   public:
    Turn() = default;
    explicit Turn(std::shared_ptr<Turns> turns) : turns_(std::move(turns)) {}
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_) turns_->pass_on();
    }
    explicit operator bool() const { return turns_ != nullptr; }

   private:
    std::shared_ptr<Turns> turns_;
  };

  boost::asio::awaitable<Turn> take();

  /// Those who wait get an empty turn, as does everybody from now on.
  void close();

 private:
  struct Waiter {
    boost::asio::steady_timer wake;  // cancelled when its turn has come
    bool granted = false;
  };

  void pass_on();

  boost::asio::io_context& loop_;
  std::size_t most_waiters_;
  bool taken_ = false;
  bool closed_ = false;
  std::list<Waiter*> waiters_;  // their coroutines own them
};

}  // namespace snapcron
