// SFTP. The server's key is checked or nothing is sent; it has no command to rename over what is
// there, so a refusal is looked into.

#include "upload/address.hpp"
#include "upload/transfer.hpp"
#include "upload/way.hpp"

#include <memory>

namespace snapcron::upload {
namespace {

/// A path within a command of libcurl's.
std::string in_quotes(std::string_view path) {
  std::string result = "\"";
  for (char const c : path) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// As ssh-keygen prints it, or without what stands in front.
std::string_view bare_fingerprint(std::string_view key) {
  constexpr std::string_view begin = "SHA256:";
  return key.starts_with(begin) ? key.substr(begin.size()) : key;
}

/// What a command puts before a name. libcurl knows "/~/" in addresses only; the server itself
/// begins a relative path at home.
std::string root_of(std::string path) {
  bool const at_home = path == "/~" || path.starts_with("/~/");
  if (at_home) path.erase(0, 3);
  return at_home && path.empty() ? path : path + '/';
}

class SftpWay : public Way {
 public:
  explicit SftpWay(DestinationSpec const& spec)
      : target_(std::get<SftpTarget>(spec.target)),
        connection_(spec, "sftp"),
        root_(root_of(path_of(target_.url))),
        names_recur_(spec.wrap.has_value()) {}

  Outcome deliver(Upload const& upload, LocalFile* file) override {
    if (target_.host_key.empty() && target_.known_hosts.empty())
      return {Verdict::refused,
              "nothing was sent, for the server cannot be told from another one: give its "
              "host_key (ssh-keyscan HOST | ssh-keygen -lf -) or a known_hosts file"};
    connection_.begin_upload();
    auto const& final = upload.name;
    auto const temporary =
        target_.rename ? beside(final, ".snapcron-" + std::to_string(upload.id) + ".part") : final;
    if (upload.attempt > 1) {
      auto const there = look(final);
      if (is_whole(there, *file) && !names_recur_) return {Verdict::done, already_there};
      if (there.code != CURLE_OK && there.code != CURLE_REMOTE_FILE_NOT_FOUND) return judged(there);
    }
    if (auto const end = store(*file, temporary); end.code != CURLE_OK) return judged(end);
    auto const kept = look(temporary);
    if (kept.code != CURLE_OK) return judged(kept);
    if (!is_whole(kept, *file)) return cut_there(static_cast<std::uint64_t>(kept.length), *file);
    return target_.rename ? rename(*file, temporary, final) : Outcome{};
  }

 private:
  Ending store(LocalFile& file, std::string const& name) {
    Transfer transfer{connection_, below(target_.url, name)};
    prepare(transfer);
    transfer.set(CURLOPT_FTP_CREATE_MISSING_DIRS, static_cast<long>(CURLFTP_CREATE_DIR));
    transfer.send(file);
    return transfer.perform();
  }

  Outcome rename(LocalFile const& file, std::string const& temporary, std::string const& final) {
    auto const from = in_quotes(root_ + temporary), to = in_quotes(root_ + final);
    auto const step = "rename " + from + " " + to;
    auto end = tell({step});
    if (end.code != CURLE_QUOTE_ERROR) return judged(end);
    auto const there = look(final);
    if (is_whole(there, file) && !names_recur_) {
      tell({"*rm " + from});
      return {Verdict::done, already_there};
    }
    if (there.code == CURLE_OK) end = tell({"rm " + to, step});
    return judged(end);
  }

  /// How long the file there is, without fetching it.
  Ending look(std::string const& name) {
    Transfer transfer{connection_, below(target_.url, name)};
    prepare(transfer);
    transfer.set(CURLOPT_NOBODY, 1L);
    return transfer.perform();
  }

  Ending tell(Lines const& commands) {
    Transfer transfer{connection_, below(target_.url, {})};
    prepare(transfer);
    transfer.set(CURLOPT_NOBODY, 1L);
    transfer.set(CURLOPT_QUOTE, commands.get());
    return transfer.perform();
  }

  void prepare(Transfer& transfer) const {
    if (!target_.host_key.empty()) {
      std::string const key{bare_fingerprint(target_.host_key)};
      transfer.set(CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, key.c_str());
    } else {
      transfer.set(CURLOPT_SSH_KNOWNHOSTS, target_.known_hosts.c_str());
    }
    if (target_.key_file.empty()) {
      transfer.set(CURLOPT_SSH_AUTH_TYPES,
                   static_cast<long>(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
      return;
    }
    transfer.set(CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PUBLICKEY));
    transfer.set(CURLOPT_SSH_PRIVATE_KEYFILE, target_.key_file.c_str());
    transfer.set(CURLOPT_KEYPASSWD, connection_.spec().password.c_str());
  }

  static bool is_whole(Ending const& there, LocalFile const& file) {
    return there.code == CURLE_OK && there.length == static_cast<std::int64_t>(file.size());
  }

  Outcome judged(Ending const& end) const { return judge(Protocol::sftp, end, connection_.spec()); }

  SftpTarget const& target_;
  Connection connection_;
  std::string root_;
  bool names_recur_;
};

}  // namespace

std::unique_ptr<Way> make_sftp_way(DestinationSpec const& spec) {
  return std::make_unique<SftpWay>(spec);
}

}  // namespace snapcron::upload
