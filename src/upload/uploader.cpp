#include "upload/uploader.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "curl/http_client.hpp"
#include "store/folder.hpp"
#include "upload/damage.hpp"
#include "upload/local_file.hpp"
#include "upload/way.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

using upload::Outcome;
using upload::Verdict;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;  // clang 14 needs it

/// Words that may become a header or a command: none of them can end its line.
bool is_one_line(std::string_view text) {
  return printable(text) == text;
}

/// The same for what need not be UTF-8.
bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool are_one_line(std::vector<std::string> const& texts) {
  return std::ranges::all_of(texts, is_one_line);
}

/// What no upload to this destination would be safe with; empty: nothing.
std::string fault_of(HttpTarget const& target) {
  for (auto const& [name, value] : target.headers) {
    if (!is_http_token(name)) return "a header has a name that is not allowed";
    if (!is_one_line(value)) return "the value of a header has a control character";
  }
  for (auto const& [name, value] : target.form)
    if (!is_one_line(name)) return "a field of the form has a control character in its name";
  return is_one_line(target.field) ? "" : "the field's name has a control character";
}

std::string fault_of(MailTarget const& target) {
  if (target.to.empty()) return "the mail has nobody it goes to";
  return is_one_line(target.from) && are_one_line(target.to)
             ? ""
             : "an address of the mail has a control character";
}

std::string fault_of(DestinationSpec const& spec) {
  if (has_control(spec.username) || has_control(spec.password))
    return "username or password has a control character";
  return std::visit(
      Overloaded{[](HttpTarget const& target) { return fault_of(target); },
                 [](MailTarget const& target) { return fault_of(target); },
                 [](S3Target const& target) {
                   return std::string{is_path_word(target.region) ? "" : "no name of a region"};
                 },
                 [](auto const&) { return std::string{}; }},
      spec.target);
}

std::string fault_of(Upload const& upload) {
  if (!is_one_line(upload.name) || !is_one_line(upload.subject) || !is_one_line(upload.key))
    return "its name, subject or key has a control character, or is not UTF-8";
  if (!upload.file.empty() && !is_plain_path(upload.name))
    return "its name there is not a relative path: " + snapcron::quoted(upload.name);
  return {};
}

std::unique_ptr<upload::Way> way_to(DestinationSpec const& spec) {
  return std::visit(Overloaded{[&](FtpTarget const&) { return upload::make_ftp_way(spec); },
                               [&](SftpTarget const&) { return upload::make_sftp_way(spec); },
                               [&](HttpTarget const&) { return upload::make_http_way(spec); },
                               [&](S3Target const&) { return upload::make_s3_way(spec); },
                               [&](MailTarget const&) { return upload::make_mail_way(spec); },
                               [&](FolderTarget const&) { return upload::make_folder_way(spec); }},
                    spec.target);
}

/// "destination 'nas': upload to ftp://nas.local: "
std::string what_is_tried(DestinationSpec const& spec) {
  auto const tried = std::visit(
      Overloaded{[](FolderTarget const&) { return std::string{}; },
                 [](MailTarget const& target) { return request_name("mail over", target.url); },
                 [](auto const& target) { return request_name("upload to", target.url); }},
      spec.target);
  auto const name = "destination " + snapcron::quoted(spec.name) + ": ";
  return tried.empty() ? name : name + tried + ": ";
}

class AnyUploader : public Uploader {
 public:
  explicit AnyUploader(DestinationSpec const& spec)
      : spec_(spec), what_(what_is_tried(spec_)), fault_(fault_of(spec_)), way_(way_to(spec_)) {}

  UploadResult perform(Upload const& upload) override {
    UploadResult result;
    result.id = upload.id;
    auto outcome = deliver(upload, result.bytes);
    result.verdict = outcome.verdict;
    if (!outcome.words.empty()) result.text = what_ + outcome.words;
    return result;
  }

 private:
  Outcome deliver(Upload const& upload, std::uint64_t& sent) {
    if (!fault_.empty()) return {Verdict::refused, fault_};
    if (auto fault = fault_of(upload); !fault.empty()) return {Verdict::never, std::move(fault)};
    bool const mail = std::holds_alternative<MailTarget>(spec_.target);
    if (upload.file.empty() && mail) return way_->deliver(upload, nullptr);
    auto file = upload::LocalFile::open(upload.file);
    if (!file) return {Verdict::never, std::move(file.error().text)};
    if (auto damage = upload::damage_of(*file); !damage.empty())
      return {Verdict::never, upload.file.string() + ": " + damage};
    auto outcome = way_->deliver(upload, &*file);
    sent = file->position();
    return outcome;
  }

  DestinationSpec const spec_;
  std::string const what_;
  std::string const fault_;
  std::unique_ptr<upload::Way> way_;
};

}  // namespace

std::unique_ptr<Uploader> make_uploader(DestinationSpec const& spec) {
  return std::make_unique<AnyUploader>(spec);
}

}  // namespace snapcron
