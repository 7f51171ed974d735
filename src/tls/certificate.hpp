#pragma once
// What a server shows to its clients: a certificate with its chain, and the key that proves that it
// is ours.

#include "core/error.hpp"
#include "core/site.hpp"
#include "core/time.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace snapcron {

/// When a certificate is good.
struct Validity {
  Instant from{}, until{};

  /// What is to be done about it, "... expires on 2026-03-01 12:00 UTC: renew it"; empty while all
  /// is well: from two weeks before the end on, or, where it lives for less than two months, from
  /// the last quarter on.
  std::string worry(Instant now, TlsSpec const& spec) const;
};

/// The context of all connections that are shown one certificate. TLS 1.2 and 1.3 with forward
/// secrecy only, no renegotiation, no compression, HTTP/1.1 by ALPN; sessions are resumed by
/// tickets, so nothing is kept of a client that has left.
class Certificate {
 public:
  /// The texts must be whole, the key good for the first certificate. Touches no file: the files'
  /// names stand in the errors. No error shows any of the key.
  static Result<Certificate> make(TlsSpec const& spec);

  Validity const& validity() const { return validity_; }
  /// Connections that hold a reference of their own outlive this.
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
  Validity validity_;
};

}  // namespace snapcron
