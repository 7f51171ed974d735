// libgpiod 2.x (Debian 13), over the kernel's second GPIO interface: debounce by the kernel, a
// queue of our size that drops the oldest when it is full, and a number on each edge of a line.

#include "gpio/find.hpp"
#include "gpio/libgpiod.hpp"

#include <gpiod.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace snapcron {
namespace {

constexpr std::size_t kernel_queue = 1024;  // edges; the most that the kernel grants to a line
constexpr std::size_t batch_size = 64;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Chip = std::unique_ptr<gpiod_chip, Freed<gpiod_chip_close>>;
using ChipInfo = std::unique_ptr<gpiod_chip_info, Freed<gpiod_chip_info_free>>;
using LineInfo = std::unique_ptr<gpiod_line_info, Freed<gpiod_line_info_free>>;
using Settings = std::unique_ptr<gpiod_line_settings, Freed<gpiod_line_settings_free>>;
using LineConfig = std::unique_ptr<gpiod_line_config, Freed<gpiod_line_config_free>>;
using RequestConfig = std::unique_ptr<gpiod_request_config, Freed<gpiod_request_config_free>>;
using Request = std::unique_ptr<gpiod_line_request, Freed<gpiod_line_request_release>>;
using EventBuffer = std::unique_ptr<gpiod_edge_event_buffer, Freed<gpiod_edge_event_buffer_free>>;

/// A line found on its chip, not yet requested.
struct Found {
  Chip chip;
  unsigned offset = 0;
  std::string text;
};

gpiod_line_bias bias_of(Bias bias) {
  switch (bias) {
    case Bias::disabled:
      return GPIOD_LINE_BIAS_DISABLED;
    case Bias::pull_up:
      return GPIOD_LINE_BIAS_PULL_UP;
    case Bias::pull_down:
      return GPIOD_LINE_BIAS_PULL_DOWN;
    case Bias::as_is:
      break;
  }
  return GPIOD_LINE_BIAS_AS_IS;
}

std::string text_or_empty(char const* text) {
  return text ? text : "";
}

std::string name_of(gpiod_chip* chip, unsigned offset) {
  LineInfo const info{gpiod_chip_get_line_info(chip, offset)};
  return info ? text_or_empty(gpiod_line_info_get_name(info.get())) : "";
}

std::vector<std::string> names_of(gpiod_chip* chip, std::size_t lines) {
  std::vector<std::string> names(lines);
  for (unsigned i = 0; i < lines; ++i) names[i] = name_of(chip, i);
  return names;
}

/// -1 when there is no such line.
int find_offset(gpiod_chip* chip, std::size_t lines, std::string const& line) {
  if (!is_offset(line)) return gpiod_chip_get_line_offset_from_name(chip, line.c_str());
  auto const offset = std::strtoul(line.c_str(), nullptr, 10);
  return offset < lines ? static_cast<int>(offset) : -1;
}

Result<Found> find(std::string const& who, LineName const& name) {
  auto const device = find_device(who, name.chip, list_chips());
  if (!device) return device.error();
  Chip chip{gpiod_chip_open(device->c_str())};
  ChipInfo const info{chip ? gpiod_chip_get_info(chip.get()) : nullptr};
  if (!info) {
    auto const error = open_error(*device, errno);
    return Error{error.fault, who + ": " + error.text};
  }
  auto const text =
      chip_text(gpiod_chip_info_get_name(info.get()), gpiod_chip_info_get_label(info.get()));
  auto const lines = gpiod_chip_info_get_num_lines(info.get());
  int const offset = find_offset(chip.get(), lines, name.line);
  if (offset < 0) return no_line(who, text, name.line, names_of(chip.get(), lines));
  auto const number = static_cast<unsigned>(offset);
  auto described = line_text(text, number, name_of(chip.get(), number));
  return Found{std::move(chip), number, std::move(described)};
}

Settings new_settings() {
  Settings settings{gpiod_line_settings_new()};
  if (!settings) throw std::bad_alloc{};
  return settings;
}

Result<Request> request(std::string const& who, Found const& found, Settings const& settings) {
  LineConfig const lines{gpiod_line_config_new()};
  RequestConfig const how{gpiod_request_config_new()};
  if (!lines || !how) throw std::bad_alloc{};
  gpiod_request_config_set_consumer(how.get(), "snapcron");
  gpiod_request_config_set_event_buffer_size(how.get(), kernel_queue);
  if (gpiod_line_config_add_line_settings(lines.get(), &found.offset, 1, settings.get()) == 0)
    if (Request line{gpiod_chip_request_lines(found.chip.get(), how.get(), lines.get())})
      return line;
  int const error = errno;
  LineInfo const info{gpiod_chip_get_line_info(found.chip.get(), found.offset)};
  return request_error(who, found.text,
                       info ? text_or_empty(gpiod_line_info_get_consumer(info.get())) : "", error);
}

/// What the kernel can debounce: whole microseconds in 32 bits. The rest is left to lines/.
bool kernel_debounces(Duration debounce) {
  auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(debounce).count();
  return micros > 0 && micros <= std::numeric_limits<std::uint32_t>::max();
}

class Input : public InputLine {
 public:
  Input(std::string who, Found const& found, Request request, bool debounced)
      : who_{std::move(who)},
        text_{found.text},
        offset_{found.offset},
        request_{std::move(request)},
        events_{gpiod_edge_event_buffer_new(batch_size)},
        debounced_{debounced} {
    if (!events_) throw std::bad_alloc{};
  }

  int descriptor() const override { return gpiod_line_request_get_fd(request_.get()); }
  Result<std::size_t> read(std::span<RawEdge> edges) override;
  Result<bool> level() override {
    auto const value = gpiod_line_request_get_value(request_.get(), offset_);
    if (value == GPIOD_LINE_VALUE_ERROR) return line_error(who_, text_, "read", errno);
    return value == GPIOD_LINE_VALUE_ACTIVE;
  }
  bool debounced() const override { return debounced_; }
  bool numbered() const override { return true; }
  std::string describe() const override { return text_; }

 private:
  std::string who_, text_;
  unsigned offset_;
  Request request_;
  EventBuffer events_;
  bool debounced_;
  std::uint32_t number_ = 0;  // of the latest edge; the kernel counts in 32 bits from 1
};

Result<std::size_t> Input::read(std::span<RawEdge> edges) {
  int const count = gpiod_line_request_read_edge_events(request_.get(), events_.get(),
                                                        std::min(edges.size(), batch_size));
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
  if (count < 0) return line_error(who_, text_, "read", errno);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    auto* const event = gpiod_edge_event_buffer_get_event(events_.get(), i);
    auto const number = static_cast<std::uint32_t>(gpiod_edge_event_get_line_seqno(event));
    std::chrono::nanoseconds const stamp{gpiod_edge_event_get_timestamp_ns(event)};
    edges[i] = {gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
                Steady{stamp}, number - number_ - 1};
    number_ = number;
  }
  return static_cast<std::size_t>(count);
}

class Output : public OutputLine {
 public:
  Output(std::string who, Found const& found, Request request)
      : who_{std::move(who)},
        text_{found.text},
        offset_{found.offset},
        request_{std::move(request)} {}

  Result<void> set(bool on) override {
    auto const value = on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    if (gpiod_line_request_set_value(request_.get(), offset_, value) == 0) return {};
    return line_error(who_, text_, "switch", errno);
  }
  std::string describe() const override { return text_; }

 private:
  std::string who_, text_;
  unsigned offset_;
  Request request_;
};

class Libgpiod : public Gpio {
 public:
  Result<std::unique_ptr<InputLine>> request_input(InputSpec const& spec) override;
  Result<std::unique_ptr<OutputLine>> request_output(RelaySpec const& spec, bool on) override;
  std::string device_of(std::string const& chip) const override {
    auto const device = find_device("", chip, list_chips());
    return device ? *device : std::string{};
  }
};

Result<std::unique_ptr<InputLine>> Libgpiod::request_input(InputSpec const& spec) {
  auto const who = "input " + spec.name;
  auto const found = find(who, spec.line);
  if (!found) return found.error();
  bool const debounced = kernel_debounces(spec.debounce);
  auto const settings = new_settings();
  gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
  gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
  gpiod_line_settings_set_event_clock(settings.get(), GPIOD_LINE_CLOCK_MONOTONIC);
  gpiod_line_settings_set_bias(settings.get(), bias_of(spec.bias));
  gpiod_line_settings_set_active_low(settings.get(), spec.active_low);
  if (debounced)
    gpiod_line_settings_set_debounce_period_us(
        settings.get(),
        static_cast<unsigned long>(
            std::chrono::duration_cast<std::chrono::microseconds>(spec.debounce).count()));
  auto line = request(who, *found, settings);
  if (!line) return line.error();
  int const fd = gpiod_line_request_get_fd(line->get());
  if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
    return line_error(who, found->text, "wait for", errno);
  return std::unique_ptr<InputLine>{
      std::make_unique<Input>(who, *found, std::move(*line), debounced)};
}

Result<std::unique_ptr<OutputLine>> Libgpiod::request_output(RelaySpec const& spec, bool on) {
  auto const who = "relay " + spec.name;
  auto const found = find(who, spec.line);
  if (!found) return found.error();
  auto const settings = new_settings();
  gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_OUTPUT);
  gpiod_line_settings_set_active_low(settings.get(), spec.active_low);
  gpiod_line_settings_set_output_value(settings.get(),
                                       on ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
  auto line = request(who, *found, settings);
  if (!line) return line.error();
  return std::unique_ptr<OutputLine>{std::make_unique<Output>(who, *found, std::move(*line))};
}

}  // namespace

std::unique_ptr<Gpio> open_libgpiod() {
  return std::make_unique<Libgpiod>();
}

std::string libgpiod_version() {
  return gpiod_api_version();
}

std::vector<ChipReport> list_chips() {
  std::vector<ChipReport> reports;
  for (auto const& device : chip_devices()) {
    ChipReport report{device, device.substr(device.rfind('/') + 1), {}, 0, {}};
    Chip const chip{gpiod_chip_open(device.c_str())};
    ChipInfo const info{chip ? gpiod_chip_get_info(chip.get()) : nullptr};
    if (info) {
      report.label = gpiod_chip_info_get_label(info.get());
      report.lines = static_cast<unsigned>(gpiod_chip_info_get_num_lines(info.get()));
    } else {
      report.problem = open_error(device, errno).text;
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace snapcron
