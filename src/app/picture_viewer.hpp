#pragma once
// Stored pictures to look at, read and scaled on a thread of their own: a page full of them delays
// no capture.

#include "core/error.hpp"
#include "core/picture_fit.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace snapcron {

/// All calls are made on the loop.
class PictureViewer {
 public:
  static constexpr unsigned most_waiting = 32;

  /// Waits for the one that is being read.
  ~PictureViewer() { close(); }

  /// The file made to fit. Fault::gone when it is no more, Fault::busy when `most_waiting` others
  /// are wanted already.
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> read(
      std::filesystem::path file, PictureFit fit);
  void close();

 private:
  std::shared_ptr<unsigned> waiting_ = std::make_shared<unsigned>(0);  // who waits may outlive us
  boost::asio::thread_pool thread_{1};
};

}  // namespace snapcron
