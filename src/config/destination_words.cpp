// The words of destinations: those of all of them, and those that belong to some schemes only.

#include "config/words.hpp"

namespace snapcron {
namespace {

using Kind = ValueShape::Kind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned most_at_once = 8;
constexpr unsigned longest_wrap = 1'000'000;

std::vector<Word> of_all() {
  auto const pause = takes::duration({milliseconds{100}, hours{1}});
  return {
      {"url", takes::of(Kind::text),
       "ftp, ftps, sftp, http, https, smtp or smtps, without user and password"},
      {"s3", takes::of(Kind::text), "https://HOST/BUCKET or https://HOST/BUCKET/PREFIX"},
      {"folder", takes::of(Kind::text), "a folder of this machine, most likely a mounted one"},
      Word{"filename", takes::of(Kind::text), "a template of the name there"}.or_else(
          "{path}; of a mail's attachment {name}"),
      Word{"parallel", takes::number(1, most_at_once), "deliveries at once"}.or_else("1"),
      {"wrap", takes::number(1, longest_wrap), "the greatest {number}: after it comes 1 again"},
      Word{"timeout", takes::duration({seconds{1}, hours{24}}), "of one delivery"}.or_else("5m"),
      Word{"connect_timeout", pause, "until connected and logged in"}.or_else("15s"),
      Word{"stall_timeout", pause, "without a byte"}.or_else("30s"),
      Word{"give_up_after", takes::duration({.least = seconds{1}}),
           "what is older is set aside, or goes to the fallback"}
          .or_else("30d"),
      {"fallback", takes::of(Kind::reference), "the destination for what was given up"},
      {"username", takes::of(Kind::text), "of s3 the access key"},
      Word{"password_file", takes::of(Kind::text),
           "a file that holds the password in one line; of s3 the secret key"}
          .with({"username"}),
      Word{"verify_tls", takes::of(Kind::flag), "false: take any certificate"}.or_else("true")};
}

std::vector<Word> of_some() {
  return {
      Word{"starttls", takes::of(Kind::flag), "of ftp and smtp: encrypted, or nothing is sent"}
          .or_else("true for smtp, false for ftp"),
      Word{"rename", takes::of(Kind::flag),
           "of ftp and sftp: under a temporary name until it is whole"}
          .or_else("true"),
      {"key_file", takes::of(Kind::text), "of sftp: a private key"},
      {"host_key", takes::of(Kind::text), "of sftp: SHA256:..., as ssh-keygen -lf prints it"},
      {"known_hosts", takes::of(Kind::text), "of sftp: a file that holds the server's key"},
      Word{"method", takes::word({"PUT", "POST"}), "of http: the verb"}.or_else("PUT"),
      Word{"field", takes::of(Kind::text), "of a POST: the form's field with the picture"}.or_else(
          "file"),
      {"headers", takes::of(Kind::texts), "of http: names and texts"},
      {"form", takes::of(Kind::texts), "of a POST: further fields of the form"},
      Word{"region", takes::of(Kind::text), "of s3"}.or_else("us-east-1"),
      {"from", takes::of(Kind::text), "of smtp: the sender's address"},
      {"to", takes::or_list(takes::of(Kind::text)), "of smtp: an address, or a list of them"},
      Word{"subject", takes::of(Kind::text), "of smtp: a text template of one line"}.or_else(
          "{camera}: {rule}, {time:%Y-%m-%d %H:%M:%S}"),
      Word{"text", takes::of(Kind::text), "of smtp: a text template"}.or_else(
          "a few lines about the event"),
      Word{"mounted", takes::of(Kind::flag),
           "of folder: true: only while something is mounted there"}
          .or_else("false")};
}

}  // namespace

Table const& destination_words() {
  static Table const table = [] {
    Table made{"destination",
               "where pictures are delivered to: url, s3 or folder",
               of_all(),
               {"url", "s3", "folder"}};
    for (auto& word : of_some()) made.words.push_back(std::move(word));
    return made;
  }();
  return table;
}

}  // namespace snapcron
