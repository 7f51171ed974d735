// CPU per keep-alive request for /io/input.txt, without and with a password and over TLS, beside
// nginx's `return`, lighttpd with a file of the same text, and a bare epoll loop that looks only
// for the empty line; and CPU per TLS connection (a whole handshake, one request), beside nginx
// with the same certificate. Each server is a process of its own on one core, the clients are on
// another; rounds alternate, the figure is the median. nginx and lighttpd are left out where they
// are not installed.

#include "../http/fake_controls.hpp"
#include "../support/certificates.hpp"
#include "../support/temporary_folder.hpp"
#include "http/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace snapcron;

constexpr int clients = 8;
constexpr int requests_a_round = 40'000;
constexpr int handshakes_a_round = 400;
constexpr int rounds = 7;

std::string const body =
    "input:1 current:0 last:1 pulse:2 time of change:12.22\n"
    "input:2 current:1 last:0 pulse:6 time of change:14.22\n"
    "input:3 current:0 last:1 pulse:1 time of change:09.13\n"
    "input:4 current:0 last:1 pulse:4 time of change:12.25\n";

void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

struct Contestant {
  std::string name;
  pid_t process;
  std::uint16_t port;
  std::string request;
  bool tls = false;
  std::vector<double> microseconds{}, handshakes{};  // a round each
};

double cpu_seconds(pid_t process) {
  clockid_t clock;
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) == 0) ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Forks a server; it writes its port into the pipe before it serves.
std::pair<pid_t, std::uint16_t> start(
    std::function<void(std::function<void(std::uint16_t)>)> const& serve) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) std::abort();
  pid_t const child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(0);
    serve([&](std::uint16_t port) { (void)!::write(pipe[1], &port, sizeof port); });
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::uint16_t port = 0;
  if (::read(pipe[0], &port, sizeof port) != sizeof port) std::abort();
  ::close(pipe[0]);
  return {child, port};
}

void serve_snapcron(bool password, std::optional<TlsSpec> tls,
                    std::function<void(std::uint16_t)> const& ready) {
  boost::asio::io_context loop{1};
  boost::asio::thread_pool workers{1};
  FakeControls controls;
  auto const changed = controls.input_readings[0].changed;
  controls.input_readings = {{1, false, true, 2, changed},
                             {2, true, false, 6, changed},
                             {3, false, true, 1, changed},
                             {4, false, true, 4, changed}};
  SystemClock clock;
  ServerLimits limits;
  limits.requests = 1'000'000'000;
  limits.connections_per_address = 64;
  Server server{loop, controls, clock, workers, limits};
  HttpSpec spec;
  spec.port = 0;
  spec.tls = std::move(tls);
  if (password)
    spec.users = {
        {"root", "$5$rounds=1000$saltsalt$zjC/Njk9Y.EVEc3QygFw/Rhx5L4ZHXnWMx5WovHpIO2", false}};
  if (!server.listen_tcp(spec)) std::abort();
  auto const address = server.address();
  ready(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  loop.run();
}

/// The least that a server can do: wait, read, look at the last four bytes, write.
void serve_bare(std::function<void(std::uint16_t)> const& ready) {
  auto const reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + body;
  int const listener = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 128) != 0)
    std::abort();
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  int const poller = ::epoll_create1(0);
  epoll_event event{EPOLLIN, {.fd = listener}};
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  ready(ntohs(address.sin_port));
  for (epoll_event events[64];;) {
    int const count = ::epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        event.data.fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        ::epoll_ctl(poller, EPOLL_CTL_ADD, event.data.fd, &event);
        continue;
      }
      char buffer[4096];
      auto const n = ::read(fd, buffer, sizeof buffer);
      if (n <= 0)
        ::close(fd);
      else if (n >= 4 && std::memcmp(buffer + n - 4, "\r\n\r\n", 4) == 0)
        (void)!::write(fd, reply.data(), reply.size());
    }
  }
}

/// Another one's server; nothing where it is not installed.
std::optional<std::pair<pid_t, std::uint16_t>> start_program(std::uint16_t port,
                                                             std::vector<std::string> words) {
  if (::access(words.front().c_str(), X_OK) != 0) return std::nullopt;
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t const child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(0);
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  for (int i = 0; i < 100; ++i) {
    int const probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto const address = loopback(port);
    bool const up =
        ::connect(probe, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
    ::close(probe);
    if (up) return std::pair{child, port};
    ::usleep(20'000);
  }
  return std::nullopt;
}

std::optional<std::pair<pid_t, std::uint16_t>> start_nginx(TemporaryFolder const& folder,
                                                           std::uint16_t port,
                                                           TlsSpec const* tls = nullptr) {
  auto const own = std::to_string(port);
  std::string ssl;
  if (tls != nullptr)
    ssl = " ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate " +
          folder.write(own + ".crt", tls->certificate).string() + "; ssl_certificate_key " +
          folder.write(own + ".key", tls->key).string();
  auto quoted = body;
  for (std::size_t at = 0; (at = quoted.find('\n', at)) != std::string::npos; at += 2)
    quoted.replace(at, 1, "\\n");
  auto const config = folder.write(
      own + ".conf",
      "daemon off; master_process off; error_log /dev/null; pid " + (folder / own).string() +
          ";\nevents { worker_connections 256; }\nhttp { access_log off; keepalive_requests "
          "1000000000;\n"
          "client_body_temp_path " +
          folder.path().string() + ";\nserver { listen 127.0.0.1:" + own + ssl +
          "; location / { default_type text/plain; return 200 \"" + quoted + "\"; } } }\n");
  return start_program(port,
                       {"/usr/sbin/nginx", "-p", folder.path().string(), "-c", config.string()});
}

/// A file in memory, or nearly so: it is in the page cache, and lighttpd keeps what stat() said.
std::optional<std::pair<pid_t, std::uint16_t>> start_lighttpd(TemporaryFolder const& folder) {
  std::uint16_t const port = 18'081;
  std::filesystem::create_directories(folder / "www/io");
  folder.write("www/io/input.txt", body);
  auto const config =
      folder.write("lighttpd.conf",
                   "server.document-root = \"" + (folder / "www").string() +
                       "\"\nserver.errorlog = \"" + (folder / "lighttpd.log").string() +
                       "\"\nserver.bind = \"127.0.0.1\"\nserver.port = " + std::to_string(port) +
                       "\nserver.max-keep-alive-requests = 1000000000\n"
                       "server.max-keep-alive-idle = 3600\n"
                       "mimetype.assign = ( \".txt\" => \"text/plain\" )\n");
  return start_program(port, {"/usr/sbin/lighttpd", "-D", "-f", config.string()});
}

/// A client's connection, with TLS where the contestant has it.
class Connection {
 public:
  Connection(Contestant const& to, SSL_CTX* context) {
    auto const address = loopback(to.port);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
      std::abort();
    int const one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (!to.tls) return;
    tls_ = SSL_new(context);
    SSL_set_fd(tls_, fd_);
    if (SSL_connect(tls_) != 1) std::abort();
  }
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;
  ~Connection() {
    if (tls_ != nullptr) SSL_shutdown(tls_);
    SSL_free(tls_);
    ::close(fd_);
  }
  void ask(Contestant const& of) {
    auto const& text = of.request;
    if (tls_ != nullptr)
      (void)SSL_write(tls_, text.data(), static_cast<int>(text.size()));
    else
      (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void expect_reply(Contestant const& of) {
    char buffer[4096];
    auto const n = tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer)
                                   : ::recv(fd_, buffer, sizeof buffer, 0);
    if (n >= 12 && std::memcmp(buffer + 9, "200", 3) == 0 && buffer[n - 1] == '\n') return;
    std::fprintf(stderr, "%s: unexpected reply: %.*s\n", of.name.c_str(),
                 static_cast<int>(std::max<ssize_t>(n, 0)), buffer);
    std::exit(1);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  SSL* tls_ = nullptr;
};

SSL_CTX* client_context() {
  static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  return context;
}

/// One request at a time on each connection, until all are answered.
void load(Contestant const& contestant, int requests) {
  int const poller = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::uint32_t i = 0; i < clients; ++i) {
    connections.push_back(std::make_unique<Connection>(contestant, client_context()));
    epoll_event event{EPOLLIN, {.u32 = i}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, connections.back()->fd(), &event);
    connections.back()->ask(contestant);
  }
  for (int answered = 0; answered < requests;) {
    epoll_event events[clients];
    int const count = ::epoll_wait(poller, events, clients, 5000);
    if (count <= 0) std::abort();
    for (int i = 0; i < count; ++i) {
      auto& connection = *connections[events[i].data.u32];
      connection.expect_reply(contestant);
      if (++answered < requests) connection.ask(contestant);
    }
  }
  ::close(poller);
}

/// Connection after connection, each with a whole handshake and one request.
void shake_hands(Contestant const& contestant, int times) {
  for (int i = 0; i < times; ++i) {
    Connection connection{contestant, client_context()};
    connection.ask(contestant);
    connection.expect_reply(contestant);
  }
}

/// Microseconds of the contestant's CPU for each of `times`.
double cost(Contestant const& contestant, void (*of)(Contestant const&, int), int times) {
  double const before = cpu_seconds(contestant.process);
  of(contestant, times);
  return (cpu_seconds(contestant.process) - before) * 1e6 / times;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main() {
  pin(1);
  TemporaryFolder const folder;
  std::string const request =
      "GET /io/input.txt HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nAccept: */*\r\n";
  std::string const login = "Authorization: Basic cm9vdDpzM2NyZXQ=\r\n";
  std::vector<Contestant> all;
  auto const add = [&](std::string name, std::pair<pid_t, std::uint16_t> server, std::string text) {
    all.push_back({std::move(name), server.first, server.second, std::move(text)});
  };
  auto const snapcron = [](bool password, std::optional<TlsSpec> tls = {}) {
    return start([=](auto ready) { serve_snapcron(password, tls, ready); });
  };
  add("bare epoll", start([](auto ready) { serve_bare(ready); }), request + "\r\n");
  if (auto const nginx = start_nginx(folder, 18'080)) add("nginx return", *nginx, request + "\r\n");
  if (auto const lighttpd = start_lighttpd(folder))
    add("lighttpd, a file", *lighttpd, request + "\r\n");
  add("snapcron", snapcron(false), request + "\r\n");
  add("snapcron, password", snapcron(true), request + login + "\r\n");
  for (unsigned const bits : {0u, 2048u}) {
    auto const tls = TestCertificate{{.rsa_bits = bits}}.spec();
    std::string const kind = bits == 0 ? "P-256" : "RSA-2048";
    auto const port = static_cast<std::uint16_t>(18'443 + bits);
    if (auto const nginx = start_nginx(folder, port, &tls))
      add("nginx, TLS, " + kind, *nginx, request + "\r\n");
    add("snapcron, TLS, " + kind, snapcron(false, tls), request + "\r\n");
  }
  for (auto& contestant : all) contestant.tls = contestant.name.find("TLS") != std::string::npos;

  for (auto const& contestant : all) load(contestant, 2000);
  for (int round = 0; round < rounds; ++round)
    for (auto& contestant : all) {
      contestant.microseconds.push_back(cost(contestant, load, requests_a_round));
      if (contestant.tls)
        contestant.handshakes.push_back(cost(contestant, shake_hands, handshakes_a_round));
    }
  double const floor = median(all.front().microseconds);
  std::printf("%-22s %14s %16s %18s\n", "GET /io/input.txt", "CPU a request", "of bare epoll",
              "CPU a connection");
  for (auto const& contestant : all) {
    double const figure = median(contestant.microseconds);
    std::printf("%-22s %11.2f us %15.2fx", contestant.name.c_str(), figure, figure / floor);
    if (contestant.tls) std::printf(" %15.0f us", median(contestant.handshakes));
    std::printf("\n");
    ::kill(contestant.process, SIGKILL);
    ::waitpid(contestant.process, nullptr, 0);
  }
  return 0;
}
