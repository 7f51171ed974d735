#include "http/router.hpp"

#include "http/confirmation.hpp"
#include "http/login_refusal.hpp"
#include "http/page.hpp"
#include "http/query.hpp"
#include "http/target.hpp"

#include <algorithm>

namespace snapcron::http {
namespace {

/// Is the parameter there that a route asks for? "key", or "key=value", whose value may end in a
/// slash: a manual prints it so.
bool has_parameter(std::string_view wanted, std::string_view query) {
  auto const parameters = parse_query(query);
  if (!parameters) return false;
  auto const equals = std::min(wanted.find('='), wanted.size());
  auto const value = wanted.substr(std::min(equals + 1, wanted.size()));
  return std::ranges::any_of(*parameters, [&](auto const& one) {
    std::string_view given = one.second;
    if (given.ends_with('/')) given.remove_suffix(1);
    return one.first == wanted.substr(0, equals) && (equals == wanted.size() || given == value);
  });
}

/// What "*" stands for, or nullopt when the path is another. A name may hold a slash (sent as %2F).
std::optional<std::string_view> fits(std::string_view pattern, std::string_view path,
                                     std::string_view query) {
  if (auto const asks = pattern.find('?'); asks != std::string_view::npos)
    return pattern.substr(0, asks) == path && has_parameter(pattern.substr(asks + 1), query)
               ? std::optional{std::string_view{}}
               : std::nullopt;
  auto const star = pattern.find('*');
  if (star == std::string_view::npos)
    return pattern == path ? std::optional{std::string_view{}} : std::nullopt;
  auto const before = pattern.substr(0, star);
  auto const after = pattern.substr(star + 1);
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - after.size());
}

/// A browser is sent to the log-in; the page itself is told without the challenge that opens the
/// browser's own box; all others are challenged.
Response refuse_entrance(Request const& request, bool by_cookie, Verdict verdict) {
  auto const challenged = challenge(verdict, request.authorization);
  if (!by_cookie || !request.authorization.empty()) return challenged;
  bool const reads = request.method == Method::get || request.method == Method::head;
  if (reads && accepts_html(request)) return to_login(request);
  return login_cookie_in(request.cookie).empty() ? challenged : login_refusal(verdict);
}

/// Is it an address of this server? What stands in the open can be put there by anybody on the way.
bool is_ours(std::string_view url, Request const& request, bool encrypted) {
  return same_site(url, request.host) &&
         (!encrypted || equal_ignoring_case(url.substr(0, 6), "https:"));
}

/// A browser that sends this for a page of another site, or without being asked. Scripts send none
/// of these fields and pass.
char const* foreign(Request const& request, bool encrypted) {
  auto const ours = [&](std::string_view url) { return is_ours(url, request, encrypted); };
  if (request.prefetch) return "a page that switches something is not fetched in advance";
  auto const site = request.sec_fetch_site;
  if (!site.empty() && site != "same-origin" && site != "none")
    return "a page of another site may not switch anything here";
  if (request.has_origin && !ours(request.origin))
    return "a page of another origin may not switch anything here";
  if (!request.has_origin && !request.referer.empty() && !ours(request.referer))
    return "a link on another site may not switch anything here";
  if (request.method == Method::post && comes_from_nowhere(request))
    return "a browser must say which page it sends a form from";
  return nullptr;
}

/// Is the body of that media type? One that is empty may be of none.
bool is_sent_as(std::string_view wanted, Request const& request) {
  auto type = request.content_type.substr(0, request.content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return equal_ignoring_case(type, wanted) ||
         (request.content_type.empty() && !request.announces_body);
}

bool switches_by_get(Route const& route) {
  return route.permission == Permission::operate && route.method == Method::get;
}

/// What VAPIX lets be asked by GET and by POST alike, and what switches by GET: a browser is asked
/// to confirm that, and does so by POST.
bool takes_forms(std::string_view path) {
  bool const of_vapix = path.starts_with("/axis-cgi/");
  return std::ranges::any_of(routes(), [&](Route const& route) {
    return (of_vapix || switches_by_get(route)) &&
           route.path.substr(0, route.path.find('?')) == path;
  });
}

}  // namespace

Match match(Method method, std::string_view path, std::string_view query) {
  Match result;
  if (method == Method::post && takes_forms(path)) {
    result.form = true;
    return result;
  }
  auto const wanted = method == Method::head ? Method::get : method;
  for (auto const& route : routes()) {
    auto const argument = fits(route.path, path, query);
    if (!argument) continue;
    if (route.method == wanted) {
      result.route = &route;
      result.argument = *argument;
      return result;
    }
    std::string_view const knows = route.method == Method::post ? "POST"
                                   : takes_forms(path)          ? "GET, HEAD, POST"
                                                                : "GET, HEAD";
    if (result.allow.find(knows) != std::string::npos) continue;  // with another parameter
    result.allow += result.allow.empty() ? "" : ", ";
    result.allow += knows;
  }
  return result;
}

bool from_a_browser(Request const& request) {
  return request.has_origin || !request.referer.empty() || !request.sec_fetch_site.empty() ||
         !request.cookie.empty();
}

bool takes_cookie(Request const& request, Match const& match, bool encrypted) {
  if (match.form) return request.has_origin && is_ours(request.origin, request, encrypted);
  return !match.route || !switches_by_get(*match.route);
}

std::optional<Response> turn_away(Request const& request, Peer const& peer, bool passwords) {
  // A name that a foreign site has resolved to 127.0.0.1 comes with that name in Host.
  if (peer.local || passwords || !request.has_host || is_loopback_host(request.host))
    return std::nullopt;
  return problem(421,
                 "without a users file this server answers to localhost, 127.0.0.1 and [::1] only");
}

std::optional<Response> turn_away(Request const& request, Peer const& peer, Match const& match,
                                  Visitor const& visitor) {
  auto const verdict = visitor.verdict;
  if (match.permission() != Permission::none && verdict != Verdict::user &&
      verdict != Verdict::viewer)
    return refuse_entrance(request, takes_cookie(request, match, peer.encrypted), verdict);
  if (match.form)
    return is_sent_as("application/x-www-form-urlencoded", request)
               ? std::nullopt
               : std::optional{
                     problem(415, "send the parameters as application/x-www-form-urlencoded")};
  if (!match.route) {
    if (match.allow.empty()) return problem(404, "there is no such page");
    auto response = problem(405, "this page does not know that method; it knows " + match.allow);
    response.fields = "Allow: " + match.allow + "\r\n";
    return response;
  }
  bool const operates = match.operates();
  if ((!operates && match.route->method == Method::get) || peer.local) return std::nullopt;
  if (operates && verdict != Verdict::user) return problem(403, "a viewer may read, not switch");
  if (char const* why = foreign(request, peer.encrypted)) return problem(403, why);
  if (switches_by_get(*match.route) && comes_from_nowhere(request))
    return ask_to_confirm(request, match.route->doc.summary);
  // A program may leave it to us to see that its body is JSON.
  if (match.route->method == Method::post && from_a_browser(request) &&
      !is_sent_as("application/json", request))
    return problem(415, "send the body as Content-Type: application/json");
  return std::nullopt;
}

}  // namespace snapcron::http
