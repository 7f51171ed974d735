#pragma once
// GET /metrics: status and measures in the Prometheus text format 0.0.4.

#include "core/measures.hpp"
#include "core/status.hpp"

#include <string>

namespace snapcron::http {

std::string metrics(Status const& status, Measures const& measures);

}  // namespace snapcron::http
