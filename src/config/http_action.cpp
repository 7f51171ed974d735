// The action `http`: an address, and at most one kind of thing to send.

#include "config/http_fields.hpp"
#include "config/json_parts.hpp"
#include "config/rules.hpp"
#include "config/url.hpp"

#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

class HttpReader {
 public:
  HttpReader(YamlEntry const& kind, MapReader& map, RulesScope const& scope)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<HttpAction> read() {
    bool const right = url();
    headers();
    content();
    method();
    credentials();
    request_.timeout = map_.duration("timeout").value_or(request_.timeout);
    request_.verify_tls = map_.flag("verify_tls").value_or(true);
    if (!right) return std::nullopt;
    return std::move(request_);
  }

 private:
  std::optional<Template> text(Value const& value) {
    auto text = read_template(context_, value, Template::Use::request);
    if (text && text->uses("secret")) secret_is_used_ = value.at();
    return text;
  }

  bool url() {
    auto const given = read_text(context_, kind_, "an http or https address");
    if (!given) return false;
    // What decides where the request goes is not made of values.
    auto const scheme = given->find("://");
    auto const host =
        given->substr(0, given->find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3));
    if (host.find_first_of("{}") != std::string::npos) {
      context_.error(kind_.value.at,
                     "scheme and host of an address must be literal: a '{' or '}' may stand "
                     "behind them only");
      return false;
    }
    auto parsed = text(kind_);
    if (!parsed) return false;
    auto const url = parse_url(parsed->skeleton());
    if (!url) {
      context_.error(kind_.value.at, url.error().text);
      return false;
    }
    open_ = !url->tls && !url->loopback;
    request_.url = std::move(*parsed);
    return true;
  }

  void headers() {
    auto const* entry = map_.take("headers");
    if (entry == nullptr) return;
    auto const* map = read_map(context_, *entry, "'headers: {X-Door: \"{input}\"}'");
    if (map == nullptr) return;
    if (map->entries.size() > most_headers)
      return context_.error(entry->at, "more than " + std::to_string(most_headers) + " headers");
    for (auto const& header : map->entries) {
      if (!check_header_name(context_, header, find_header(header.key))) continue;
      if (auto value = this->text(header)) {
        if (value->source().find_first_of("\r\n") != std::string::npos)
          context_.error(header.value.at, "a header has one line");
        request_.headers.emplace_back(header.key, std::move(*value));
      }
    }
    given_content_type_ = find_header("content-type");
  }
  bool find_header(std::string_view name) const {
    return std::ranges::any_of(
        request_.headers, [&](auto const& header) { return is_same_header(header.first, name); });
  }

  void content() {
    auto const* body = map_.take("body");
    auto const* json = map_.take("json");
    auto const* form = map_.take("form");
    auto const* picture = map_.take("picture");
    auto const field = picture != nullptr
                           ? read_text(context_, *picture, "'body' or a field's name")
                           : std::nullopt;
    request_.picture_is_body = field == "body";
    std::vector<YamlEntry const*> given;
    for (auto const* one : {body, json, form, picture}) {
      if (one == nullptr) continue;
      bool const is_field = one == picture && !request_.picture_is_body;
      if (is_field && given.size() == 1 && given.front() == form) continue;
      if (!given.empty())
        context_.error(one->at, snapcron::quoted(given.front()->key) + " and " +
                                    snapcron::quoted(one->key) +
                                    " in one request: keep one of them");
      given.push_back(one);
    }
    sends_ = !given.empty();
    if (body != nullptr)
      if (auto value = text(*body)) request_.body.push_back({std::move(*value), false});
    if (json != nullptr) this->json(*json);
    if (form != nullptr) this->form(*form);
    if (field && !request_.picture_is_body) picture_field(*picture, *field);
  }

  void json(YamlEntry const& entry) {
    request_.body =
        read_json_parts(context_, entry, [&](Value const& value) { return text(value); });
    if (!given_content_type_)
      request_.headers.emplace_back("Content-Type", Template::literal("application/json"));
  }

  void form(YamlEntry const& entry) {
    auto const* map = read_map(context_, entry, "'form: {chat_id: \"4711\"}'");
    if (map == nullptr) return;
    if (map->entries.empty()) context_.error(entry.value.at, "'form' is empty: add fields");
    if (given_content_type_)
      context_.error(entry.at, "a form sets its own Content-Type: leave the header out");
    for (auto const& field : map->entries) {
      if (!is_field_name(field.key))
        context_.error(field.at, snapcron::quoted(field.key) + " is no name of a form's field");
      else if (auto value = text(field))
        request_.form.emplace_back(field.key, std::move(*value));
    }
  }

  void picture_field(YamlEntry const& entry, std::string const& field) {
    if (!is_field_name(field))
      context_.error(
          entry.value.at,
          "'picture' must be 'body' or the name of a form's field, not " + snapcron::quoted(field));
    else if (std::ranges::find(request_.form, field, [](auto const& f) { return f.first; }) !=
             request_.form.end())
      context_.error(entry.value.at,
                     "the form has a field " + snapcron::quoted(field) + " already");
    else
      request_.picture_field = field;
  }

  void method() {
    auto const* entry = map_.take("method");
    auto const method = map_.word("method");
    request_.method = method ? entry->value.text : sends_ ? "POST" : "GET";
    if (method && request_.method == "GET" && sends_)
      context_.error(entry->value.at, "a GET sends nothing: leave 'method' out, or what is sent");
  }

  void credentials() {
    auto const* username = map_.take("username");
    if (username != nullptr) {
      request_.username = read_text(context_, *username).value_or("");
      if (request_.username.find_first_of(":\r\n") != std::string::npos)
        context_.error(username->value.at, "a username may not hold a ':' or a line end");
    }
    auto const* password = map_.take("password_file");
    auto const* secret = map_.take("secret_file");
    if (password != nullptr)
      request_.password =
          read_secret(scope_.files, context_, *password, "the request is sent without a password");
    if (secret != nullptr)
      request_.secret =
          read_secret(scope_.files, context_, *secret, "'{secret}' stands for nothing");
    if (secret != nullptr && !secret_is_used_)
      context_.warning(secret->at,
                       "'secret_file' is not used: '{secret}' stands nowhere in this "
                       "action");
    if (secret == nullptr && secret_is_used_)
      context_.error(*secret_is_used_, "'{secret}' needs a 'secret_file' in this action");
    if (open_ && (password != nullptr || secret != nullptr))
      context_.warning(kind_.value.at, std::string{"the "} +
                                           (password != nullptr ? "password" : "secret") +
                                           " goes over plain http, where others may read it: use "
                                           "https if the server has it");
  }

  RulesScope const& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
  HttpAction request_;
  bool open_ = false;   // neither encrypted nor on this machine
  bool sends_ = false;  // something
  bool given_content_type_ = false;
  std::optional<Position> secret_is_used_;
};

}  // namespace

std::optional<HttpAction> read_http_action(YamlEntry const& kind, MapReader& map,
                                           RulesScope const& scope) {
  return HttpReader{kind, map, scope}.read();
}

}  // namespace snapcron
