#include "http/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace snapcron::http {
namespace {

namespace json = boost::json;

TEST(JsonText, HasPlainNumbers) {
  EXPECT_EQ(json_text(10.0), "10");
  EXPECT_EQ(json_text(0.25), "0.25");
  EXPECT_EQ(json_text(-1.5e-4), "-0.00015");
  EXPECT_EQ(json_text(86400.0), "86400");
  EXPECT_EQ(json_text(0.1 + 0.2), "0.30000000000000004");
  for (double const extreme :
       {std::numeric_limits<double>::max(), 5e-324, -2.2250738585072011e-308})
    EXPECT_EQ(std::strtod(json_text(extreme).c_str(), nullptr), extreme);
  EXPECT_EQ(json_text(std::nan("")), "null");
  EXPECT_EQ(json_text(HUGE_VAL), "null");
}

TEST(JsonText, IsElseAsBoostWritesIt) {
  for (auto const* text :
       {"null", "true", "[]", "{}", "\"a\\\"\\n\\u0001\xc3\xbc\"", "[1,-2,18446744073709551615]",
        R"({"a":{"b\"":[1,[],{}],"c":null},"d":"x"})"})
    EXPECT_EQ(json_text(json::parse(text)), json::serialize(json::parse(text))) << text;
}

}  // namespace
}  // namespace snapcron::http
