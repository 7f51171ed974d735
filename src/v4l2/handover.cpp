#include "v4l2/handover.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace snapcron {
namespace {

constexpr std::size_t most_waiting = 4;

Descriptor make_event() {
  Descriptor event{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  if (event.get() < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  return event;
}

}  // namespace

Handover::Handover() : news_(make_event()), stop_(make_event()) {}

void Handover::put(Shot shot) {
  std::lock_guard const lock{mutex_};
  if (shots_.size() == most_waiting) shots_.pop_front();
  shots_.push_back(std::move(shot));
  ::eventfd_write(news_.get(), 1);
}

void Handover::end(Result<void> how) {
  std::lock_guard const lock{mutex_};
  ended_ = std::move(how);
  ::eventfd_write(news_.get(), 1);
}

std::deque<Handover::Shot> Handover::take() {
  std::lock_guard const lock{mutex_};
  eventfd_t count = 0;
  ::eventfd_read(news_.get(), &count);
  return std::exchange(shots_, {});
}

std::optional<Result<void>> Handover::ended() {
  std::lock_guard const lock{mutex_};
  return ended_;
}

void Handover::stop() {
  ::eventfd_write(stop_.get(), 1);
}

}  // namespace snapcron
