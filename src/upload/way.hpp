#pragma once
// The part of an upload that differs by protocol.

#include "core/destination.hpp"
#include "upload/local_file.hpp"

#include <memory>
#include <string>

namespace snapcron::upload {

using Verdict = UploadResult::Verdict;

/// How something ended, and why, in words that follow what was tried.
struct Outcome {
  Verdict verdict = Verdict::done;
  std::string words{};
  friend bool operator==(Outcome const&, Outcome const&) = default;
};

/// What a retry says that had nothing to do.
inline constexpr char const* already_there = "it was there already, whole";

class Way {
 public:
  Way() = default;
  Way(Way const&) = delete;
  Way& operator=(Way const&) = delete;
  virtual ~Way() = default;

  /// `upload` has been checked: a relative path without "..", no control character in anything that
  /// becomes a header or a command. `file` is at its beginning; it is null for a mail without a
  /// picture, and for nothing else.
  virtual Outcome deliver(Upload const& upload, LocalFile* file) = 0;
};

std::unique_ptr<Way> make_ftp_way(DestinationSpec const& spec);
std::unique_ptr<Way> make_sftp_way(DestinationSpec const& spec);
std::unique_ptr<Way> make_http_way(DestinationSpec const& spec);
std::unique_ptr<Way> make_s3_way(DestinationSpec const& spec);
std::unique_ptr<Way> make_mail_way(DestinationSpec const& spec);
std::unique_ptr<Way> make_folder_way(DestinationSpec const& spec);

}  // namespace snapcron::upload
