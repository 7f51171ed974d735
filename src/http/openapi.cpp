#include "http/openapi.hpp"

#include "http/api.hpp"
#include "http/logins.hpp"
#include "http/router.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string_view>

namespace snapcron::http {
namespace {

namespace json = boost::json;

template <class Visit>
void for_each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    auto const end = std::min(words.find(' '), words.size());
    visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

json::object reference(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string{kind} + "/" + std::string{name}}};
}

json::object content(std::string_view reply) {
  bool const is_type = reply.find('/') != std::string_view::npos;
  bool const is_bytes = reply.starts_with("image/");
  if (!is_type)
    return {{"application/json", json::object{{"schema", reference("schemas", reply)}}}};
  // Bytes have no schema of JSON's.
  return {{reply,
           is_bytes ? json::object{} : json::object{{"schema", json::object{{"type", "string"}}}}}};
}

json::object problem_reply(std::string_view status) {
  return {{"description", "a problem: its detail says what is wrong (" + std::string{status} + ")"},
          {"content", json::object{{"application/problem+json",
                                    json::object{{"schema", reference("schemas", "Problem")}}}}}};
}

json::object replies(Route const& route) {
  auto const& doc = route.doc;
  json::object all;
  json::object good{{"description", "done"}, {"content", content(doc.reply)}};
  if (doc.id == "takeSnapshot")
    all["200"] =
        json::object{{"description", "the picture itself"}, {"content", content("image/jpeg")}};
  all[std::to_string(doc.status)] = std::move(good);
  if (doc.parameters.find("range") != std::string_view::npos)
    all["206"] =
        json::object{{"description", "the bytes asked for"}, {"content", content(doc.reply)}};
  if (doc.parameters.find("ifNoneMatch") != std::string_view::npos)
    all["304"] = json::object{{"description", "the client has it already"}};
  auto const add = [&all](std::string_view status) { all[status] = problem_reply(status); };
  for_each_word(doc.errors, add);
  if (!doc.parameters.empty() || !doc.body.empty()) add("400");
  if (route.permission != Permission::none) for_each_word("401 421 429", add);
  if (route.permission == Permission::operate) for_each_word("403 415", add);
  return all;
}

json::object operation(Route const& route) {
  auto const& doc = route.doc;
  json::object op{{"operationId", doc.id}, {"summary", doc.summary}, {"responses", replies(route)}};
  json::array parameters;
  if (!doc.argument.empty())
    parameters.push_back(json::object{
        {"name", doc.argument},
        {"in", "path"},
        {"required", true},
        {"schema", json::object{{"type", doc.argument == "id" ? "integer" : "string"}}}});
  for_each_word(doc.parameters, [&](std::string_view name) {
    parameters.push_back(reference("parameters", name));
  });
  if (!parameters.empty()) op["parameters"] = std::move(parameters);
  if (!doc.body.empty())
    op["requestBody"] = json::object{{"required", true}, {"content", content(doc.body)}};
  if (route.permission == Permission::none) op["security"] = json::array{};
  op["x-permission"] = route.permission == Permission::none   ? "none"
                       : route.permission == Permission::read ? "read"
                                                              : "switch";
  return op;
}

/// With "{rule}" for the "*".
std::string template_of(Route const& route) {
  std::string path{route.path};
  if (auto const star = path.find('*'); star != std::string::npos)
    path.replace(star, 1, "{" + std::string{route.doc.argument} + "}");
  return path;
}

}  // namespace

std::string openapi_document() {
  json::object paths;
  for (auto const& route : routes()) {
    if (route.doc.id.empty()) continue;
    auto& path = paths[template_of(route)];
    if (!path.is_object()) path = json::object{};
    path.get_object()[route.method == Method::get ? "get" : "post"] = operation(route);
  }
  auto components = json::parse(openapi_parts).as_object();
  components["securitySchemes"] = json::object{
      {"password", json::object{{"type", "http"}, {"scheme", "basic"}}},
      {"token", json::object{{"type", "http"}, {"scheme", "bearer"}}},
      {"page", json::object{{"type", "apiKey"}, {"in", "cookie"}, {"name", login_cookie}}},
  };
  return json::serialize(json::object{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", "snapcron"},
                            {"version", SNAPCRON_VERSION},
                            {"description", "Inputs, relays, rules and pictures of one machine."}}},
      {"security",
       json::array{json::object{{"password", json::array{}}},
                   json::object{{"token", json::array{}}}, json::object{{"page", json::array{}}}}},
      {"paths", std::move(paths)},
      {"components", std::move(components)}});
}

void Api::openapi(Call const&, Response& response) {
  static std::string const document = openapi_document() + "\n";
  response.content_type = "application/json";
  response.body = document;
}

}  // namespace snapcron::http
