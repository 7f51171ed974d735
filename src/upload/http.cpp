// HTTP: PUT of the file itself, or POST of a form with it.

#include "core/ascii.hpp"
#include "upload/address.hpp"
#include "upload/transfer.hpp"
#include "upload/way.hpp"

#include <algorithm>
#include <memory>

namespace snapcron::upload {
namespace {

using Form = std::unique_ptr<curl_mime, decltype(&curl_mime_free)>;

/// As curl wants it: an empty value would take the header away.
std::string header_line(std::string const& name, std::string const& value) {
  return value.empty() ? name + ";" : name + ": " + value;
}

class HttpWay : public Way {
 public:
  explicit HttpWay(DestinationSpec const& spec)
      : target_(std::get<HttpTarget>(spec.target)), connection_(spec, "http,https") {}

  Outcome deliver(Upload const& upload, LocalFile* file) override {
    connection_.begin_upload();
    return target_.method == HttpTarget::Method::put ? put(upload, *file) : post(upload, *file);
  }

 private:
  Outcome put(Upload const& upload, LocalFile& file) {
    auto const url = below(target_.url, upload.name);
    {
      Transfer transfer{connection_, url};
      auto lines = headers(upload);
      if (!says_what_it_is()) lines.append("Content-Type: image/jpeg");
      transfer.set(CURLOPT_HTTPHEADER, lines.get());
      transfer.send(file);
      auto outcome = judge(Protocol::http, transfer.perform(), connection_.spec());
      if (outcome.verdict != Verdict::done) return outcome;
    }
    // Whether all of it is there is asked, but a server need not be able to say.
    Transfer transfer{connection_, url};
    auto const lines = headers(upload);
    transfer.set(CURLOPT_HTTPHEADER, lines.get());
    transfer.set(CURLOPT_NOBODY, 1L);
    auto const there = transfer.perform();
    bool const says = there.code == CURLE_OK && there.reply == 200 && there.length >= 0;
    if (!says || there.length == static_cast<std::int64_t>(file.size())) return {};
    return cut_there(static_cast<std::uint64_t>(there.length), file);
  }

  Outcome post(Upload const& upload, LocalFile& file) {
    Transfer transfer{connection_, target_.url};
    Form const form{curl_mime_init(transfer.easy()), &curl_mime_free};
    for (auto const& [name, value] : target_.form) {
      auto* const part = curl_mime_addpart(form.get());
      curl_mime_name(part, name.c_str());
      curl_mime_data(part, value.data(), value.size());
    }
    auto* const part = curl_mime_addpart(form.get());
    curl_mime_name(part, target_.field.c_str());
    attach(part, file, leaf_of(upload.name));
    auto const lines = headers(upload);
    transfer.set(CURLOPT_HTTPHEADER, lines.get());
    transfer.set(CURLOPT_MIMEPOST, form.get());
    return judge(Protocol::http, transfer.perform(), connection_.spec());
  }

  bool says_what_it_is() const {
    constexpr std::string_view type = "content-type";
    return std::ranges::any_of(target_.headers, [&](auto const& header) {
      return std::ranges::equal(header.first, type, {}, lower);
    });
  }

  Lines headers(Upload const& upload) const {
    Lines lines{"Expect:"};  // no second spent on asking whether a picture is welcome
    for (auto const& [name, value] : target_.headers) lines.append(header_line(name, value));
    if (!upload.key.empty()) lines.append("Idempotency-Key: " + upload.key);
    return lines;
  }

  HttpTarget const& target_;
  Connection connection_;
};

}  // namespace

std::unique_ptr<Way> make_http_way(DestinationSpec const& spec) {
  return std::make_unique<HttpWay>(spec);
}

}  // namespace snapcron::upload
