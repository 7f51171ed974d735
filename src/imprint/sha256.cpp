#include "imprint/sha256.hpp"

#include "core/hexadecimal.hpp"

#include <openssl/evp.h>

#include <array>
#include <span>
#include <stdexcept>

namespace snapcron {
namespace {

void demand(int good) {
  if (good != 1) throw std::runtime_error("SHA-256 failed");  // libcrypto has no memory
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_{EVP_MD_CTX_new()} {
  demand(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

Sha256& Sha256::add(std::string_view bytes) {
  demand(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  demand(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
  return hexadecimal(std::span{digest}.first(size));
}

}  // namespace snapcron
