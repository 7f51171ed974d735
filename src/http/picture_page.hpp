#pragma once
// GET /api/v1/snapshots: what is asked, as a value; what is stored, as JSON.

#include "core/error.hpp"
#include "core/outbox.hpp"
#include "core/zone.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace snapcron::http {

/// event=, camera=, rule=, before=ID, after=ID, since=TIME, until=TIME (RFC 3339), limit=N (100; 1
/// to 1000); all may be missing.
Result<PictureQuery> parse_picture_query(std::string_view query);

/// One of them, with the address of its JPEG.
boost::json::object picture_json(PictureRecord const& picture, Zone const& zone);

/// "door_2026-03-01_131330_door-open_17.jpg", as it is kept elsewhere: camera, time, rule if one
/// took it, id.
std::string name_to_keep(PictureRecord const& picture, Zone const& zone);

/// {"snapshots": [...], "next": ID}, the newest first; `next` (for `before`) is null when these are
/// the last.
boost::json::value picture_page(std::vector<PictureRecord> const& pictures, unsigned limit,
                                Zone const& zone);

}  // namespace snapcron::http
