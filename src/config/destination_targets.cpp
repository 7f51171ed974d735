// What each kind of destination has of its own.

#include "config/destination_reader.hpp"
#include "config/http_fields.hpp"
#include "config/rules.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

constexpr std::size_t most_addresses = 100;
constexpr char const* usual_subject = "{camera}: {rule}, {time:%Y-%m-%d %H:%M:%S}";
constexpr char const* usual_text =
    "Rule: {rule}\nTrigger: {trigger} {input}{relay} {edge}{state}\nTime: {time}\nEvent: {event}\n";
constexpr char const* how_to_get_a_key =
    "without it anybody could take the pictures; ssh-keyscan HOST | ssh-keygen -lf - prints it, to "
    "be compared with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints on the server";

/// The SHA-256 of a key, without what is around it; nothing when it is none.
std::optional<std::string> fingerprint(std::string_view text) {
  if (text.starts_with("SHA256:")) text.remove_prefix(7);
  if (text.ends_with('=')) text.remove_suffix(1);
  constexpr std::size_t length = 43;  // of 32 bytes
  // Of the last character only four bits are of the 32 bytes.
  constexpr std::string_view last = "AEIMQUYcgkosw048";
  bool const good =
      text.size() == length && last.find(text.back()) != std::string_view::npos &&
      std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; });
  return good ? std::optional{std::string{text}} : std::nullopt;
}

}  // namespace

YamlEntry const* DestinationReader::need(std::string_view key, std::string_view how_to_mend) {
  auto const* entry = map_.take(key);
  if (entry == nullptr)
    context_.error(map_.at(), map_.what() + " has no " + snapcron::quoted(key) + ": " +
                                  std::string{how_to_mend});
  return entry;
}

std::optional<std::filesystem::path> DestinationReader::file(std::string_view key) {
  auto const* entry = map_.take(key);
  auto const text = entry != nullptr ? read_text(context_, *entry, "a path") : std::nullopt;
  if (!text) return std::nullopt;
  if (text->empty()) {
    context_.error(entry->value.at, snapcron::quoted(key) + " is empty");
    return std::nullopt;
  }
  auto path = resolve(context_, *text);
  std::error_code failed;  // whoever checks may not be whom the daemon runs as
  if (files_.touch &&
      std::filesystem::status(path, failed).type() == std::filesystem::file_type::not_found)
    context_.warning(entry->value.at, path.string() + " does not exist");
  return path;
}

bool DestinationReader::starttls(bool unless_given) {
  auto const* entry = map_.take("starttls");
  auto const flag = map_.flag("starttls");
  if (entry != nullptr && url_.tls)
    context_.error(entry->at, "'starttls' does not go with " + url_.scheme +
                                  "://, which is encrypted from the first byte");
  return flag.value_or(unless_given);
}

void DestinationReader::ftp() {
  FtpTarget target;
  target.url = given_->value.text;
  target.starttls = starttls(false);
  target.rename = map_.flag("rename").value_or(true);
  spec_.target = std::move(target);
}

void DestinationReader::sftp() {
  SftpTarget target;
  target.url = given_->value.text;
  target.rename = map_.flag("rename").value_or(true);
  need("username", "add whom the server lets in");
  bool const has_key = map_.has("key_file");
  if (!has_key && !map_.has("password_file"))
    context_.error(map_.at(),
                   map_.what() + " has no way to log in: add a 'key_file' or a 'password_file'");
  target.key_file = file("key_file").value_or("");
  host_key(target);
  spec_.target = std::move(target);
}

void DestinationReader::host_key(SftpTarget& target) {
  auto const* key = map_.take("host_key");
  auto const* known = map_.take("known_hosts");
  if (key != nullptr && known != nullptr)
    context_.error(key->at < known->at ? known->at : key->at,
                   map_.what() + " has both 'host_key' and 'known_hosts': keep one of them");
  if (key == nullptr && known == nullptr)
    context_.error(map_.at(), map_.what() + " does not know the server's key: add 'host_key: " +
                                  "\"SHA256:...\"' or 'known_hosts: FILE'; " + how_to_get_a_key);
  if (key != nullptr) {
    if (auto const text = read_text(context_, *key, "a key's fingerprint")) {
      auto const print = fingerprint(*text);
      if (print)
        target.host_key = *print;
      else
        context_.error(key->value.at,
                       "'host_key' must be \"SHA256:\" and 43 characters, as ssh-keyscan HOST | "
                       "ssh-keygen -lf - prints it, not " +
                           snapcron::quoted(*text));
    }
  }
  target.known_hosts = file("known_hosts").value_or("");
}

void DestinationReader::http() {
  HttpTarget target;
  target.url = given_->value.text;
  if (map_.word("method").value_or(0) == 1) target.method = HttpTarget::Method::post;
  headers(target);
  of_post(target);
  spec_.target = std::move(target);
}

void DestinationReader::headers(HttpTarget& target) {
  auto const* entry = map_.take("headers");
  if (entry == nullptr) return;
  auto const* map = read_map(context_, *entry, "'headers: {X-Door: front}'");
  if (map == nullptr) return;
  if (map->entries.size() > most_headers)
    return context_.error(entry->at, "more than " + std::to_string(most_headers) + " headers");
  for (auto const& header : map->entries) {
    bool const twice = std::ranges::any_of(target.headers, [&](auto const& before) {
      return is_same_header(before.first, header.key);
    });
    if (!check_header_name(context_, header, twice)) continue;
    auto value = read_text(context_, header);
    if (!value) continue;
    if (printable(*value) != *value)
      context_.error(header.value.at, "a header has one line, without control characters");
    if (target.method == HttpTarget::Method::post && is_same_header(header.key, "content-type"))
      context_.error(header.at, "a form sets its own Content-Type: leave the header out");
    target.headers.emplace_back(header.key, std::move(*value));
  }
}

void DestinationReader::of_post(HttpTarget& target) {
  auto const* field = map_.take("field");
  auto const* form = map_.take("form");
  if (target.method == HttpTarget::Method::put)
    for (auto const* entry : {field, form})
      if (entry != nullptr)
        context_.error(entry->at, snapcron::quoted(entry->key) + " is for a POST only: add " +
                                      "'method: POST'");
  if (field != nullptr) target.field = read_text(context_, *field).value_or(target.field);
  if (!is_field_name(target.field))
    context_.error(field->value.at,
                   snapcron::quoted(target.field) + " is no name of a form's field");
  auto const* map = form != nullptr ? read_map(context_, *form, "'form: {token: abc}'") : nullptr;
  if (map == nullptr) return;
  for (auto const& one : map->entries) {
    if (!is_field_name(one.key))
      context_.error(one.at, snapcron::quoted(one.key) + " is no name of a form's field");
    else if (one.key == target.field)
      context_.error(one.at, "the field " + snapcron::quoted(one.key) + " holds the picture");
    else if (auto value = read_text(context_, one))
      target.form.emplace_back(one.key, std::move(*value));
  }
}

void DestinationReader::s3() {
  S3Target target;
  target.url = given_->value.text;
  if (url_.path.empty())
    context_.error(given_->value.at,
                   "s3 names no bucket: write https://HOST/BUCKET or https://HOST/BUCKET/PREFIX");
  if (auto const* region = map_.take("region")) {
    target.region = read_text(context_, *region).value_or(target.region);
    if (target.region.empty() || !is_path_word(target.region))
      context_.error(region->value.at, "'region' must be a word such as us-east-1, not " +
                                           snapcron::quoted(target.region));
  }
  if (need("username", "add the access key") != nullptr)
    need("password_file", "add the file that holds the secret key");
  spec_.target = std::move(target);
}

std::optional<std::string> DestinationReader::mail_address(Value const& value) const {
  auto text = read_text(context_, value, "a mail address");
  if (!text) return std::nullopt;
  // "Gate <gate@example.org>" or the address alone.
  std::string_view bare{*text};
  auto const open = bare.find('<');
  bool const has_name = open != std::string_view::npos && bare.ends_with('>');
  if (has_name) bare = bare.substr(open + 1, bare.size() - open - 2);
  auto const at = bare.rfind('@');
  bool const good =
      at != std::string_view::npos && at > 0 && at + 1 < bare.size() && bare.size() <= 254 &&
      text->size() <= 500 && printable(*text) == *text && std::ranges::none_of(bare, [](char c) {
        return c == ' ' || std::string_view{"<>(),;:\\\""}.find(c) != std::string_view::npos;
      });
  if (good) return text;
  context_.error(value.at(), snapcron::quoted(value.name) +
                                 " must be a mail address such as gate@example.org or \"Gate "
                                 "<gate@example.org>\", not " +
                                 snapcron::quoted(*text));
  return std::nullopt;
}

std::optional<Template> DestinationReader::text(std::string_view key, char const* unless_given) {
  auto const* entry = map_.take(key);
  if (entry == nullptr) return Template::parse(unless_given, Template::Use::text).value();
  return read_template(context_, *entry);
}

void DestinationReader::mail() {
  MailTarget target;
  target.url = given_->value.text;
  if (!url_.path.empty())
    context_.error(given_->value.at, "a mail server's url ends with its host or port");
  target.starttls = starttls(!url_.tls);
  if (auto const* from = need("from", "add the sender's address"))
    target.from = mail_address(*from).value_or("");
  if (auto const* to = need("to", "add an address, or a list of them")) {
    auto const given = values_of(*to);
    if (given.empty()) context_.error(to->value.at, "'to' is empty: add an address");
    if (given.size() > most_addresses)
      context_.error(to->value.at, "more than " + std::to_string(most_addresses) + " addresses");
    for (auto const& one : given)
      if (auto address = mail_address(one)) target.to.push_back(std::move(*address));
  }
  if (auto subject = text("subject", usual_subject)) target.subject = std::move(*subject);
  if (target.subject.source().find('\n') != std::string::npos)
    context_.error(map_.take("subject")->value.at, "a subject has one line");
  if (auto body = text("text", usual_text)) target.text = std::move(*body);
  spec_.target = std::move(target);
}

void DestinationReader::folder(YamlEntry const& entry) {
  FolderTarget target;
  if (auto const text = read_text(context_, entry, "a folder's path")) {
    if (text->empty())
      context_.error(entry.value.at, "'folder' is empty");
    else
      target.folder = files_.resolve(*text);
  }
  target.mounted = map_.flag("mounted").value_or(false);
  spec_.target = std::move(target);
}

}  // namespace snapcron
