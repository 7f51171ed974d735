#pragma once
// GET /metrics: Status in the Prometheus text format 0.0.4.

#include "core/status.hpp"

#include <string>

namespace snapcron::http {

std::string metrics(Status const& status);

}  // namespace snapcron::http
