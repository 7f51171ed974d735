#pragma once
// Brings files to one destination, one after the other.

#include "core/destination.hpp"

#include <memory>

namespace snapcron {

class Uploader {
 public:
  Uploader() = default;
  Uploader(Uploader const&) = delete;
  Uploader& operator=(Uploader const&) = delete;
  virtual ~Uploader() = default;

  /// Blocks until it is there or has failed: as a rule no longer than the destination's time-out,
  /// but whoever cannot wait for ever has a process of its own for this, and kills it. What failed
  /// may be given again at any time: it becomes visible once.
  virtual UploadResult perform(Upload const& upload) = 0;
};

/// The connection is kept for the next upload. Neither username nor password nor an address's path
/// and query are ever part of a text.
std::unique_ptr<Uploader> make_uploader(DestinationSpec const& spec);

}  // namespace snapcron
