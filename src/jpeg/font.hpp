#pragma once
// Letters of 5x7 dots, for the test pattern.

#include <array>
#include <cstdint>

namespace snapcron {

constexpr unsigned glyph_width = 5, glyph_height = 7;

/// Row by row from the top, bit 4 is the leftmost dot. Small letters are drawn as capitals, and
/// what there is no letter for as a box.
std::array<std::uint8_t, glyph_height> glyph(char c);

}  // namespace snapcron
