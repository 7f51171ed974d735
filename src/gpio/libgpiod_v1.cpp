// libgpiod 1.6 (Debian 12), over the kernel's first GPIO interface: a queue of 16 edges a line,
// without numbers, that drops the newest when it is full, and no debounce.

#include "gpio/find.hpp"
#include "gpio/libgpiod.hpp"

#include <gpiod.h>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace snapcron {
namespace {

struct CloseChip {
  void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }  // releases its lines too
};
using Chip = std::unique_ptr<gpiod_chip, CloseChip>;

/// A line found on its chip, not yet requested.
struct Found {
  Chip chip;
  gpiod_line* line = nullptr;
  std::string text;
};

int flags_of(Bias bias, bool active_low) {
  int flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (bias == Bias::disabled) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
  if (bias == Bias::pull_up) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
  if (bias == Bias::pull_down) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  return flags;
}

std::string name_of(gpiod_line* line) {
  auto const* const name = gpiod_line_name(line);
  return name ? name : "";
}

std::vector<std::string> names_of(gpiod_chip* chip) {
  std::vector<std::string> names(gpiod_chip_num_lines(chip));
  for (unsigned i = 0; i < names.size(); ++i)
    if (auto* const line = gpiod_chip_get_line(chip, i)) names[i] = name_of(line);
  return names;
}

gpiod_line* find_line(gpiod_chip* chip, std::string const& line) {
  if (!is_offset(line)) return gpiod_chip_find_line(chip, line.c_str());
  auto const offset = std::strtoul(line.c_str(), nullptr, 10);
  return offset < gpiod_chip_num_lines(chip)
             ? gpiod_chip_get_line(chip, static_cast<unsigned>(offset))
             : nullptr;
}

Result<Found> find(std::string const& who, LineName const& name) {
  auto const device = find_device(who, name.chip, list_chips());
  if (!device) return device.error();
  Chip chip{gpiod_chip_open(device->c_str())};
  if (!chip) {
    auto const error = open_error(*device, errno);
    return Error{error.fault, who + ": " + error.text};
  }
  auto const text = chip_text(gpiod_chip_name(chip.get()), gpiod_chip_label(chip.get()));
  auto* const line = find_line(chip.get(), name.line);
  if (!line) return no_line(who, text, name.line, names_of(chip.get()));
  auto described = line_text(text, gpiod_line_offset(line), name_of(line));
  return Found{std::move(chip), line, std::move(described)};
}

Error cannot_request(std::string const& who, Found const& found) {
  int const error = errno;
  char const* consumer = nullptr;
  if (gpiod_line_update(found.line) == 0) consumer = gpiod_line_consumer(found.line);
  return request_error(who, found.text, consumer ? consumer : "", error);
}

class Input : public InputLine {
 public:
  Input(std::string who, Found found) : who_{std::move(who)}, found_{std::move(found)} {}

  int descriptor() const override { return gpiod_line_event_get_fd(found_.line); }
  Result<std::size_t> read(std::span<RawEdge> edges) override;
  Result<bool> level() override {
    int const value = gpiod_line_get_value(found_.line);
    if (value < 0) return line_error(who_, found_.text, "read", errno);
    return value == 1;
  }
  bool debounced() const override { return false; }
  bool numbered() const override { return false; }
  std::string describe() const override { return found_.text; }

 private:
  std::string who_;
  Found found_;
};

Result<std::size_t> Input::read(std::span<RawEdge> edges) {
  std::array<gpiod_line_event, 16>
      events;  // what the kernel queues; libgpiod reads no more at once
  auto const size = std::min(edges.size(), events.size());
  int const count =
      gpiod_line_event_read_fd_multiple(descriptor(), events.data(), static_cast<unsigned>(size));
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
  if (count < 0) return line_error(who_, found_.text, "read", errno);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    auto const& stamp = events[i].ts;  // CLOCK_MONOTONIC since Linux 5.7
    edges[i] = {
        events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
        Steady{std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec}}, 0};
  }
  return static_cast<std::size_t>(count);
}

class Output : public OutputLine {
 public:
  Output(std::string who, Found found) : who_{std::move(who)}, found_{std::move(found)} {}

  Result<void> set(bool on) override {
    if (gpiod_line_set_value(found_.line, on ? 1 : 0) == 0) return {};
    return line_error(who_, found_.text, "switch", errno);
  }
  std::string describe() const override { return found_.text; }

 private:
  std::string who_;
  Found found_;
};

class Libgpiod : public Gpio {
 public:
  Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) override {
    auto const who = "input " + spec.name;
    auto found = find(who, spec.line);
    if (!found) return found.error();
    if (gpiod_line_request_both_edges_events_flags(found->line, "snapcron",
                                                   flags_of(spec.bias, spec.active_low)) != 0)
      return cannot_request(who, *found);
    int const fd = gpiod_line_event_get_fd(found->line);
    if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
      return line_error(who, found->text, "wait for", errno);
    return std::unique_ptr<InputLine>{std::make_unique<Input>(who, std::move(*found))};
  }

  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const& spec, bool on) override {
    auto const who = "relay " + spec.name;
    auto found = find(who, spec.line);
    if (!found) return found.error();
    if (gpiod_line_request_output_flags(found->line, "snapcron",
                                        flags_of(Bias::as_is, spec.active_low), on ? 1 : 0) != 0)
      return cannot_request(who, *found);
    return std::unique_ptr<OutputLine>{std::make_unique<Output>(who, std::move(*found))};
  }

  std::string device_of(std::string const& chip) const override {
    auto const device = find_device("", chip, list_chips());
    return device ? *device : std::string{};
  }
};

}  // namespace

std::unique_ptr<Gpio> open_libgpiod() {
  return std::make_unique<Libgpiod>();
}

std::string libgpiod_version() {
  return gpiod_version_string();
}

std::vector<ChipReport> list_chips() {
  std::vector<ChipReport> reports;
  for (auto const& device : chip_devices()) {
    ChipReport report{device, device.substr(device.rfind('/') + 1), {}, 0, {}};
    Chip const chip{gpiod_chip_open(device.c_str())};
    if (chip) {
      report.label = gpiod_chip_label(chip.get());
      report.lines = gpiod_chip_num_lines(chip.get());
    } else {
      report.problem = open_error(device, errno).text;
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace snapcron
