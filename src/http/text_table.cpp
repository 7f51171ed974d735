#include "http/text_table.hpp"

#include <algorithm>
#include <utility>

namespace snapcron::http {
namespace {

struct Range {
  char32_t first, last;
};

bool in(char32_t c, std::initializer_list<Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range const& r) { return c >= r.first && c <= r.last; });
}

unsigned width_of(char32_t c) {
  if (in(c, {{0x300, 0x36f},
             {0x1ab0, 0x1aff},
             {0x200b, 0x200f},
             {0x20d0, 0x20ff},
             {0xfe00, 0xfe0f},
             {0xfe20, 0xfe2f}}))
    return 0;
  bool const wide = in(c, {{0x1100, 0x115f},
                           {0x2e80, 0x303e},
                           {0x3041, 0xa4cf},
                           {0xac00, 0xd7a3},
                           {0xf900, 0xfaff},
                           {0xfe30, 0xfe6f},
                           {0xff00, 0xff60},
                           {0xffe0, 0xffe6},
                           {0x1f300, 0x1f64f},
                           {0x1f680, 0x1f6ff},
                           {0x1f900, 0x1f9ff},
                           {0x20000, 0x3fffd}});
  return wide ? 2 : 1;
}

std::string padding(std::size_t wanted, std::size_t have) {
  return std::string(wanted > have ? wanted - have : 0, ' ');
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  char32_t code = 0;
  unsigned left = 0;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (left > 0 && (byte & 0xc0) == 0x80) {
      code = code << 6 | (byte & 0x3fu);
      if (--left > 0) continue;
    } else if (byte >= 0xc0) {
      left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      code = byte & (0x3fu >> left);
      continue;
    } else {
      code = byte;
      left = 0;
    }
    width += width_of(code);
  }
  return width;
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (auto const& row : rows_)
    for (std::size_t i = 0; i < row.cells.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row.cells[i].text));
  for (std::size_t i = 0; i < widths.size(); ++i)
    if (widths[i] > 0) widths[i] = std::max(widths[i], display_width(columns_[i].title));

  std::string out;
  auto const line = [&](auto const& cell_of) {
    std::string blanks;  // before the next cell, so that no line ends in blanks
    out += "  ";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] == 0) continue;
      Cell const cell = cell_of(i);
      auto const fill = padding(widths[i], display_width(cell.text));
      if (columns_[i].right) blanks += fill;
      bool const painted = coloured_ && cell.colour && !cell.text.empty();
      if (!cell.text.empty()) {
        out += std::exchange(blanks, {});
        if (painted) out += cell.colour;
        out += cell.text;
        if (painted) out += "\033[0m";
      }
      if (!columns_[i].right) blanks += fill;
      blanks += "  ";
    }
    out += '\n';
  };
  line([&](std::size_t i) { return Cell{columns_[i].title, "\033[2m"}; });
  for (auto const& row : rows_) {
    line([&](std::size_t i) { return i < row.cells.size() ? row.cells[i] : Cell{}; });
    if (!row.note.empty()) out += "     " + row.note + "\n";
  }
  return out;
}

}  // namespace snapcron::http
