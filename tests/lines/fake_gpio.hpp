#pragma once
// A chip whose every answer the test decides, and a clock that stands still until it is moved.

#include "ports/clock.hpp"
#include "ports/gpio.hpp"

#include <boost/asio/io_context.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snapcron::test {

class ManualClock : public Clock {
 public:
  Moment now() const override { return now_; }
  void advance(Duration by) {
    now_.steady += by;
    now_.wall += by;
  }

 private:
  Moment now_{Steady{std::chrono::hours{1}}, Instant{std::chrono::hours{24 * 365 * 50}}};
};

class FakeGpio : public Gpio {
 public:
  struct Line {
    bool level = false;
    bool held = false;
    int event = -1;  // of the input that holds it
    std::deque<RawEdge> queue;
  };

  std::map<std::string, Line> lines;
  std::vector<std::string> log;         // "request 17", "set 22 on", "release 17"
  std::map<std::string, Error> refuse;  // by line name: what a request gets
  bool gone = false;                    // the chip: lines fail, requests find nothing
  bool debounced = false, numbered = true;
  std::string device;

  /// An edge as the kernel would queue it; wakes who waits.
  void edge(std::string const& name, bool high, Steady at, std::uint32_t lost = 0) {
    auto& line = lines[name];
    line.level = high;
    line.queue.push_back({high, at, lost});
    if (line.event >= 0) ::eventfd_write(line.event, 1);
  }

  Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) override {
    if (auto const error = obstacle(spec.line.line)) return *error;
    log.push_back("request " + spec.line.line);
    return std::unique_ptr<InputLine>{std::make_unique<In>(*this, spec.line.line)};
  }
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const& spec, bool on) override {
    if (auto const error = obstacle(spec.line.line)) return *error;
    log.push_back("request " + spec.line.line + (on ? " on" : " off"));
    return std::unique_ptr<OutputLine>{std::make_unique<Out>(*this, spec.line.line, on)};
  }
  std::string device_of(std::string const&) const override { return device; }

 private:
  std::optional<Error> obstacle(std::string const& name) {
    if (gone) return Error{Fault::not_found, "no such chip"};
    if (auto const found = refuse.find(name); found != refuse.end()) return found->second;
    if (lines[name].held) return Error{Fault::busy, "line " + name + " is held"};
    return std::nullopt;
  }

  class In : public InputLine {
   public:
    In(FakeGpio& gpio, std::string name) : gpio_{gpio}, name_{std::move(name)} {
      line().held = true;
      line().event = event_;
      line().queue.clear();
    }
    ~In() override {
      line().held = false;
      line().event = -1;
      ::close(event_);
      gpio_.log.push_back("release " + name_);
    }
    int descriptor() const override { return event_; }
    Result<std::size_t> read(std::span<RawEdge> edges) override {
      if (gpio_.gone) return Error{Fault::gone, "line " + name_ + ": its chip is gone"};
      auto& queue = line().queue;
      auto const count = std::min(edges.size(), queue.size());
      std::copy_n(queue.begin(), count, edges.begin());
      queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
      eventfd_t ignored = 0;
      if (queue.empty()) ::eventfd_read(event_, &ignored);
      return count;
    }
    Result<bool> level() override {
      if (gpio_.gone) return Error{Fault::gone, "line " + name_ + ": its chip is gone"};
      return line().level;
    }
    bool debounced() const override { return gpio_.debounced; }
    bool numbered() const override { return gpio_.numbered; }
    std::string describe() const override { return "fake line " + name_; }

   private:
    Line& line() { return gpio_.lines[name_]; }
    FakeGpio& gpio_;
    std::string name_;
    int event_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  };

  class Out : public OutputLine {
   public:
    Out(FakeGpio& gpio, std::string name, bool on) : gpio_{gpio}, name_{std::move(name)} {
      gpio_.lines[name_].held = true;
      gpio_.lines[name_].level = on;
    }
    ~Out() override {
      gpio_.lines[name_].held = false;
      gpio_.log.push_back("release " + name_);
    }
    Result<void> set(bool on) override {
      if (gpio_.gone) return Error{Fault::gone, "line " + name_ + ": its chip is gone"};
      gpio_.log.push_back("set " + name_ + (on ? " on" : " off"));
      gpio_.lines[name_].level = on;
      return {};
    }
    std::string describe() const override { return "fake line " + name_; }

   private:
    FakeGpio& gpio_;
    std::string name_;
  };
};

/// Turns the loop until `done`, or gives up.
inline bool run_until(boost::asio::io_context& loop, std::function<bool()> const& done,
                      std::chrono::milliseconds at_most = std::chrono::seconds{5}) {
  auto const end = std::chrono::steady_clock::now() + at_most;
  loop.restart();
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    if (loop.run_one_until(end) == 0) loop.restart();
  }
  return true;
}

/// Runs what is ready, and nothing that must be waited for.
inline std::size_t run_ready(boost::asio::io_context& loop) {
  loop.restart();
  std::size_t total = 0;
  for (std::size_t ran; (ran = loop.poll()) > 0; total += ran) loop.restart();
  return total;
}

}  // namespace snapcron::test
