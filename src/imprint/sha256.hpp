#pragma once
// SHA-256 of what comes in pieces.

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace snapcron {

class Sha256 {
 public:
  Sha256();
  Sha256& add(std::string_view bytes);
  /// Of all that was added, in 64 hexadecimal digits; nothing can be added behind it.
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace snapcron
