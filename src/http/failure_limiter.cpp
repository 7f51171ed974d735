#include "http/failure_limiter.hpp"

#include <algorithm>
#include <iterator>

namespace snapcron::http {

bool FailureLimiter::admit(PeerKey const& from, Steady now, std::optional<Device> const& device) {
  while (!attempts_.empty() && now - attempts_.front().at >= std::chrono::minutes{1})
    attempts_.pop_front();
  bool const known = !device && knows(from);
  std::size_t theirs = 0, of_their_kind = 0;
  for (auto const& attempt : attempts_) {
    theirs += attempt.is_by(from, device);
    of_their_kind += attempt.known == known && attempt.device.has_value() == device.has_value();
  }
  auto const& limit = device ? of_devices : known ? of_known : of_strangers;
  if (theirs >= limit.each || of_their_kind >= limit.together) return false;
  attempts_.push_back({from, device, known, now});
  return true;
}

void FailureLimiter::succeeded(PeerKey const& from, std::optional<Device> const& device) {
  auto const latest = std::find_if(attempts_.rbegin(), attempts_.rend(),
                                   [&](Attempt const& a) { return a.is_by(from, device); });
  if (latest != attempts_.rend()) attempts_.erase(std::next(latest).base());
}

bool FailureLimiter::know(PeerKey const& from) {
  if (!known_.empty() && known_.front() == from) return false;
  bool const is_new = std::erase(known_, from) == 0;
  known_.push_front(from);
  if (known_.size() > known_addresses) known_.pop_back();
  return is_new;
}

bool FailureLimiter::knows(PeerKey const& from) const {
  return std::find(known_.begin(), known_.end(), from) != known_.end();
}

}  // namespace snapcron::http
