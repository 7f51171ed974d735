#pragma once
// A trace: what happened around a daemon, line by line, for the simulator. docs/simulate.md has the
// format.

#include "config/source.hpp"
#include "core/diagnostic.hpp"
#include "core/site.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace snapcron {

struct TraceInput {
  unsigned input = 0;
  bool high = false;
};
struct TraceRelay {  // switched by hand
  unsigned relay = 0;
  bool on = false;
};
struct TraceCamera {
  std::string camera;
  bool online = false;
};
struct TraceWebhook {
  std::string name;
};
struct TraceTrigger {  // `snapcron trigger RULE`
  std::string rule;
};
struct TraceRestart {};

struct TraceLine {
  Instant at;
  std::variant<TraceInput, TraceRelay, TraceCamera, TraceWebhook, TraceTrigger, TraceRestart> what;
};

using Trace = std::vector<TraceLine>;

/// Names are looked up in the site. Nothing with every mistake told; at most 100 of them.
std::optional<Trace> parse_trace(Source const& source, Site const& site,
                                 std::vector<Diagnostic>& diagnostics);

}  // namespace snapcron
