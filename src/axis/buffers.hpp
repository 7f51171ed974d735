#pragma once
// The image buffers of a script: what its buffer_init lines make, and which of them are filled
// without an end. A buffer of the second kind is the camera's own `buffer:` here.

#include "axis/images.hpp"
#include "axis/script.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace snapcron {

/// What buffer_start and buffer_stop say.
struct AxisShots {
  unsigned camera = 1, image = 2;
  Duration interval{};
  bool interval_given = false;
  bool endless = false;                // -duration inf
  std::optional<Duration> duration{};  // another
  std::optional<unsigned> store{};

  /// How many pictures; the first one is taken at once.
  unsigned count() const;
};

class AxisBuffers {
 public:
  struct Buffer {
    unsigned size = 0;
    std::optional<Duration> interval{};  // of the buffer_start without an end
  };

  /// Looks through the whole script; mistakes are told when the commands are translated.
  explicit AxisBuffers(AxisScript const& script);

  /// The buffers that a buffer_init makes.
  struct Made {
    unsigned camera = 1, image = 2, size = 0;
  };
  static std::vector<Made> made(AxisCommand const& command, AxisMistakes const& mistakes);
  std::optional<AxisShots> shots(AxisCommand const& command, AxisMistakes const& mistakes) const;

  /// Null with the error told at `at`.
  Buffer const* find(unsigned camera, unsigned image, Position at,
                     AxisMistakes const& mistakes) const;

 private:
  std::map<std::pair<unsigned, unsigned>, Buffer> buffers_;  // by camera and image
};

}  // namespace snapcron
