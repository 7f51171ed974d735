#pragma once
// One of `destinations:`, from its words to values.

#include "config/context.hpp"
#include "config/files.hpp"
#include "config/url.hpp"
#include "core/destination.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snapcron {

class DestinationReader {
 public:
  DestinationReader(Context const& context, Files const& files, YamlEntry const& entry,
                    YamlNode const& map);

  /// Tells what is wrong with it, and returns what is right.
  DestinationSpec read();
  bool is_mail() const { return kind_ == Kind::smtp; }
  /// Whether it is known where it leads.
  bool has_target() const { return kind_ != Kind::unknown; }
  YamlEntry const* fallback() const { return fallback_; }

 private:
  enum class Kind { unknown, ftp, sftp, http, s3, smtp, folder };

  void target();
  void address(YamlEntry const& entry);
  void of_other_kinds();
  void name_there();
  void times();
  void part(std::string_view key, Duration& time);
  void credentials();
  void not_in_the_open();

  void ftp();
  void sftp();
  void host_key(SftpTarget& target);
  void http();
  void of_post(HttpTarget& target);
  void headers(HttpTarget& target);
  void s3();
  void mail();
  void folder(YamlEntry const& entry);
  std::optional<std::string> mail_address(Value const& value) const;
  std::optional<Template> text(std::string_view key, char const* unless_given);
  std::optional<std::filesystem::path> file(std::string_view key);
  /// That the key is there, or the error.
  YamlEntry const* need(std::string_view key, std::string_view how_to_mend);
  /// What is said of it; an error where the scheme has TLS of its own.
  bool starttls(bool unless_given);

  Context const& context_;
  Files const& files_;
  MapReader map_;
  DestinationSpec spec_;
  Kind kind_ = Kind::unknown;
  YamlEntry const* given_ = nullptr;  // url, s3 or folder
  RemoteUrl url_;
  YamlEntry const* fallback_ = nullptr;
};

}  // namespace snapcron
