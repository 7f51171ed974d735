#include "app/certificate_watch.hpp"

#include "async/offload.hpp"
#include "config/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

/// How often the log is told that a certificate comes to its end.
constexpr auto reminder = std::chrono::hours{24};

}  // namespace

CertificateWatch::CertificateWatch(asio::io_context& loop, asio::thread_pool& workers,
                                   Clock const& clock, Told told, Duration pause)
    : loop_{loop},
      workers_{workers},
      clock_{clock},
      told_{std::move(told)},
      pause_{pause},
      timer_{loop} {}

void CertificateWatch::use(std::optional<TlsSpec> const& spec,
                           std::optional<Validity> const& validity) {
  if (spec == in_use_) return;
  ++generation_;
  in_use_ = spec;
  validity_ = validity.value_or(Validity{});
  seen_.clear();
  error_.clear();
  warned_of_date_.reset();
  if (!in_use_) {
    timer_.cancel();
  } else if (!std::exchange(looking_, true)) {
    asio::co_spawn(loop_, keep_looking(), asio::detached);
  }
}

asio::awaitable<void> CertificateWatch::keep_looking() {
  while (in_use_) {
    timer_.expires_after(pause_);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!in_use_) break;
    look_at_the_date();
    co_await look();
  }
  looking_ = false;
}

asio::awaitable<void> CertificateWatch::look() {
  auto const generation = generation_;
  auto const work = [present = *in_use_]() -> Result<TlsSpec> {
    auto read = read_tls_files(present.certificate_file, present.key_file);
    if (!read || *read == present) return read;
    if (auto const good = Certificate::make(*read); !good) return good.error();
    return read;
  };
  auto const read = co_await offload(workers_, work);
  if (generation != generation_) co_return;
  found(read ? std::string{} : read.error().text);
  if (read && *read != *in_use_) told_.renewed(*read);
}

/// Between two renamings the files do not belong together: only what stays is a mistake.
void CertificateWatch::found(std::string const& mistake) {
  bool const stayed = mistake == std::exchange(seen_, mistake);
  if (mistake.empty()) {
    error_.clear();
  } else if (stayed && error_ != mistake) {
    error_ = mistake;
    told_.warn(mistake + "; the certificate of before stays in use");
  }
}

void CertificateWatch::look_at_the_date() {
  auto const now = clock_.now().wall;
  if (warned_of_date_ && now - *warned_of_date_ < reminder) return;
  auto const worry = validity_.worry(now, *in_use_);
  if (worry.empty()) return;
  warned_of_date_ = now;
  told_.warn(worry);
}

}  // namespace snapcron
