#include "http/server.hpp"

#include "http/listener.hpp"
#include "http/session.hpp"

#include <unistd.h>
#include <utility>

namespace snapcron {

class Server::Impl {
 public:
  Impl(boost::asio::io_context& loop, Controls& controls, Clock const& clock,
       boost::asio::thread_pool& workers, ServerLimits const& limits)
      : hub_{std::make_shared<http::Hub>(loop, controls, clock, workers, limits)} {}
  ~Impl() {
    stop();
    close_handed_over();
  }

  void use(std::vector<int> handed_over) { handed_over_ = std::move(handed_over); }

  http::Entrance& entrance() { return hub_->entrance; }

  void on_refused(Server::Refused refused) {
    hub_->entrance.on_refused(
        [refused = std::move(refused)](http::Peer const& from, http::Verdict verdict) {
          refused(http::to_text(from), verdict == http::Verdict::limited);
        });
  }

  Result<void> listen_unix(std::filesystem::path const& path) {
    if (unix_socket_ && unix_socket_->path() == path) return {};
    auto opened = http::UnixSocket::open(path);
    if (!opened) return opened.error();
    unix_listener_ = listen((*opened)->release(), true);
    unix_socket_ = std::move(*opened);
    return {};
  }

  Result<void> configure(std::optional<HttpSpec> const& spec) {
    if (!spec) {
      tcp_listener_.reset();
      hub_->close_network();
      hub_->entrance.set_users({});
      hub_->certificate.reset();
      spec_.reset();
      close_handed_over();
      return {};
    }
    bool const stays = spec_ && spec_->address == spec->address && spec_->port == spec->port;
    if (auto const allowed = http::check_exposure(*spec); !allowed) return allowed.error();
    bool const same_certificate = spec_ && spec_->tls == spec->tls;
    std::optional<Certificate> certificate;
    if (spec->tls && !same_certificate) {
      auto made = Certificate::make(*spec->tls);
      if (!made) return made.error();
      certificate = std::move(*made);
    }
    if (!stays) {
      auto const fd = http::open_tcp(*spec, handed_over_);
      if (!fd) return fd.error();
      hub_->close_network();
      tcp_listener_ = listen(*fd, false);
    }
    if (stays && spec_->tls.has_value() != spec->tls.has_value()) hub_->close_network();
    if (!same_certificate) hub_->certificate = std::move(certificate);
    if (!spec_ || spec_->users != spec->users) {
      hub_->entrance.set_users(spec->users);
      hub_->close_streams();
    }
    hub_->api.set_manual_input_txt(spec->manual_input_txt);
    spec_ = spec;
    close_handed_over();
    return {};
  }

  void stop() {
    tcp_listener_.reset();
    unix_listener_.reset();
    hub_->close_all();
    hub_->entrance.stop();
    unix_socket_.reset();
    spec_.reset();
  }

  std::string address() const { return tcp_listener_ ? tcp_listener_->address() : ""; }

  std::optional<Validity> certificate() const {
    return hub_->certificate ? std::optional{hub_->certificate->validity()} : std::nullopt;
  }

 private:
  void close_handed_over() {
    for (int const socket : std::exchange(handed_over_, {})) ::close(socket);
  }

  std::unique_ptr<http::Listener> listen(int fd, bool local) {
    return std::make_unique<http::Listener>(
        hub_->loop, fd, local,
        [hub = hub_](int connection, http::Peer const& peer) { hub->admit(connection, peer); });
  }

  std::shared_ptr<http::Hub> hub_;
  std::vector<int> handed_over_;
  std::optional<HttpSpec> spec_;
  std::unique_ptr<http::Listener> tcp_listener_;
  std::unique_ptr<http::Listener> unix_listener_;
  std::unique_ptr<http::UnixSocket> unix_socket_;
};

Server::Server(boost::asio::io_context& loop, Controls& controls, Clock const& clock,
               boost::asio::thread_pool& workers, ServerLimits const& limits)
    : impl_{std::make_unique<Impl>(loop, controls, clock, workers, limits)} {}
Server::~Server() = default;

void Server::use(std::vector<int> handed_over) {
  impl_->use(std::move(handed_over));
}
void Server::on_refused(Refused refused) {
  impl_->on_refused(std::move(refused));
}
void Server::on_logins(std::function<void(std::string text)> changed) {
  auto& entrance = impl_->entrance();
  entrance.on_changed([&entrance, changed = std::move(changed)] { changed(entrance.text()); });
}
void Server::restore_logins(std::string_view text) {
  impl_->entrance().restore(text);
}
Result<void> Server::listen_tcp(HttpSpec const& spec) {
  return impl_->configure(spec);
}
Result<void> Server::listen_unix(std::filesystem::path const& socket) {
  return impl_->listen_unix(socket);
}
Result<void> Server::configure(std::optional<HttpSpec> const& spec) {
  return impl_->configure(spec);
}
void Server::stop() {
  impl_->stop();
}
std::optional<Validity> Server::certificate() const {
  return impl_->certificate();
}
std::string Server::address() const {
  return impl_->address();
}

}  // namespace snapcron
