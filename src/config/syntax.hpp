#pragma once
// yaml-cpp's words about what is not well-formed, in ours.

#include "config/source.hpp"

#include <yaml-cpp/exceptions.h>

#include <cstddef>
#include <optional>
#include <string>

namespace snapcron {

struct SyntaxError {
  Position at;
  std::string message;
};

/// `offset` is the mark's in the source, `open_flow` the place of the innermost [ or { that was
/// still open.
SyntaxError explain(Source const& source, YAML::Exception const& e, std::size_t offset,
                    std::optional<Position> open_flow);

}  // namespace snapcron
