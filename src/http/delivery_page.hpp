#pragma once
// /api/v1/deliveries: queries and bodies into values, the outbox into JSON.

#include "core/error.hpp"
#include "core/outbox.hpp"
#include "core/zone.hpp"

#include <boost/json/value.hpp>

#include <string_view>
#include <vector>

namespace snapcron::http {

/// destination=NAME, after=ID, limit=N (100; 1 to 1000); all may be missing.
Result<DeliveryQuery> parse_delivery_query(std::string_view query);

/// {"ids": [7, 9]} or {"all": true}, and {"destination": NAME} beside either.
Result<DeliverySelection> parse_delivery_selection(std::string_view body);

/// {"deliveries": [...], "next": ID}; `next` is null when these are the last.
boost::json::value delivery_page(std::vector<Delivery> const& deliveries, unsigned limit,
                                 Zone const& zone);

}  // namespace snapcron::http
