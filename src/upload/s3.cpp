// S3: a PUT that is signed, the picture's own hash included, so that the server takes it whole or
// not at all.

#include "imprint/sha256.hpp"
#include "upload/address.hpp"
#include "upload/transfer.hpp"
#include "upload/way.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snapcron::upload {
namespace {

constexpr std::size_t piece_size = 128 * 1024;

/// In hexadecimal digits; nothing when the file cannot be read.
std::optional<std::string> sha256(LocalFile& file) {
  Sha256 hash;
  std::vector<char> piece(piece_size);
  file.seek(0);
  for (;;) {
    auto const count = file.read(piece.data(), piece.size());
    if (!count) return std::nullopt;
    if (*count == 0) return hash.hex();
    hash.add({piece.data(), *count});
  }
}

class S3Way : public Way {
 public:
  explicit S3Way(DestinationSpec const& spec)
      : target_(std::get<S3Target>(spec.target)), connection_(spec, "http,https") {}

  Outcome deliver(Upload const& upload, LocalFile* file) override {
    connection_.begin_upload();
    auto const hash = sha256(*file);
    if (!hash) return judge(Protocol::s3, {.code = CURLE_READ_ERROR}, connection_.spec());
    Transfer transfer{connection_, below(target_.url, upload.name)};
    // libcurl would sign the hash of nothing, or none at all, for a body it does not know yet.
    // Every line here is signed, even one that only takes a header away.
    Lines const lines{"Content-Type: image/jpeg", "x-amz-content-sha256: " + *hash};
    auto const signature = "aws:amz:" + target_.region + ":s3";
    transfer.set(CURLOPT_AWS_SIGV4, signature.c_str());
    transfer.set(CURLOPT_HTTPHEADER, lines.get());
    transfer.send(*file);
    return judge(Protocol::s3, transfer.perform(), connection_.spec());
  }

 private:
  S3Target const& target_;
  Connection connection_;
};

}  // namespace

std::unique_ptr<Way> make_s3_way(DestinationSpec const& spec) {
  return std::make_unique<S3Way>(spec);
}

}  // namespace snapcron::upload
