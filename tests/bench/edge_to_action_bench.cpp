// From an edge being readable to the relay being driven: the daemon's own path (Asio, batch read,
// debounce state, engine, relay) beside a bare poll-and-read loop on the same kind of descriptor,
// in turns within one run. The edges come from another thread, so both sides sleep in the kernel as
// they would on a chip.
//
// edge_to_action_bench [EDGES] [GAP_US]
#include "core/engine.hpp"
#include "lines/inputs.hpp"
#include "lines/relays.hpp"
#include "ports/clock.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace snapcron {
namespace {

Steady now() {
  return SystemClock{}.now().steady;
}

/// An input line whose edges are written into a pipe by the bench.
class PipeLine : public InputLine {
 public:
  explicit PipeLine(int fd) : fd_(fd) {}
  int descriptor() const override { return fd_; }
  Result<std::size_t> read(std::span<RawEdge> edges) override {
    auto const n = ::read(fd_, edges.data(), edges.size_bytes());
    return n <= 0 ? 0 : static_cast<std::size_t>(n) / sizeof(RawEdge);
  }
  Result<bool> level() override { return false; }
  bool debounced() const override { return true; }
  bool numbered() const override { return true; }
  std::string describe() const override { return "pipe"; }

 private:
  int fd_;
};

/// A relay that notes how old the edge was when it was driven.
class StopWatch : public OutputLine {
 public:
  StopWatch(std::vector<Duration>& ages, Steady const& edge) : ages_(ages), edge_(edge) {}
  Result<void> set(bool) override {
    ages_.push_back(now() - edge_);
    return {};
  }
  std::string describe() const override { return "stop watch"; }

 private:
  std::vector<Duration>& ages_;
  Steady const& edge_;
};

class BenchGpio : public Gpio {
 public:
  BenchGpio(int fd, std::vector<Duration>& ages, Steady const& edge)
      : fd_(fd), ages_(ages), edge_(edge) {}
  Result<std::unique_ptr<InputLine>> request_input(InputSpec const&) override {
    return std::make_unique<PipeLine>(fd_);
  }
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const&, bool) override {
    return std::make_unique<StopWatch>(ages_, edge_);
  }
  std::string device_of(std::string const&) const override { return {}; }

 private:
  int fd_;
  std::vector<Duration>& ages_;
  Steady const& edge_;
};

/// Writes `count` edges, alternating, `gap` apart.
void produce(int fd, int count, std::chrono::microseconds gap) {
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(gap);
    RawEdge const edge{i % 2 == 0, now(), 0};
    if (::write(fd, &edge, sizeof edge) != sizeof edge) std::abort();
  }
}

std::vector<Duration> bare(int count, std::chrono::microseconds gap) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) std::abort();
  std::vector<Duration> ages;
  std::thread producer{produce, fds[1], count, gap};
  PipeLine line{fds[0]};
  RawEdge batch[64];
  while (static_cast<int>(ages.size()) < count) {
    pollfd p{fds[0], POLLIN, 0};
    ::poll(&p, 1, -1);
    auto const n = line.read(batch);
    Steady const read_at = now();
    for (std::size_t i = 0; i < *n; ++i) ages.push_back(read_at - batch[i].at);
  }
  producer.join();
  ::close(fds[0]);
  ::close(fds[1]);
  return ages;
}

/// The daemon's path, with 1,000 rules of which one listens.
class Path : private InputListener {
 public:
  Path(int fd, int count) : gpio_(fd, ages_, edge_), count_(static_cast<std::size_t>(count)) {
    std::vector<Rule> rules;
    for (unsigned i = 0; i < 1000; ++i) {
      Rule r;
      r.name = "rule-" + std::to_string(i);
      r.triggers = {{InputTrigger{i == 0 ? 1u : 2u + i % 60, InputTrigger::Edge::both}, ""}};
      r.actions = {{RelayAction{1, {RelayCommand::Kind::toggle, {}, 1, {}}}}};
      rules.push_back(std::move(r));
    }
    InputSpec input;
    input.number = 1;
    RelaySpec relay;
    relay.number = 1;
    if (!relays_.configure({relay}) || !inputs_.configure({input})) std::abort();
    ages_.clear();
    engine_.configure(std::move(rules), Names{.inputs = {{1, "door"}}, .relays = {{1, "strike"}}},
                      clock_.now());
  }
  std::vector<Duration> run() {
    loop_.run();
    return ages_;
  }

 private:
  void on_edges(std::span<InputEdge const> edges) override {
    Moment const moment = clock_.now();
    for (auto const& edge : edges) {
      edge_ = edge.at;
      engine_.on_edge(edge, moment, out_);
      for (std::size_t i = 0; i < out_.perform.size(); ++i) {
        auto const task = out_.perform[i];
        auto const& relay = std::get<RelayAction>(task.action->what);
        (void)relays_.command(relay.relay, relay.command);
        engine_.ended(task.run, true, {}, moment, out_);
      }
      out_.clear();
    }
    if (ages_.size() >= count_) loop_.stop();
  }
  void on_lost(InputSpec const&, std::uint64_t) override {}
  void on_chip(LineName const&, bool, std::string const&) override {}

  std::vector<Duration> ages_;
  Steady edge_;
  BenchGpio gpio_;
  std::size_t count_;
  boost::asio::io_context loop_{1};
  SystemClock clock_;
  Inputs inputs_{loop_, gpio_, clock_, *this};
  Relays relays_{loop_, gpio_, clock_, [](unsigned, bool) {},
                 [](RelaySpec const&, std::string const&) {}};
  Engine engine_{"b"};
  Decisions out_;
};

std::vector<Duration> ours(int count, std::chrono::microseconds gap) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) std::abort();
  Path path{fds[0], count};
  std::thread producer{produce, fds[1], count, gap};
  auto ages = path.run();
  producer.join();
  ::close(fds[0]);
  ::close(fds[1]);
  return ages;
}

double microseconds(std::vector<Duration>& ages, double quantile) {
  std::sort(ages.begin(), ages.end());
  auto const at = static_cast<std::size_t>(static_cast<double>(ages.size() - 1) * quantile);
  return static_cast<double>(ages[at].count()) / 1e3;
}

}  // namespace
}  // namespace snapcron

int main(int argc, char** argv) {
  using namespace snapcron;
  int const edges = argc > 1 ? std::atoi(argv[1]) : 2000;
  std::chrono::microseconds const gap{argc > 2 ? std::atoi(argv[2]) : 1000};
  std::vector<double> ratios;
  for (int round = 0; round < 5; ++round) {
    auto floor = bare(edges, gap);
    auto path = ours(edges, gap);
    double const f = microseconds(floor, 0.5), p = microseconds(path, 0.5);
    ratios.push_back(p / f);
    std::printf(
        "bare poll-and-read p50 %6.1f us p99 %6.1f us | edge to relay driven p50 %6.1f us p99 "
        "%6.1f us | ratio of medians %.2f\n",
        f, microseconds(floor, 0.99), p, microseconds(path, 0.99), p / f);
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf("edge to action: median ratio %.2f of 5 rounds (aim: 1.1)\n", ratios[2]);
}
