#include "app/rescue.hpp"

#include "app/cleanup.hpp"
#include "app/picture_recorder.hpp"

#include <linux/magic.h>
#include <sys/statfs.h>

#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

bool is_in_memory(std::filesystem::path const& folder) {
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

}  // namespace

struct Rescue::Open {
  explicit Open(Rescue const& of)
      : recorder{of.loop_, of.folder_, complain(of), first_id},
        outbox{of.loop_, of.clock_, recorder, of.folder_, of.worker_, of.listener_},
        cleanup{of.clock_, recorder, of.folder_, complain(of)} {}

  static Cleanup::Say complain(Rescue const& of) {
    return [warn = of.listener_.warn](bool good, std::string const& text) {
      if (!good) warn("pictures in memory: " + text);
    };
  }

  PictureRecorder recorder;
  Outbox outbox;
  Cleanup cleanup;
};

Rescue::~Rescue() = default;

Outbox* Rescue::outbox() const {
  return open_ ? &open_->outbox : nullptr;
}

Rescue::Rescue(asio::io_context& loop, Clock const& clock, std::filesystem::path folder,
               Outbox& disk, std::vector<std::string> worker, Outbox::Listener listener)
    : loop_{loop},
      clock_{clock},
      folder_{std::move(folder)},
      disk_{disk},
      worker_{std::move(worker)},
      listener_{std::move(listener)} {}

void Rescue::start(std::vector<DestinationSpec> const& destinations) {
  destinations_ = destinations;
  std::error_code failed;
  if (std::filesystem::exists(folder_, failed)) open();
}

void Rescue::configure(std::vector<DestinationSpec> const& destinations) {
  destinations_ = destinations;
  if (open_) open_->outbox.configure(destinations);
}

/// Blocks no longer than memory does.
bool Rescue::open() {
  if (open_) return true;
  if (!is_in_memory(folder_.parent_path())) return false;
  open_ = std::make_unique<Open>(*this);
  open_->outbox.stand_in_for(disk_);
  open_->outbox.start(destinations_);
  open_->cleanup.configure({.size = 0});
  return true;
}

asio::awaitable<bool> Rescue::has_room() {
  if (!open()) co_return false;
  co_await sweep();
  auto const ask = [](PictureJournal& journal) { return journal.stored(); };
  auto const stored = co_await open_->recorder.ask(ask);
  co_return stored&&* stored < most_bytes;
}

asio::awaitable<void> Rescue::sweep() {
  if (open_) co_await open_->cleanup.sweep(true);
}

asio::awaitable<void> Rescue::stop() {
  if (!open_) co_return;
  co_await open_->outbox.stop();
  co_await open_->recorder.stop();
}

}  // namespace snapcron
