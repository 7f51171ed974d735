#include "sim/chip.hpp"

#include "sim/state_file.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string_view>

namespace snapcron {

/// What the lines of one chip share.
struct SimChip::Board {
  std::filesystem::path state_file;
  std::map<std::string, bool> levels;  // electrical, of the input lines
  std::set<std::string> held;          // lines, of this process
  std::map<unsigned, Input*> inputs;   // by number, of those requested
};

class SimChip::Input : public InputLine {
 public:
  Input(std::shared_ptr<Board> board, InputSpec const& spec)
      : board_{std::move(board)}, spec_{spec}, event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    board_->held.insert(spec.line.line);
    board_->inputs[spec.number] = this;
    board_->levels.try_emplace(spec.line.line, spec.active_low);
  }
  ~Input() override {
    board_->held.erase(spec_.line.line);
    if (auto const mine = board_->inputs.find(spec_.number);
        mine != board_->inputs.end() && mine->second == this)
      board_->inputs.erase(mine);
    if (event_ >= 0) ::close(event_);
  }

  bool ready() const { return event_ >= 0; }
  int descriptor() const override { return event_; }
  Result<std::size_t> read(std::span<RawEdge> edges) override;
  Result<bool> level() override { return electrical() != spec_.active_low; }
  bool debounced() const override { return false; }
  bool numbered() const override { return true; }
  std::string describe() const override { return "simulated line '" + spec_.line.line + "'"; }

  void drive(bool high);

 private:
  struct Queued {
    bool high = false;
    Steady at;
    std::uint64_t number = 0;
  };

  bool& electrical() { return board_->levels[spec_.line.line]; }

  std::shared_ptr<Board> board_;
  InputSpec spec_;
  int event_;
  // A ring, as the kernel's: when it is full the oldest edge goes, and the numbers tell.
  std::array<Queued, 1024> queue_;
  std::size_t first_ = 0, size_ = 0;
  std::uint64_t pushed_ = 0, read_ = 0;  // numbers of the latest edge on either side
};

void SimChip::Input::drive(bool high) {
  if (electrical() == (high != spec_.active_low)) return;
  electrical() = high != spec_.active_low;
  if (size_ == queue_.size()) {
    first_ = (first_ + 1) % queue_.size();
    --size_;
  }
  queue_[(first_ + size_++) % queue_.size()] = {
      high, std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()), ++pushed_};
  if (size_ == 1) ::eventfd_write(event_, 1);
}

Result<std::size_t> SimChip::Input::read(std::span<RawEdge> edges) {
  auto const count = std::min(edges.size(), size_);
  for (auto& edge : edges.first(count)) {
    auto const& queued = queue_[first_];
    edge = {queued.high, queued.at, static_cast<std::uint32_t>(queued.number - read_ - 1)};
    read_ = queued.number;
    first_ = (first_ + 1) % queue_.size();
  }
  size_ -= count;
  if (size_ == 0 && count > 0) {
    eventfd_t ignored = 0;
    ::eventfd_read(event_, &ignored);
  }
  return count;
}

class SimChip::Output : public OutputLine {
 public:
  Output(std::shared_ptr<Board> board, RelaySpec const& spec, OutputRecord record)
      : board_{std::move(board)}, spec_{spec}, record_{std::move(record)} {
    board_->held.insert(spec.line.line);
  }
  ~Output() override { board_->held.erase(spec_.line.line); }

  Result<void> set(bool on) override { return record_.write(on != spec_.active_low); }
  std::string describe() const override { return "simulated line '" + spec_.line.line + "'"; }

 private:
  std::shared_ptr<Board> board_;
  RelaySpec spec_;
  OutputRecord record_;
};

namespace {

Result<void> check_name(std::string const& who, std::string_view line) {
  auto const bad = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  if (!line.empty() && line.size() <= 100 && std::none_of(line.begin(), line.end(), bad)) return {};
  return Error{Fault::invalid,
               who + ": a simulated line needs a name of 1 to 100 printable characters"};
}

}  // namespace

SimChip::SimChip(std::filesystem::path state_file) : board_{std::make_shared<Board>()} {
  board_->state_file = std::move(state_file);
}
SimChip::~SimChip() = default;

Result<std::unique_ptr<InputLine>> SimChip::request_input(InputSpec const& spec) {
  auto const who = "input " + spec.name;
  if (auto const name = check_name(who, spec.line.line); !name) return name.error();
  if (board_->held.contains(spec.line.line))
    return Error{Fault::busy,
                 who + ": simulated line " + spec.line.line + " is held by snapcron itself"};
  auto line = std::make_unique<Input>(board_, spec);
  if (!line->ready())
    return Error{Fault::failed, who + ": no descriptor left for a simulated line"};
  return std::unique_ptr<InputLine>{std::move(line)};
}

Result<std::unique_ptr<OutputLine>> SimChip::request_output(RelaySpec const& spec, bool on) {
  auto const who = "relay " + spec.name;
  if (auto const name = check_name(who, spec.line.line); !name) return name.error();
  if (board_->held.contains(spec.line.line))
    return Error{Fault::busy,
                 who + ": simulated line " + spec.line.line + " is held by snapcron itself"};
  auto record = OutputRecord::take(board_->state_file, spec.line.line, on != spec.active_low);
  if (!record) return Error{record.error().fault, who + ": " + record.error().text};
  return std::unique_ptr<OutputLine>{std::make_unique<Output>(board_, spec, std::move(*record))};
}

Result<void> SimChip::drive(unsigned input, bool high) {
  auto const found = board_->inputs.find(input);
  if (found == board_->inputs.end())
    return Error{Fault::not_found, "there is no simulated input " + std::to_string(input)};
  found->second->drive(high);
  return {};
}

std::vector<std::pair<std::string, bool>> SimChip::levels(std::filesystem::path const& state_file) {
  return read_levels(state_file);
}

}  // namespace snapcron
