#pragma once
// A certificate is renewed by another program, which puts new files in the old ones' place. They
// are looked at again and again, for that comes unasked and months later; by what is in them, for
// it comes by symbolic links of any kind.

#include "core/site.hpp"
#include "core/time.hpp"
#include "ports/clock.hpp"
#include "tls/certificate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>
#include <string>

namespace snapcron {

/// All calls on the loop's thread; the files are read on a worker. No timer without a certificate.
class CertificateWatch {
 public:
  struct Told {
    std::function<void(TlsSpec renewed)> renewed;  // a good pair, and another than the one in use
    std::function<void(std::string const& text)> warn;
  };
  /// `pause` is from one look to the next.
  CertificateWatch(boost::asio::io_context& loop, boost::asio::thread_pool& workers,
                   Clock const& clock, Told told, Duration pause = std::chrono::minutes{1});

  /// The certificate that is shown from now on, and its validity; nullopt: there is none.
  void use(std::optional<TlsSpec> const& spec, std::optional<Validity> const& validity);
  void stop() { use({}, {}); }

  /// Why what is in the files now is not in use; empty while it is.
  std::string const& error() const { return error_; }

 private:
  boost::asio::awaitable<void> keep_looking();
  boost::asio::awaitable<void> look();
  void found(std::string const& mistake);
  void look_at_the_date();

  boost::asio::io_context& loop_;
  boost::asio::thread_pool& workers_;
  Clock const& clock_;
  Told const told_;
  Duration const pause_;
  boost::asio::steady_timer timer_;
  std::optional<TlsSpec> in_use_;
  Validity validity_;
  unsigned generation_ = 0;  // of in_use_
  bool looking_ = false;
  std::string seen_, error_;  // the mistake of the latest look, and one that stayed
  std::optional<Instant> warned_of_date_;
};

}  // namespace snapcron
