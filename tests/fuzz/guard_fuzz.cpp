// What arrives at the socket between the daemon and its relay guard: whatever is understood says
// the same when it is said again, and its times can be reckoned with.

#include "guard/message.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  std::string_view const bytes{reinterpret_cast<char const*>(data), size};
  auto const expect = [](bool truth) {
    if (!truth) std::abort();
  };
  auto const sound = [&](RelayState const& state, std::optional<Duration> max_on) {
    Steady const now{std::chrono::hours{24 * 365 * 20}};
    Relay relay{state, max_on};
    relay.tick(now);
    (void)relay.wakes_at();
    relay.command(state.train, now);
    expect(relay.state().train.duration >= Duration::zero());
  };

  if (auto const request = guard::decode_request(bytes)) {
    expect(guard::encode(*request) == bytes);
    if (auto const* all = std::get_if<guard::Configure>(&*request)) {
      expect(all->relays.size() <= guard::most_relays);
      expect(all->states.empty() || all->states.size() == all->relays.size());
      for (std::size_t i = 0; i < all->states.size(); ++i)
        sound(all->states[i], all->relays[i].max_on);
    }
  }
  if (auto const reply = guard::decode_reply(bytes)) {
    expect(guard::encode(*reply) == bytes);
    if (auto const* answer = std::get_if<guard::Answer>(&*reply))
      for (auto const& relay : answer->relays) sound(relay.state, std::nullopt);
    if (auto const* report = std::get_if<guard::Report>(&*reply))
      sound(report->relay.state, std::nullopt);
  }
  return 0;
}
