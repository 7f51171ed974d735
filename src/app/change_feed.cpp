#include "app/change_feed.hpp"

#include <utility>

namespace snapcron {

void ChangeFeed::changed(Thing thing) {
  ++now_;
  auto const [known, is_new] = latest_.try_emplace(thing, now_);
  if (!is_new) {
    by_moment_.erase(known->second);
    known->second = now_;
  }
  by_moment_.emplace(now_, std::move(thing));
  for (auto const& [number, tell] : *followers_) tell();
}

Changes ChangeFeed::after(std::uint64_t moment) const {
  Changes all{.next = now_};
  for (auto it = by_moment_.upper_bound(moment); it != by_moment_.end(); ++it) {
    auto const& [kind, which] = it->second;
    switch (kind) {
      case Kind::input:
        all.inputs.insert(std::get<unsigned>(which));
        break;
      case Kind::relay:
        all.relays.insert(std::get<unsigned>(which));
        break;
      case Kind::camera:
        all.cameras.insert(std::get<std::string>(which));
        break;
      case Kind::rule:
        all.rules.insert(std::get<std::string>(which));
        break;
      case Kind::destination:
        all.destinations.insert(std::get<std::string>(which));
        break;
      case Kind::records:
        all.records = true;
        break;
      case Kind::pictures:
        all.pictures = true;
        break;
      case Kind::config:
        all.config = true;
        break;
    }
  }
  return all;
}

std::shared_ptr<void> ChangeFeed::follow(std::function<void()> changed) {
  auto const number = next_follower_++;
  followers_->emplace(number, std::move(changed));
  return {nullptr, [all = followers_, number](void*) { all->erase(number); }};
}

}  // namespace snapcron
