#pragma once
// GET /api/v1/snapshots: what is asked, as a value; what is stored, as JSON.

#include "core/error.hpp"
#include "core/outbox.hpp"
#include "core/zone.hpp"

#include <boost/json/value.hpp>

#include <string_view>
#include <vector>

namespace snapcron::http {

/// event=, camera=, rule=, before=ID, limit=N (100; 1 to 1000); all may be missing.
Result<PictureQuery> parse_picture_query(std::string_view query);

/// {"snapshots": [...], "next": ID}, the newest first; `next` (for `before`) is null when these are
/// the last.
boost::json::value picture_page(std::vector<PictureRecord> const& pictures, unsigned limit,
                                Zone const& zone);

}  // namespace snapcron::http
