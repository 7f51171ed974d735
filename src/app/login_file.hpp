#pragma once
// The file in which the log-ins of browsers outlive the daemon. A disk that does not take it costs
// a log-in after the next start, nothing else.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace snapcron {

/// All calls on the loop's thread; the file is written on a worker, the latest text last.
class LoginFile {
 public:
  LoginFile(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
            std::filesystem::path file, std::function<void(std::string const& text)> warn);

  /// Blocks: before the loop turns. Empty where there is none.
  std::string read() const;
  void write(std::string text);

 private:
  boost::asio::awaitable<void> write_latest();

  boost::asio::io_context& loop_;
  boost::asio::thread_pool& workers_;
  std::filesystem::path const file_;
  std::function<void(std::string const& text)> const warn_;
  std::optional<std::string> latest_;
  bool writing_ = false;
};

}  // namespace snapcron
