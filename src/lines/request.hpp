#pragma once
// How a reload gets its new lines without letting go of the old ones sooner than it must.

#include "core/error.hpp"

#include <optional>
#include <vector>

namespace snapcron {

/// Calls `request` for each of `specs`. A line that is busy may be held by ourselves for a purpose
/// that ends: `let_go` releases those, then it is tried again. On failure all that was got is
/// released, and `take_back` undoes `let_go`.
template <class Got, class Spec, class Request, class LetGo, class TakeBack>
Result<std::vector<Got>> request_lines(std::vector<Spec const*> const& specs, Request request,
                                       LetGo let_go, TakeBack take_back) {
  std::vector<std::optional<Got>> got(specs.size());
  // True when a line is busy.
  auto const try_all = [&](bool again) -> Result<bool> {
    bool busy = false;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (got[i]) continue;
      Result<Got> line = request(*specs[i]);
      if (line)
        got[i] = std::move(*line);
      else if (line.error().fault == Fault::busy && !again)
        busy = true;
      else
        return line.error();
    }
    return busy;
  };
  auto const busy = try_all(false);
  if (!busy) return busy.error();
  if (*busy) {
    let_go();
    if (auto const second = try_all(true); !second) {
      got.clear();
      take_back();
      return second.error();
    }
  }
  std::vector<Got> all;
  all.reserve(got.size());
  for (auto& line : got) all.push_back(std::move(*line));
  return all;
}

}  // namespace snapcron
