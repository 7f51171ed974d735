#pragma once
// All routes in one table, and who may take them.

#include "http/api.hpp"
#include "http/authenticator.hpp"
#include "http/peer.hpp"
#include "http/stream.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace snapcron::http {

enum class Permission {
  none,     // anybody who reaches the server
  read,     // a viewer
  operate,  // switches, fires, reloads: a user, and never a page of another site
};

using Immediate = void (Api::*)(Call const&, Response&);
using Waiting = boost::asio::awaitable<void> (Api::*)(Call const&, Response&);
/// Fills the response, or begins the stream.
using Streaming = boost::asio::awaitable<void> (Api::*)(Call const&, Response&, Stream&);

/// What the OpenAPI document tells of a route: names of its schemas and parameters
/// (openapi_parts.cpp), separated by blanks where there are several.
struct RouteDoc {
  std::string_view id{};          // its name in programs; empty: it is not in the document
  std::string_view summary{};     // of a GET that switches: what a browser is asked to confirm
  std::string_view argument{};    // what "*" is
  std::string_view parameters{};  // of query and header
  std::string_view body{};        // the schema of a JSON body
  std::string_view reply{};       // the schema of a JSON reply, or another media type
  unsigned status = 200;          // of success
  std::string_view errors{};      // beside those that any route may have
};

/// A route has no default for who may take it: one without a permission does not compile.
struct Route {
  constexpr Route(Method m, std::string_view p, Permission who,
                  std::variant<Immediate, Waiting, Streaming> what, RouteDoc d = {})
      : method{m}, path{p}, permission{who}, handler{what}, doc{d} {}
  Method method;  // get (HEAD goes with it) or post
  /// One segment may be "*". "?key" or "?key=value" behind it: only with that in the query, whose
  /// routes stand before the one of the same path without.
  std::string_view path;
  Permission permission;
  std::variant<Immediate, Waiting, Streaming> handler;
  RouteDoc doc;
};

std::span<Route const> routes();

/// What the table says of a method and a path.
struct Match {
  Route const* route = nullptr;  // null: nothing of that name, or not by that method
  std::string argument;          // what "*" stands for
  std::string allow;             // for 405: the methods that the path knows; empty: 404
  /// The parameters come in the body, as of a page of VAPIX that is asked by POST, or a GET that
  /// switches comes by the button of its confirmation: it is known what is asked, and with what
  /// rights, when they have been read as a query of Method::get.
  bool form = false;

  Permission permission() const { return route ? route->permission : Permission::read; }
  bool operates() const { return permission() == Permission::operate; }
};
Match match(Method method, std::string_view path, std::string_view query);

/// Will a log-in do in place of the password itself? Not where a mere link switches something, nor
/// by a form unless it is one of our own.
bool takes_cookie(Request const& request, Match const& match, bool encrypted);

/// A page can send a request anywhere, but only with some of these fields; a program sends none of
/// them.
bool from_a_browser(Request const& request);

/// Refusals before anybody is asked for a password: without passwords, another site's name for this
/// machine.
std::optional<Response> turn_away(Request const& request, Peer const& peer, bool passwords);

/// Refusals once it is known who asks. `visitor` is Verdict::user where nobody is asked.
std::optional<Response> turn_away(Request const& request, Peer const& peer, Match const& match,
                                  Visitor const& visitor);

}  // namespace snapcron::http
