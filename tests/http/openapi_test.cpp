// The document that tells of the API is made of the table that serves it. (That it is valid, and
// that the daemon keeps to it, tests/whole/api_test.py holds.)

#include "http/openapi.hpp"
#include "http/router.hpp"

#include <boost/json/parse.hpp>

#include <gmock/gmock.h>

#include <set>

namespace snapcron {
namespace {

TEST(OpenApi, TellsEveryCallOfTheApiWithItsPermission) {
  auto const document = boost::json::parse(http::openapi_document());
  auto const& paths = document.at("paths").as_object();
  std::size_t told = 0;
  for (auto const& route : http::routes()) {
    std::string path{route.path};
    if (!path.starts_with("/api/")) continue;
    SCOPED_TRACE(path);
    ASSERT_FALSE(route.doc.id.empty()) << "a call that the table does not tell of";
    if (auto const star = path.find('*'); star != std::string::npos)
      path.replace(star, 1, "{" + std::string{route.doc.argument} + "}");
    auto const& operation = paths.at(path).at(route.method == http::Method::get ? "get" : "post");
    EXPECT_EQ(operation.at("x-permission").as_string(),
              route.permission == http::Permission::operate ? "switch"
              : route.permission == http::Permission::read  ? "read"
                                                            : "none");
    EXPECT_FALSE(operation.at("summary").as_string().empty());
    ++told;
  }
  EXPECT_GE(told, 28u);
}

TEST(OpenApi, KnowsEverySchemaAndParameterThatTheTableNames) {
  auto const components = boost::json::parse(http::openapi_parts);
  for (auto const& route : http::routes()) {
    for (auto const name : {route.doc.body, route.doc.reply})
      if (!name.empty() && name.find('/') == std::string_view::npos) {
        EXPECT_TRUE(components.at("schemas").as_object().contains(name)) << name;
      }
  }
}

}  // namespace
}  // namespace snapcron
