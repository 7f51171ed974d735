// `snapcron schema`: the tables of words as JSON Schema, for editors. What a schema cannot say
// (whether a camera exists) is for `snapcron check`.

#include "app/commands.hpp"
#include "config/words.hpp"
#include "core/quantity.hpp"

#include <boost/json.hpp>
#include <charconv>

#include <algorithm>
#include <iostream>
#include <set>

namespace snapcron {
namespace {

namespace json = boost::json;
using Kind = ValueShape::Kind;

constexpr char const* lengths = "([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

json::object reference(std::string const& definition) {
  return {{"$ref", "#/$defs/" + definition}};
}
json::object pattern(std::string const& text) {
  return {{"type", "string"}, {"pattern", text}};
}
json::object any_of(json::array alternatives) {
  return {{"anyOf", std::move(alternatives)}};
}

/// One alternative for each key: that it is there.
json::array alternatives(std::vector<std::string> const& keys) {
  json::array result;
  for (auto const& key : keys) {
    json::object alternative;
    alternative["required"] = json::array{json::value(key)};
    result.push_back(std::move(alternative));
  }
  return result;
}

class SchemaWriter {
 public:
  json::object write() {
    // A file with rules only is one that an `include` names.
    json::object schema{
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"$id", "urn:snapcron:configuration:1"},
        {"title", "snapcron configuration"},
        {"if", {{"required", {"rules"}}, {"propertyNames", {{"enum", {"version", "rules"}}}}}},
        {"then", table(rules_file_words())},
        {"else", table(site_words())}};
    schema["$defs"] = std::move(definitions_);
    return schema;
  }

 private:
  json::object table(Table const& table) {
    if (defined_.insert(table.name).second) {
      auto definition = this->definition(table);
      definitions_[table.name] = std::move(definition);
    }
    return reference(table.name);
  }

  json::object definition(Table const& table) {
    json::object properties, partners, either_partner;
    json::array required;
    for (auto const& word : table.words) {
      if (word.later) continue;
      auto property = shape(word.shape);
      property["description"] = word.unless_given.empty()
                                    ? word.about
                                    : word.about + " (default: " + word.unless_given + ")";
      if (auto given = unless_given(word); !given.is_null()) property["default"] = std::move(given);
      properties[word.key] = std::move(property);
      if (word.required) required.emplace_back(word.key);
      if (word.partners.size() == 1)
        partners[word.key] = json::array{json::value(word.partners.front())};
      else if (!word.partners.empty())
        either_partner[word.key] = {{"anyOf", alternatives(word.partners)}};
    }
    json::object result{{"type", "object"},
                        {"description", table.about},
                        {"properties", std::move(properties)},
                        {"additionalProperties", false}};
    if (!required.empty()) result["required"] = std::move(required);
    if (!partners.empty()) result["dependentRequired"] = std::move(partners);
    if (!either_partner.empty()) result["dependentSchemas"] = std::move(either_partner);
    if (!table.one_of.empty()) result["oneOf"] = alternatives(table.one_of);
    return result;
  }

  /// An item: the key that names its kind decides which definition holds, so that an editor
  /// complains of the one wrong word, and nested items are not tried by every kind.
  json::object kinds(Kinds const& kinds, std::string const& name) {
    if (defined_.insert(name).second) {
      json::object properties;
      json::array choices, one_must_be_there;
      for (auto const& of : kinds.tables) {
        if (of.words.front().later) continue;
        auto const& kind = of.words.front().key;
        auto const definition = name + "-" + kind;
        defined_.insert(definition);
        auto item = this->definition(of);
        if (auto* required = item.if_contains("required"))
          required->as_array().emplace_back(kind);
        else
          item["required"] = json::array{json::value(kind)};
        json::object has_kind;
        has_kind["required"] = json::array{json::value(kind)};
        properties[kind] = json::object{{"description", of.about}};
        choices.push_back(json::object{{"if", has_kind}, {"then", reference(definition)}});
        one_must_be_there.push_back(std::move(has_kind));
        definitions_[definition] = std::move(item);
      }
      definitions_[name] = json::object{{"type", "object"},
                                        {"properties", std::move(properties)},
                                        {"allOf", std::move(choices)},
                                        {"anyOf", std::move(one_must_be_there)}};
    }
    return reference(name);
  }

  json::object shape(ValueShape const& shape) {
    auto result = one(shape);
    if (shape.or_list) {
      json::object list{{"type", "array"}, {"items", result}, {"minItems", 1}};
      result = any_of({std::move(result), std::move(list)});
    }
    if (shape.or_text) result = any_of({one({}), std::move(result)});
    if (shape.or_nothing)
      result = any_of({json::object{{"enum", {nullptr, true}}}, std::move(result)});
    return result;
  }

  json::object one(ValueShape const& shape) {
    switch (shape.kind) {
      case Kind::text:
        return {{"type", {"string", "number", "boolean"}}};
      case Kind::name:
        return {{"type", "string"}, {"pattern", "^(?![0-9]+$)[^/]+$"}, {"maxLength", 64}};
      case Kind::reference:
        return {{"type", {"string", "integer"}}, {"minLength", 1}};
      case Kind::flag:
        return {{"type", "boolean"}};
      case Kind::number:
        return {{"type", "integer"}, {"minimum", shape.least}, {"maximum", shape.most}};
      case Kind::degrees:
        return {{"type", "number"},
                {"minimum", -static_cast<int>(shape.most)},
                {"maximum", static_cast<int>(shape.most)}};
      case Kind::duration:
        return pattern((shape.limits.least > Duration::zero() ? "^(?=.*[1-9])" : "^(?=[0-9])") +
                       std::string{lengths});
      case Kind::offset:
        return pattern("^[-+]?(?=[0-9])" + std::string{lengths});
      case Kind::size:
        return pattern("^(?=.*[1-9])[0-9]+([KMGT]i?)?B$");
      case Kind::word:
        return {{"enum", json::value_from(shape.words)}};
      case Kind::file_name:
        return pattern("^[^/].*\\.jpe?g$");
      case Kind::cron:
        return pattern("^\\s*(@[a-z]+|(\\S+\\s+){4,6}\\S+)\\s*$");
      case Kind::window:
        return pattern("^\\s*[0-9:]{5,8}\\s*-\\s*[0-9:]{5,8}\\s*$");
      case Kind::argv:
        return {{"type", "array"}, {"items", one({})}, {"minItems", 1}};
      case Kind::nothing:
        return {{"enum", {nullptr, true}}};
      case Kind::any:
        return {};
      default:
        return mapping(shape);
    }
  }

  /// Shapes that are made of others.
  json::object mapping(ValueShape const& shape) {
    switch (shape.kind) {
      case Kind::numbered: {
        json::object numbers;
        numbers["^([1-9]|[1-5][0-9]|6[0-4])$"] = table(shape.table());
        return {{"type", {"object", "null"}},
                {"patternProperties", std::move(numbers)},
                {"additionalProperties", false}};
      }
      case Kind::named:
        return {{"type", {"object", "null"}},
                {"propertyNames", {{"pattern", "^(?![0-9]+$)[A-Za-z0-9_][A-Za-z0-9._-]*$"}}},
                {"additionalProperties", table(shape.table())}};
      case Kind::texts:
        return {{"type", "object"}, {"additionalProperties", one({})}};
      case Kind::list:
        return {{"type", {"array", "null"}}, {"items", table(shape.table())}};
      case Kind::items: {
        auto const& of = shape.kinds();
        auto const item = kinds(of, &of == &awaited_kinds() ? "awaited" : of.what);
        json::object list{{"type", "array"}, {"items", item}, {"minItems", shape.least}};
        return {{"if", {{"type", "array"}}}, {"then", std::move(list)}, {"else", item}};
      }
      default:
        return table(shape.table());
    }
  }

  /// The default where it is a value, and not only a description of one.
  static json::value unless_given(Word const& word) {
    auto const& text = word.unless_given;
    auto const& shape = word.shape;
    if (shape.or_nothing) return nullptr;
    if (shape.kind == Kind::flag)
      return text.empty() || text == "true" || text == "false" ? json::value(text == "true")
                                                               : json::value(nullptr);
    if (shape.kind == Kind::number) {
      int number = 0;
      auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
      bool const whole = failed == std::errc{} && end == text.data() + text.size();
      return whole ? json::value(number) : json::value(nullptr);
    }
    bool const is_word = shape.kind == Kind::word && !shape.or_list &&
                         std::ranges::find(shape.words, text) != shape.words.end();
    bool const is_duration = shape.kind == Kind::duration && parse_duration(text);
    if (is_word || is_duration) return json::value(text);
    return nullptr;
  }

  json::object definitions_;
  std::set<std::string> defined_;
};

}  // namespace

int print_schema() {
  std::cout << json::serialize(SchemaWriter{}.write()) << "\n";
  return exit_code::ok;
}

}  // namespace snapcron
