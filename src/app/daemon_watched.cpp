// What the daemon tells of itself beyond its status, and the rules that a person switches.
#include "app/daemon.hpp"
#include "app/process_measures.hpp"
#include "async/offload.hpp"
#include "config/load.hpp"
#include "core/printable.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace snapcron {

namespace asio = boost::asio;

asio::awaitable<Measures> Daemon::measures() {
  auto all = measures_;
  all.process = process_measures();
  if (auto since = co_await outbox_.waiting_since()) all.waiting_since = std::move(*since);
  if (auto* const memory = rescue_.outbox())
    if (auto const since = co_await memory->waiting_since())
      for (auto const& [to, at] : *since) {
        auto const [known, is_new] = all.waiting_since.emplace(to, at);
        if (!is_new) known->second = std::min(known->second, at);
      }
  co_return all;
}

void Daemon::measure(Firing const& firing, Histogram& into) const {
  if (!firing.values.edge.empty()) into.add(clock_.now().steady - firing.at.steady);
}

asio::awaitable<Result<bool>> Daemon::enable_rule(std::string rule, bool enabled, std::string by) {
  if (stopping_) co_return Error{Fault::refused, "the daemon is stopping"};
  auto const changed = engine_.set_enabled(rule, enabled);
  if (!changed) co_return Error{Fault::not_found, "there is no rule " + snapcron::quoted(rule)};
  if (*changed) {
    auto const now = clock_.now().wall;
    auto const said = "by hand" + (by.empty() ? "" : ", by " + by);
    log_.write(Level::info, "rule " + rule + (enabled ? " enabled " : " disabled ") + said);
    boost::json::object const object{{"time", rfc3339(now, site_.zone, 3)},
                                     {"kind", enabled ? "enable" : "disable"},
                                     {"rule", rule},
                                     {"text", said}};
    recorder_.add(
        {.id = 0, .at = now, .rule = rule, .event = {}, .json = boost::json::serialize(object)},
        true);
    news_.rule(rule);
    remember();
    co_await recorder_.flush();
  }
  co_return *changed;
}

asio::awaitable<Result<std::string>> Daemon::check() {
  // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
  auto const work = [file = site_.file] { return load_site(file); };
  auto const loaded = co_await offload(workers_, work);
  std::string text;
  for (auto const& diagnostic : loaded.diagnostics) text += to_text(diagnostic);
  if (!loaded.site) co_return Error{Fault::invalid, text};
  co_return text + site_.file.string() + ": ok (" + std::to_string(loaded.site->rules.size()) +
      " rules)\n";
}

}  // namespace snapcron
