#include "app/login_file.hpp"

#include "app/write_file.hpp"
#include "async/offload.hpp"
#include "config/source.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace snapcron {
namespace {

constexpr std::size_t longest_text = 65536;

}  // namespace

LoginFile::LoginFile(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
                     std::filesystem::path file, std::function<void(std::string const& text)> warn)
    : loop_{loop}, workers_{workers}, file_{std::move(file)}, warn_{std::move(warn)} {}

std::string LoginFile::read() const {
  auto found = read_regular_file(file_, longest_text);
  return found ? std::move(found->text) : std::string{};
}

void LoginFile::write(std::string text) {
  latest_ = std::move(text);
  if (!std::exchange(writing_, true))
    boost::asio::co_spawn(loop_, write_latest(), boost::asio::detached);
}

boost::asio::awaitable<void> LoginFile::write_latest() {
  while (auto text = std::exchange(latest_, std::nullopt)) {
    // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
    auto const work = [file = file_.string(), text = std::move(*text)] {
      return write_file(file, text);
    };
    auto const done = co_await offload(workers_, work);
    if (!done)
      warn_(done.error().text + ": who is logged in now must log in again after a restart");
  }
  writing_ = false;
}

}  // namespace snapcron
