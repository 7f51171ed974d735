// In the VM, on the kernel's chip: from an edge's kernel time stamp to the action being started, by
// the daemon's own path (Asio, libgpiod through the port, engine, relay), beside a bare libgpiod
// poll-and-read loop, in turns within one run.
//
// edge_in_vm CHIP LINE PULLFILE [EDGES] [GAP_US] [ROUNDS]
#include "core/engine.hpp"
#include "gpio/libgpiod.hpp"
#include "lines/inputs.hpp"
#include "lines/relays.hpp"
#include "ports/clock.hpp"

#include <gpiod.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace snapcron {
namespace {

Steady now() {
  return SystemClock{}.now().steady;
}

struct Setup {
  std::string chip;
  unsigned line = 0;
  std::string pull;
  int edges = 1000;
  std::chrono::microseconds gap{1000};
};

void pin_to(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

void die(char const* what) {
  throw std::runtime_error(what);
}

/// The hand on the pin, on the other CPU.
void toggle(Setup const& setup) {
  pin_to(1);
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  int const fd = ::open(setup.pull.c_str(), O_WRONLY | O_CLOEXEC);
  auto next = std::chrono::steady_clock::now();
  for (int i = 0; i < setup.edges; ++i) {
    std::string_view const pull = i % 2 == 0 ? "pull-up" : "pull-down";
    if (::pwrite(fd, pull.data(), pull.size(), 0) < 0) std::abort();
    next += setup.gap;
    std::this_thread::sleep_until(next);
  }
  ::close(fd);
}

#ifdef GPIOD_LINE_BULK_MAX_LINES  // libgpiod 1
class Bare {
 public:
  explicit Bare(Setup const& setup) : chip_{gpiod_chip_open(setup.chip.c_str())} {
    line_ = chip_ ? gpiod_chip_get_line(chip_, setup.line) : nullptr;
    if (!line_ || gpiod_line_request_both_edges_events(line_, "bare") != 0) die("bare: no line");
  }
  ~Bare() { gpiod_chip_close(chip_); }
  int descriptor() const { return gpiod_line_event_get_fd(line_); }
  Steady read() {
    gpiod_line_event event;
    if (gpiod_line_event_read(line_, &event) != 0) die("bare: read");
    return Steady{std::chrono::seconds{event.ts.tv_sec} +
                  std::chrono::nanoseconds{event.ts.tv_nsec}};
  }

 private:
  gpiod_chip* chip_;
  gpiod_line* line_ = nullptr;
};
#else
class Bare {
 public:
  explicit Bare(Setup const& setup) : chip_{gpiod_chip_open(setup.chip.c_str())} {
    auto* const settings = gpiod_line_settings_new();
    gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
    auto* const lines = gpiod_line_config_new();
    gpiod_line_config_add_line_settings(lines, &setup.line, 1, settings);
    request_ = chip_ ? gpiod_chip_request_lines(chip_, nullptr, lines) : nullptr;
    gpiod_line_config_free(lines);
    gpiod_line_settings_free(settings);
    if (!request_) die("bare: no line");
  }
  ~Bare() {
    gpiod_edge_event_buffer_free(buffer_);
    gpiod_line_request_release(request_);
    gpiod_chip_close(chip_);
  }
  int descriptor() const { return gpiod_line_request_get_fd(request_); }
  Steady read() {
    if (gpiod_line_request_read_edge_events(request_, buffer_, 1) != 1) die("bare: read");
    return Steady{std::chrono::nanoseconds{
        gpiod_edge_event_get_timestamp_ns(gpiod_edge_event_buffer_get_event(buffer_, 0))}};
  }

 private:
  gpiod_chip* chip_;
  gpiod_line_request* request_ = nullptr;
  gpiod_edge_event_buffer* buffer_ = gpiod_edge_event_buffer_new(1);
};
#endif

std::vector<Duration> bare(Setup const& setup) {
  std::vector<Duration> ages;
  Bare line{setup};
  std::thread hand{toggle, setup};
  for (pollfd wait{line.descriptor(), POLLIN, 0}; ::poll(&wait, 1, 300) == 1;) {
    auto const at = line.read();
    ages.push_back(now() - at);
  }
  hand.join();
  return ages;
}

/// libgpiod's inputs, and a relay that notes how old the edge was when it was driven.
class Watched : public Gpio {
 public:
  std::vector<Duration> ages, told;
  Steady edge;

  Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) override {
    return chips_->request_input(spec);
  }
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const&, bool) override {
    return std::unique_ptr<OutputLine>{std::make_unique<StopWatch>(*this)};
  }
  std::string device_of(std::string const& chip) const override { return chips_->device_of(chip); }

 private:
  struct StopWatch : OutputLine {
    explicit StopWatch(Watched& to) : watched(to) {}
    Result<void> set(bool) override {
      watched.ages.push_back(now() - watched.edge);
      return {};
    }
    std::string describe() const override { return "stop watch"; }
    Watched& watched;
  };
  std::unique_ptr<Gpio> chips_ = open_libgpiod();
};

/// The daemon's path, with 1,000 rules of which one listens.
class Path : private InputListener {
 public:
  explicit Path(Setup const& setup) {
    std::vector<Rule> rules;
    for (unsigned i = 0; i < 1000; ++i) {
      Rule rule;
      rule.name = "rule-" + std::to_string(i);
      rule.triggers = {{InputTrigger{i == 0 ? 1u : 2u + i % 60, InputTrigger::Edge::both}, ""}};
      rule.actions = {{RelayAction{1, {RelayCommand::Kind::toggle, {}, 1, {}}}}};
      rules.push_back(std::move(rule));
    }
    InputSpec input;
    input.number = 1;
    input.name = "pin";
    input.line = {setup.chip, std::to_string(setup.line)};
    RelaySpec relay;
    relay.number = 1;
    if (!relays_.configure({relay}) || !inputs_.configure({input})) die("path: no line");
    engine_.configure(std::move(rules), Names{.inputs = {{1, "pin"}}, .relays = {{1, "strike"}}},
                      clock_.now());
  }
  std::vector<Duration>& told() { return gpio_.told; }
  std::vector<Duration> run(Setup const& setup) {
    gpio_.ages.reserve(static_cast<std::size_t>(setup.edges));
    gpio_.told.reserve(static_cast<std::size_t>(setup.edges));
    std::thread hand{toggle, setup};
    loop_.run_for(setup.edges * setup.gap + std::chrono::milliseconds{400});
    hand.join();
    return gpio_.ages;
  }

 private:
  void on_edges(std::span<InputEdge const> edges) override {
    auto const moment = clock_.now();
    gpio_.told.push_back(moment.steady - edges.back().at);
    for (auto const& edge : edges) {
      gpio_.edge = edge.at;
      engine_.on_edge(edge, moment, out_);
      for (std::size_t i = 0; i < out_.perform.size(); ++i) {
        auto const task = out_.perform[i];
        auto const& action = std::get<RelayAction>(task.action->what);
        (void)relays_.command(action.relay, action.command);
        engine_.ended(task.run, true, {}, moment, out_);
      }
      out_.clear();
    }
  }
  void on_lost(InputSpec const&, std::uint64_t) override {}
  void on_chip(LineName const&, bool, std::string const&) override {}

  boost::asio::io_context loop_{1};
  SystemClock clock_;
  Watched gpio_;
  Inputs inputs_{loop_, gpio_, clock_, *this};
  Relays relays_{loop_, gpio_, clock_, [](unsigned, bool) {},
                 [](RelaySpec const&, std::string const&) {}};
  Engine engine_{"b"};
  Decisions out_;
};

struct Ages {
  std::vector<Duration> driven, told;
};
Ages path(Setup const& setup) {
  Path path{setup};
  auto driven = path.run(setup);
  return {std::move(driven), path.told()};
}

double microseconds(std::vector<Duration>& ages, double quantile) {
  std::sort(ages.begin(), ages.end());
  return static_cast<double>(
             ages[static_cast<std::size_t>(static_cast<double>(ages.size() - 1) * quantile)]
                 .count()) /
         1e3;
}

int bench(Setup const& setup, int rounds) {
  pin_to(0);
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    // The order changes, so that neither side has the better half of a round.
    std::vector<Duration> floor;
    if (round % 2 == 0) floor = bare(setup);
    auto ours = path(setup);
    if (round % 2 != 0) floor = bare(setup);
    if (floor.empty() || ours.driven.empty()) die("no edge came");
    double const bare_p50 = microseconds(floor, 0.5), driven_p50 = microseconds(ours.driven, 0.5);
    ratios.push_back(driven_p50 / bare_p50);
    std::printf(
        "bench: bare poll-and-read p50 %6.1f us p99 %7.1f us (%zu edges) | edge to listener p50 "
        "%6.1f us | to relay "
        "driven p50 %6.1f us p99 %7.1f us (%zu edges) | ratio %.2f\n",
        bare_p50, microseconds(floor, 0.99), floor.size(), microseconds(ours.told, 0.5), driven_p50,
        microseconds(ours.driven, 0.99), ours.driven.size(), driven_p50 / bare_p50);
    std::fflush(stdout);
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf(
      "bench: edge to action in the VM, libgpiod %s: median ratio %.2f of %d rounds (aim: 1.1)\n",
      libgpiod_version().c_str(), ratios[ratios.size() / 2], rounds);
  return 0;
}

}  // namespace
}  // namespace snapcron

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: edge_in_vm CHIP LINE PULLFILE [EDGES] [GAP_US] [ROUNDS]\n", stderr);
    return 2;
  }
  snapcron::Setup setup{argv[1], static_cast<unsigned>(std::atoi(argv[2])), argv[3]};
  if (argc > 4) setup.edges = std::atoi(argv[4]);
  if (argc > 5) setup.gap = std::chrono::microseconds{std::atoi(argv[5])};
  return snapcron::bench(setup, argc > 6 ? std::atoi(argv[6]) : 5);
}
