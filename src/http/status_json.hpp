#pragma once
// Status as the JSON that GET /api/v1/status gives and `snapcron status --json` prints.

#include "core/status.hpp"

#include <boost/json/object.hpp>

namespace snapcron {

/// Times are RFC 3339 in the status's zone, or null.
boost::json::object status_json(Status const& status);

/// One element of `inputs`, `relays`, ..., as in the whole.
boost::json::object status_json(InputStatus const& input, Zone const& zone);
boost::json::object status_json(RelayStatus const& relay);
inline boost::json::object status_json(RelayStatus const& relay, Zone const&) {
  return status_json(relay);
}
boost::json::object status_json(CameraStatus const& camera, Zone const& zone);
boost::json::object status_json(RuleStatus const& rule, Zone const& zone);
boost::json::object status_json(DestinationStatus const& destination, Zone const& zone);

}  // namespace snapcron
