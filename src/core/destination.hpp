#pragma once
// Where pictures are delivered to, as values; and what is said of one delivery between the daemon
// and the process that performs it.

#include "core/error.hpp"
#include "core/template.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace snapcron {

/// ftp://HOST[:PORT]/FOLDER, or ftps:// (TLS from the first byte); with `starttls` ftp:// is
/// encrypted by AUTH TLS, or nothing is sent. `rename`: uploaded under a temporary name first.
struct FtpTarget {
  std::string url;
  bool starttls = false;
  bool rename = true;
  friend bool operator==(FtpTarget const&, FtpTarget const&) = default;
};
/// sftp://HOST[:PORT]/FOLDER, or /~/FOLDER below the user's home. The server's key is checked,
/// always: by its SHA-256 (base64, as ssh-keygen -l prints it behind "SHA256:") or by a known_hosts
/// file.
struct SftpTarget {
  std::string url;
  std::filesystem::path key_file;  // a private key, opened by the password; empty: the password
  std::string host_key;
  std::filesystem::path known_hosts;
  bool rename = true;
  friend bool operator==(SftpTarget const&, SftpTarget const&) = default;
};
/// PUT to URL/NAME, or POST of a form to URL with the picture as `field`.
struct HttpTarget {
  enum class Method { put, post };
  std::string url;
  Method method = Method::put;
  std::string field = "file";  // of a POST
  std::vector<std::pair<std::string, std::string>> headers{};
  std::vector<std::pair<std::string, std::string>> form{};  // further fields of a POST
  friend bool operator==(HttpTarget const&, HttpTarget const&) = default;
};
/// PUT of an object to https://HOST/BUCKET[/PREFIX], signed (AWS Signature Version 4): username and
/// password are the access key and its secret.
struct S3Target {
  std::string url;
  std::string region = "us-east-1";
  friend bool operator==(S3Target const&, S3Target const&) = default;
};
/// smtp://HOST[:PORT] (STARTTLS, unless `starttls` is off) or smtps://HOST[:PORT].
struct MailTarget {
  std::string url;
  bool starttls = true;
  std::string from;
  std::vector<std::string> to;
  Template subject, text;
  friend bool operator==(MailTarget const&, MailTarget const&) = default;
};
/// A folder of this machine, most likely a mounted one. It must exist: an empty mount point with
/// `mounted` set is a destination that is not there.
struct FolderTarget {
  std::filesystem::path folder;
  bool mounted = false;
  friend bool operator==(FolderTarget const&, FolderTarget const&) = default;
};

struct DestinationSpec {
  std::string name;
  std::variant<FtpTarget, SftpTarget, HttpTarget, S3Target, MailTarget, FolderTarget> target;
  std::string username, password;
  Template filename;  // there; Use::remote_name
  bool verify_tls = true;
  unsigned parallel = 1;                                 // deliveries at once
  std::optional<unsigned> wrap{};                        // {number} runs from 1 to this
  Duration timeout = std::chrono::minutes{5};            // of one delivery
  Duration connect_timeout = std::chrono::seconds{15};   // until connected and logged in
  Duration stall_timeout = std::chrono::seconds{30};     // without a byte
  Duration give_up_after = std::chrono::hours{24 * 30};  // since the picture was taken
  std::string fallback{};  // the destination for what was given up; empty: none
  friend bool operator==(DestinationSpec const&, DestinationSpec const&) = default;
};

/// One thing to bring to a destination.
struct Upload {
  std::int64_t id = 0;         // stable over retries: temporary names are made of it
  std::filesystem::path file;  // absolute; empty: a mail without a picture
  std::string name;            // there: a relative path; of a mail, the attachment's name
  unsigned attempt = 1;        // from 1; later ones may find that it is there already
  std::string key;             // unique in the world, stable over retries: for Message-ID and
                               // Idempotency-Key
  std::string subject, text;   // of a mail
  friend bool operator==(Upload const&, Upload const&) = default;
};

/// How it ended.
struct UploadResult {
  enum class Verdict {
    done,     // it is there, whole, under its name
    again,    // this one failed; the next may go well
    never,    // this one will never go (the server does not want it): no use to try again soon
    down,     // the destination cannot be reached, or is full: it would be the same with any
    refused,  // it does not accept us (password, host key, certificate): a person must mend it
  };
  std::int64_t id = 0;
  Verdict verdict = Verdict::again;
  std::string text;         // for people: what was tried, why it failed, how to mend it
  std::uint64_t bytes = 0;  // that were sent
  friend bool operator==(UploadResult const&, UploadResult const&) = default;
};

}  // namespace snapcron
