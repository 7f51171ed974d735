#include "http/password.hpp"

#include <openssl/crypto.h>

#include <crypt.h>

#include <memory>

namespace snapcron {
namespace {

/// The 32 KB that crypt works in; wiped, since it holds the password.
class Workspace {
 public:
  Workspace() : data_{std::make_unique<crypt_data>()} {}
  ~Workspace() { OPENSSL_cleanse(data_.get(), sizeof(crypt_data)); }
  Workspace(Workspace const&) = delete;
  Workspace& operator=(Workspace const&) = delete;

  /// Empty when the setting is of no known method.
  std::string hash(std::string const& password, char const* setting) {
    char const* result = ::crypt_rn(password.c_str(), setting, data_.get(), sizeof(crypt_data));
    return result && *result != '*' ? result : "";
  }

 private:
  std::unique_ptr<crypt_data> data_;
};

/// A copy that ends in a NUL and is wiped afterwards.
class Secret {
 public:
  explicit Secret(std::string_view text) : text_{text} {}
  ~Secret() { OPENSSL_cleanse(text_.data(), text_.size()); }
  Secret(Secret const&) = delete;
  Secret& operator=(Secret const&) = delete;
  std::string const& text() const { return text_; }

 private:
  std::string text_;
};

bool hashable(std::string_view password) {
  return password.size() < CRYPT_MAX_PASSPHRASE_SIZE &&
         password.find('\0') == std::string_view::npos;
}

}  // namespace

std::string hash_password(std::string_view password) {
  if (password.empty() || !hashable(password)) return "";
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  if (!::crypt_gensalt_rn("$y$", 0, nullptr, 0, setting, sizeof setting)) return "";
  return Workspace{}.hash(Secret{password}.text(), setting);
}

bool verify_password(std::string_view password, std::string const& hash) {
  if (hash.empty() || !hashable(password)) return false;
  auto const made = Workspace{}.hash(Secret{password}.text(), hash.c_str());
  return made.size() == hash.size() && CRYPTO_memcmp(made.data(), hash.data(), hash.size()) == 0;
}

bool hash_usable(std::string const& hash) {
  int const verdict = hash.empty() ? CRYPT_SALT_INVALID : ::crypt_checksalt(hash.c_str());
  return verdict != CRYPT_SALT_INVALID && verdict != CRYPT_SALT_METHOD_DISABLED;
}

}  // namespace snapcron
