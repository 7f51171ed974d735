#pragma once
// Says when to look after the lines: something happened to a chip's device node, or a line is
// missing and its time to be tried again has come. Sleeps while nothing is missing and nothing
// happens.
//
// The node is watched because a kernel before 6.3 does not wake those who wait on the lines of a
// chip that is unplugged.

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace snapcron {

class ChipWatch {
 public:
  /// `look` is called on the loop.
  ChipWatch(boost::asio::io_context& loop, std::function<void()> look);
  ~ChipWatch();

  /// Watches a device node ("/dev/gpiochip0") and what appears beside it; empty is nothing to
  /// watch.
  void add(std::string const& device);
  /// Whether a line is missing: then `look` is called after 1 s, 2 s, 4 s, ... 60 s, and at every
  /// change.
  void set_missing(bool missing);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace snapcron
