#include "capture/frozen.hpp"

#include "core/quantity.hpp"

namespace snapcron {

std::optional<Error> FrozenWatch::look(Frame const& frame) {
  if (!longest_) return std::nullopt;
  auto const at = frame.captured.steady;
  if (!bytes_ || *bytes_ != *frame.bytes) {
    bytes_ = frame.bytes;
    since_ = at;
  }
  if (at - since_ < *longest_) return std::nullopt;
  return Error{Fault::bad_picture, "its picture has been the same, byte by byte, for " +
                                       to_text(*longest_) + " (stale_after): is it frozen?"};
}

}  // namespace snapcron
