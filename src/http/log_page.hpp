#pragma once
// GET /api/v1/log: its query into values, its page into JSON.

#include "core/error.hpp"
#include "ports/records.hpp"

#include <boost/json/value.hpp>

#include <string_view>

namespace snapcron::http {

struct LogRequest {
  LogQuery query;
  Duration wait{};  // for news, where there is nothing
};

/// rule=R, after=ID, before=ID, since=TIME, until=TIME, limit=N (100; 1 to 1000), wait=SECONDS (0
/// to 30); all may be missing. With `after` the oldest of what follows it, without it the newest of
/// all that fit.
Result<LogRequest> parse_log_query(std::string_view query);

/// {..., "id": N}
boost::json::object record_json(Record const& record);

/// {"records": [{..., "id": N}], "next": ID}
boost::json::value log_page(LogPage const& page);

}  // namespace snapcron::http
