// Mail: a text and the picture as its attachment.

#include "core/printable.hpp"
#include "upload/address.hpp"
#include "upload/mail_text.hpp"
#include "upload/transfer.hpp"
#include "upload/way.hpp"

#include <chrono>

namespace snapcron::upload {
namespace {

class MailWay : public Way {
 public:
  explicit MailWay(DestinationSpec const& spec)
      : target_(std::get<MailTarget>(spec.target)), connection_(spec, "smtp,smtps") {}

  Outcome deliver(Upload const& upload, LocalFile* file) override {
    connection_.begin_upload();
    Transfer transfer{connection_, target_.url};
    if (target_.starttls) transfer.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    std::string const from{bare_address(target_.from)};
    Lines recipients;
    for (auto const& to : target_.to) recipients.append(std::string{bare_address(to)});
    Lines head;
    for (auto const& line : mail_head(target_, upload, std::chrono::system_clock::now()))
      head.append(line);
    std::unique_ptr<curl_mime, decltype(&curl_mime_free)> const parts{
        curl_mime_init(transfer.easy()), &curl_mime_free};
    auto* const text = curl_mime_addpart(parts.get());
    curl_mime_data(text, upload.text.data(), upload.text.size());
    curl_mime_type(text, "text/plain; charset=utf-8");
    curl_mime_encoder(text, "quoted-printable");
    if (file != nullptr) {
      auto* const picture = curl_mime_addpart(parts.get());
      attach(picture, *file, leaf_of(upload.name));
      curl_mime_encoder(picture, "base64");
    }
    transfer.set(CURLOPT_MAIL_FROM, from.c_str());
    transfer.set(CURLOPT_MAIL_RCPT, recipients.get());
    transfer.set(CURLOPT_HTTPHEADER, head.get());
    transfer.set(CURLOPT_MIMEPOST, parts.get());
    return judge(Protocol::mail, transfer.perform(), connection_.spec());
  }

 private:
  MailTarget const& target_;
  Connection connection_;
};

}  // namespace

std::unique_ptr<Way> make_mail_way(DestinationSpec const& spec) {
  return std::make_unique<MailWay>(spec);
}

}  // namespace snapcron::upload
