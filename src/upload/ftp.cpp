// FTP, plain or with TLS. A server that says 226 may have cut the file, one that is told to rename
// may refuse: so the size is asked for before the name is given, and a refusal is looked into.

#include "upload/address.hpp"
#include "upload/transfer.hpp"
#include "upload/way.hpp"

#include <charconv>
#include <memory>
#include <optional>

namespace snapcron::upload {
namespace {

/// What a server's replies told on the way.
struct FtpReplies {
  std::optional<std::uint64_t> size;  // of a file there
  bool renaming = false;              // RNFR was accepted
};

/// "213 1234" and "350 ready": no other command of ours is answered by these.
void hear(std::string_view line, FtpReplies& replies) {
  if (line.starts_with("350 ")) replies.renaming = true;
  if (!line.starts_with("213 ")) return;
  line.remove_prefix(4);
  std::uint64_t size = 0;
  auto const [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
  if (error == std::errc{} && end != line.data()) replies.size = size;
}

class FtpWay : public Way {
 public:
  explicit FtpWay(DestinationSpec const& spec)
      : target_(std::get<FtpTarget>(spec.target)),
        connection_(spec, "ftp,ftps"),
        names_recur_(spec.wrap.has_value()) {}

  Outcome deliver(Upload const& upload, LocalFile* file) override {
    connection_.begin_upload();
    folder_ = folder_of(upload.name);
    final_ = leaf_of(upload.name);
    temporary_ = target_.rename ? ".snapcron-" + std::to_string(upload.id) + ".part" : final_;
    if (upload.attempt > 1) {
      auto const end = look(final_);
      if (is_final(*file)) return {Verdict::done, already_there};
      bool const is_an_answer = end.code == CURLE_OK || end.code == CURLE_QUOTE_ERROR ||
                                end.code == CURLE_REMOTE_ACCESS_DENIED;  // no such folder yet
      if (!is_an_answer) return judged(end);
    }
    auto end = store(*file, false);
    if (end.code == CURLE_REMOTE_ACCESS_DENIED) end = store(*file, true);
    if (replies_.size.value_or(file->size()) != file->size())
      return cut_there(*replies_.size, *file);
    if (end.code == CURLE_QUOTE_ERROR && replies_.renaming) return replace(*file, end);
    return judged(end);
  }

 private:
  /// Uploads, and gives the name in the same transfer, unless SIZE says that something is missing.
  Ending store(LocalFile& file, bool make_folders) {
    replies_ = {};
    Transfer transfer{connection_, address(temporary_)};
    prepare(transfer);
    // One step to the folder, as long as it is there; its parts one by one to make them.
    transfer.set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(make_folders ? CURLFTPMETHOD_MULTICWD
                                                                        : CURLFTPMETHOD_SINGLECWD));
    transfer.set(
        CURLOPT_FTP_CREATE_MISSING_DIRS,
        static_cast<long>(make_folders ? CURLFTP_CREATE_DIR_RETRY : CURLFTP_CREATE_DIR_NONE));
    transfer.send(file);
    transfer.watch([this, &file](std::string_view line) {
      hear(line, replies_);
      return replies_.size.value_or(file.size()) == file.size();
    });
    Lines after{"*SIZE " + temporary_};  // '*': a server may not know it
    if (target_.rename) {
      after.append("RNFR " + temporary_);
      after.append("RNTO " + final_);
    }
    transfer.set(CURLOPT_POSTQUOTE, after.get());
    return transfer.perform();
  }

  /// The final name could not be given: most likely something has it.
  Outcome replace(LocalFile const& file, Ending const& refusal) {
    auto const there = look(final_);
    if (is_final(file)) {
      tell({"*DELE " + temporary_});
      return {Verdict::done, already_there};
    }
    if (there.code != CURLE_OK) return judged(refusal);
    return judged(tell({"*DELE " + final_, "RNFR " + temporary_, "RNTO " + final_}));
  }

  /// Asks for the size of a file; a server counts in characters until it hears of TYPE I.
  Ending look(std::string const& name) { return tell({"TYPE I", "*SIZE " + name}); }

  Ending tell(Lines const& commands) {
    replies_ = {};
    Transfer transfer{connection_, address({})};
    prepare(transfer);
    transfer.set(CURLOPT_NOBODY, 1L);
    transfer.set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_SINGLECWD));
    transfer.set(CURLOPT_PREQUOTE, commands.get());
    transfer.watch([this](std::string_view line) {
      hear(line, replies_);
      return true;
    });
    return transfer.perform();
  }

  void prepare(Transfer& transfer) const {
    if (target_.starttls) transfer.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    transfer.set(CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
    // vsftpd takes data only in the TLS session of the commands. With TLS 1.3 libcurl fails at that
    // for every third file or so (seen with 7.88), with 1.2 never.
    constexpr auto tls12 = static_cast<long>(CURL_SSLVERSION_TLSv1_2);
    transfer.set(CURLOPT_SSLVERSION, tls12 | tls12 << 16);  // at least, and at most
    transfer.set(CURLOPT_FTP_USE_EPSV, 1L);
    transfer.set(CURLOPT_FTP_SKIP_PASV_IP, 1L);  // no server sends us to another machine
  }

  /// The size of what was looked at is the file's. Where names come again and again this says
  /// nothing: it may be another picture.
  bool is_final(LocalFile const& file) const {
    return !names_recur_ && replies_.size == file.size();
  }

  /// `name` empty: the folder itself.
  std::string address(std::string const& name) const {
    return below(target_.url, folder_.empty() ? name : folder_ + '/' + name);
  }

  Outcome judged(Ending const& end) const { return judge(Protocol::ftp, end, connection_.spec()); }

  FtpTarget const& target_;
  Connection connection_;
  bool names_recur_;
  std::string folder_, final_, temporary_;  // of the upload under way
  FtpReplies replies_;
};

}  // namespace

std::unique_ptr<Way> make_ftp_way(DestinationSpec const& spec) {
  return std::make_unique<FtpWay>(spec);
}

}  // namespace snapcron::upload
