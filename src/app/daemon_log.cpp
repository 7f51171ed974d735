// What the daemon remembers, and the web hooks: the part of its Controls that others ask from outside.
#include "app/daemon.hpp"

#include <algorithm>

namespace snapcron {

Result<unsigned> Daemon::webhook(std::string const& name) {
  if (stopping_) return Error{Fault::refused, "the daemon is stopping"};
  if (engine_.on_webhook(name, clock_.now(), decisions_) == 0)
    return Error{Fault::not_found, "there is no webhook '" + name + "'"};
  auto const fired = std::ranges::count(decisions_.facts, Fact::Kind::trigger, &Fact::kind);
  settle();
  return static_cast<unsigned>(fired);
}

boost::asio::awaitable<Result<LogPage>> Daemon::log(LogQuery query, Duration wait) {
  return recorder_.page(std::move(query), wait);
}

}  // namespace snapcron
