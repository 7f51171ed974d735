// CPU per keep-alive request for /io/input.txt, without and with a password, beside nginx's
// `return` and a bare epoll loop that looks only for the empty line. Each server is a process of
// its own on one core, the clients are on another; rounds alternate, the figure is the median.
// nginx is left out where it is not installed.

#include "../http/fake_controls.hpp"
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

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>

namespace {

using namespace snapcron;

constexpr int clients = 8;
constexpr int requests_a_round = 40'000;
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
  std::vector<double> microseconds;  // a round each
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

void serve_snapcron(bool password, std::function<void(std::uint16_t)> const& ready) {
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

std::optional<std::pair<pid_t, std::uint16_t>> start_nginx(TemporaryFolder const& folder) {
  if (::access("/usr/sbin/nginx", X_OK) != 0) return std::nullopt;
  std::uint16_t const port = 18'080;
  auto quoted = body;
  for (std::size_t at = 0; (at = quoted.find('\n', at)) != std::string::npos; at += 2)
    quoted.replace(at, 1, "\\n");
  auto const config = folder.write(
      "nginx.conf",
      "daemon off; master_process off; error_log /dev/null; pid " + (folder / "pid").string() +
          ";\nevents { worker_connections 256; }\nhttp { access_log off; keepalive_requests "
          "1000000000;\n"
          "client_body_temp_path " +
          folder.path().string() + ";\nserver { listen 127.0.0.1:" + std::to_string(port) +
          "; location / { default_type text/plain; return 200 \"" + quoted + "\"; } } }\n");
  pid_t const child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(0);
    ::execl("/usr/sbin/nginx", "nginx", "-p", folder.path().c_str(), "-c", config.c_str(), nullptr);
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

/// One request at a time on each connection, until all are answered.
void load(Contestant const& contestant, int requests) {
  int const poller = ::epoll_create1(EPOLL_CLOEXEC);
  auto const address = loopback(contestant.port);
  int sockets[clients];
  auto const ask = [&](int fd) {
    (void)!::send(fd, contestant.request.data(), contestant.request.size(), MSG_NOSIGNAL);
  };
  for (int& fd : sockets) {
    fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
      std::abort();
    int const one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_event event{EPOLLIN, {.fd = fd}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    ask(fd);
  }
  for (int answered = 0; answered < requests;) {
    epoll_event events[clients];
    int const count = ::epoll_wait(poller, events, clients, 5000);
    if (count <= 0) std::abort();
    for (int i = 0; i < count; ++i) {
      char buffer[4096];
      auto const n = ::recv(events[i].data.fd, buffer, sizeof buffer, 0);
      if (n < 12 || std::memcmp(buffer + 9, "200", 3) != 0 || buffer[n - 1] != '\n') {
        std::fprintf(stderr, "%s: unexpected reply: %.*s\n", contestant.name.c_str(),
                     static_cast<int>(std::max<ssize_t>(n, 0)), buffer);
        std::exit(1);
      }
      if (++answered < requests) ask(events[i].data.fd);
    }
  }
  for (int const fd : sockets) ::close(fd);
  ::close(poller);
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
    all.push_back({std::move(name), server.first, server.second, std::move(text), {}});
  };
  add("bare epoll", start([](auto ready) { serve_bare(ready); }), request + "\r\n");
  if (auto const nginx = start_nginx(folder)) add("nginx return", *nginx, request + "\r\n");
  add("snapcron", start([](auto ready) { serve_snapcron(false, ready); }), request + "\r\n");
  add("snapcron, password", start([](auto ready) { serve_snapcron(true, ready); }),
      request + login + "\r\n");

  for (auto const& contestant : all) load(contestant, 2000);
  for (int round = 0; round < rounds; ++round)
    for (auto& contestant : all) {
      double const before = cpu_seconds(contestant.process);
      load(contestant, requests_a_round);
      contestant.microseconds.push_back((cpu_seconds(contestant.process) - before) * 1e6 /
                                        requests_a_round);
    }
  double const floor = median(all.front().microseconds);
  std::printf("%-20s %14s %16s\n", "GET /io/input.txt", "CPU a request", "of bare epoll");
  for (auto const& contestant : all) {
    double const figure = median(contestant.microseconds);
    std::printf("%-20s %11.2f us %15.2fx\n", contestant.name.c_str(), figure, figure / floor);
    ::kill(contestant.process, SIGKILL);
    ::waitpid(contestant.process, nullptr, 0);
  }
  return 0;
}
