#include "config/destination_reader.hpp"
#include "config/devices.hpp"
#include "config/rules.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace snapcron {
namespace {

constexpr std::size_t most_destinations = 64;

/// A word that means something to some destinations only, and to which.
struct Belongs {
  std::string_view key;
  std::vector<std::string_view> to;
};
std::vector<Belongs> const& belongings() {
  static std::vector<Belongs> const all{{"username", {"ftp", "sftp", "http", "s3", "smtp"}},
                                        {"password_file", {"ftp", "sftp", "http", "s3", "smtp"}},
                                        {"connect_timeout", {"ftp", "sftp", "http", "s3", "smtp"}},
                                        {"stall_timeout", {"ftp", "sftp", "http", "s3", "smtp"}},
                                        {"verify_tls", {"ftp", "http", "s3", "smtp"}},
                                        {"starttls", {"ftp", "smtp"}},
                                        {"rename", {"ftp", "sftp"}},
                                        {"key_file", {"sftp"}},
                                        {"host_key", {"sftp"}},
                                        {"known_hosts", {"sftp"}},
                                        {"method", {"http"}},
                                        {"field", {"http"}},
                                        {"headers", {"http"}},
                                        {"form", {"http"}},
                                        {"region", {"s3"}},
                                        {"from", {"smtp"}},
                                        {"to", {"smtp"}},
                                        {"subject", {"smtp"}},
                                        {"text", {"smtp"}},
                                        {"mounted", {"folder"}}};
  return all;
}

/// "ftp, http and smtp"
std::string listed_kinds(std::vector<std::string_view> const& kinds) {
  std::string text;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (i > 0) text += i + 1 == kinds.size() ? " and " : ", ";
    text += kinds[i];
  }
  return text;
}

/// Tells each ring of fallbacks once: what is given up would go round in it for good.
void check_rings(Context const& context, std::vector<DestinationSpec> const& destinations,
                 std::map<std::string, YamlEntry const*> const& places) {
  std::map<std::string_view, std::string_view> next;
  for (auto const& one : destinations)
    if (!one.fallback.empty()) next[one.name] = one.fallback;
  std::vector<std::string_view> told;
  for (auto const& one : destinations) {
    std::vector<std::string_view> way;
    std::string_view at = one.name;
    while (next.contains(at) && std::ranges::find(way, at) == way.end()) {
      way.push_back(at);
      at = next[at];
    }
    // Another ring, or none, lies behind it when the way does not come back to where it began.
    if (way.empty() || at != one.name || std::ranges::find(told, at) != told.end()) continue;
    std::string text;
    for (auto const name : way) text += std::string{name} + " -> ";
    context.error(places.at(one.name)->value.at,
                  "the fallbacks go round: " + text + std::string{at});
    told.insert(told.end(), way.begin(), way.end());
  }
}

}  // namespace

DestinationReader::DestinationReader(Context const& context, Files const& files,
                                     YamlEntry const& entry, YamlNode const& map)
    : context_{context},
      files_{files},
      map_{context, map, destination_words(), "destination " + snapcron::quoted(entry.key),
           entry.at} {
  spec_.name = entry.key;
}

DestinationSpec DestinationReader::read() {
  target();
  of_other_kinds();
  name_there();
  times();
  spec_.parallel = map_.number("parallel").value_or(1);
  fallback_ = map_.take("fallback");
  credentials();
  switch (kind_) {
    case Kind::ftp:
      ftp();
      break;
    case Kind::sftp:
      sftp();
      break;
    case Kind::http:
      http();
      break;
    case Kind::s3:
      s3();
      break;
    case Kind::smtp:
      mail();
      break;
    case Kind::folder:
      folder(*given_);
      break;
    case Kind::unknown:
      break;
  }
  not_in_the_open();
  map_.finish();
  return std::move(spec_);
}

/// Which of the three is given, and what kind of destination that makes it.
void DestinationReader::target() {
  std::vector<YamlEntry const*> given;
  for (auto const* key : {"url", "s3", "folder"})
    if (auto const* entry = map_.take(key)) given.push_back(entry);
  std::ranges::sort(given, {}, &YamlEntry::at);
  for (std::size_t i = 1; i < given.size(); ++i)
    context_.error(given[i]->at, map_.what() + " has both " + snapcron::quoted(given.front()->key) +
                                     " and " + snapcron::quoted(given[i]->key) +
                                     ": keep one of them");
  if (given.empty())
    return context_.error(map_.at(),
                          map_.what() + " leads nowhere: add one of 'url', 's3' and 'folder'");
  if (given.size() > 1) return;
  given_ = given.front();
  if (given_->key == "folder")
    kind_ = Kind::folder;
  else
    address(*given_);
}

void DestinationReader::address(YamlEntry const& entry) {
  constexpr std::array<std::string_view, 7> schemes{"ftp",   "ftps", "sftp", "http",
                                                    "https", "smtp", "smtps"};
  constexpr std::array<std::string_view, 2> of_s3{"https", "http"};
  bool const is_s3 = entry.key == "s3";
  auto const text = read_text(context_, entry, "an address");
  if (!text) return;
  auto url = parse_remote_url(
      entry.key, *text, is_s3 ? std::span<std::string_view const>{of_s3} : std::span{schemes});
  if (!url) return context_.error(entry.value.at, url.error().text);
  url_ = std::move(*url);
  if (is_s3)
    kind_ = Kind::s3;
  else if (url_.scheme == "sftp")
    kind_ = Kind::sftp;
  else if (url_.scheme.starts_with("ftp"))
    kind_ = Kind::ftp;
  else
    kind_ = url_.scheme.starts_with("http") ? Kind::http : Kind::smtp;
}

/// Every word is taken, and those are told that would be accepted and ignored.
void DestinationReader::of_other_kinds() {
  constexpr std::array<std::string_view, 7> names{"",   "ftp",  "sftp",  "http",
                                                  "s3", "smtp", "folder"};
  auto const ours = names[static_cast<std::size_t>(kind_)];
  for (auto const& [key, to] : belongings()) {
    auto const* entry = map_.take(key);
    if (entry == nullptr || kind_ == Kind::unknown || std::ranges::find(to, ours) != to.end())
      continue;
    context_.error(entry->at, snapcron::quoted(key) + " is for " + listed_kinds(to) + " only");
  }
}

void DestinationReader::name_there() {
  auto const* unless_given = kind_ == Kind::smtp ? "{name}" : "{path}";
  spec_.filename = Template::parse(unless_given, Template::Use::remote_name).value();
  if (auto const* filename = map_.take("filename"))
    if (auto parsed = read_template(context_, *filename, Template::Use::remote_name))
      spec_.filename = std::move(*parsed);
  spec_.wrap = map_.number("wrap");
  if (auto const* wrap = map_.take("wrap"); spec_.wrap && !spec_.filename.uses("number"))
    context_.warning(wrap->at,
                     "'wrap' does nothing: there is no '{number}' in this destination's "
                     "'filename'");
}

void DestinationReader::times() {
  spec_.timeout = map_.duration("timeout").value_or(spec_.timeout);
  part("connect_timeout", spec_.connect_timeout);
  part("stall_timeout", spec_.stall_timeout);
  spec_.give_up_after = map_.duration("give_up_after").value_or(spec_.give_up_after);
}
void DestinationReader::part(std::string_view key, Duration& time) {
  auto const given = map_.duration(key);
  if (!given) {
    if (!map_.has(key)) time = std::min(time, spec_.timeout);
    return;
  }
  time = *given;
  if (time <= spec_.timeout) return;
  auto const& value = map_.take(key)->value;
  context_.error(value.at, snapcron::quoted(key) + " " + value.text +
                               " is longer than the whole 'timeout' of " + to_text(spec_.timeout));
}

void DestinationReader::credentials() {
  if (auto const* username = map_.take("username")) {
    spec_.username = read_text(context_, *username).value_or("");
    // HTTP's Basic separates by the colon; no other server has such users either.
    if (spec_.username.find_first_of(":\r\n") != std::string::npos)
      context_.error(username->value.at, "a username may not hold a ':' or a line end");
  }
  if (auto const* password = map_.take("password_file"))
    spec_.password =
        read_secret(files_, context_, *password, "nothing is delivered without the password");
  spec_.verify_tls = map_.flag("verify_tls").value_or(true);
}

/// Warns of what others may read on its way.
void DestinationReader::not_in_the_open() {
  if (kind_ == Kind::unknown || kind_ == Kind::folder || url_.tls || url_.loopback) return;
  auto const* ftp = std::get_if<FtpTarget>(&spec_.target);
  auto const* mail = std::get_if<MailTarget>(&spec_.target);
  auto const* http = std::get_if<HttpTarget>(&spec_.target);
  bool const encrypted = (ftp != nullptr && ftp->starttls) || (mail != nullptr && mail->starttls);
  if (encrypted || kind_ == Kind::sftp) return;
  auto const open = " over plain " + url_.scheme + ", where others may read ";
  if (kind_ == Kind::s3)
    return context_.warning(given_->value.at,
                            "pictures of " + map_.what() + " go" + open +
                                "and change them: use https if the server has it");
  std::string what;
  if (map_.has("password_file"))
    what = "the password";
  else if (http != nullptr && std::ranges::any_of(http->headers, [](auto const& header) {
             return std::ranges::equal(header.first, std::string_view{"authorization"}, {}, lower);
           }))
    what = "the header 'Authorization'";
  if (what.empty()) return;
  char const* const mend = ftp != nullptr    ? "add 'starttls: true', or use ftps or sftp,"
                           : mail != nullptr ? "leave 'starttls: false' out"
                                             : "use https";
  context_.warning(given_->value.at, what + " of " + map_.what() + " goes" + open + "it: " + mend +
                                         " if the server has it");
}

void read_destinations(Context const& context, Files const& files, YamlEntry const* entry,
                       Site& site, References& references) {
  if (entry == nullptr || entry->value.kind == YamlNode::Kind::null) return;
  auto const* map = read_map(context, *entry, "'nas: {folder: /mnt/nas}'");
  if (map == nullptr) return;
  if (map->entries.size() > most_destinations)
    return context.error(entry->at,
                         "more than " + std::to_string(most_destinations) + " destinations");
  std::map<std::string, YamlEntry const*> fallbacks;
  for (auto const& destination : map->entries) {
    auto const& name = destination.key;
    references.destinations.push_back({name, false, false});
    auto& known = references.destinations.back();
    if (!check_name(context, destination.at, name, "destination")) continue;
    if (name.front() == '.' || name.front() == '-' || !is_path_word(name)) {
      context.error(destination.at,
                    "destination name " + snapcron::quoted(name) +
                        " must be made of letters, digits, '.', '_' and '-', not beginning with "
                        "'.' or '-'");
      continue;
    }
    auto const* keys = read_map(context, destination, "'{folder: /mnt/nas}'");
    if (keys == nullptr) continue;
    DestinationReader reader{context, files, destination, *keys};
    site.destinations.push_back(reader.read());
    auto const* folder = std::get_if<FolderTarget>(&site.destinations.back().target);
    if (folder != nullptr && folder->folder == site.storage.directory)
      context.error(destination.at,
                    "destination " + snapcron::quoted(name) + " is the storage folder itself");
    known.mail = reader.is_mail();
    known.right = reader.has_target();
    if (reader.fallback() != nullptr) fallbacks[name] = reader.fallback();
  }
  // Only now are all names known.
  for (auto& destination : site.destinations) {
    auto const place = fallbacks.find(destination.name);
    if (place == fallbacks.end()) continue;
    destination.fallback = references.destination(context, *place->second).value_or("");
  }
  check_rings(context, site.destinations, fallbacks);
}

}  // namespace snapcron
