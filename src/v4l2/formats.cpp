#include "v4l2/formats.hpp"

#include <algorithm>
#include <string_view>

namespace snapcron {
namespace {

constexpr std::size_t most_named = 12;

}  // namespace

std::optional<FourCc> choose_format(std::span<FourCc const> offered) {
  for (auto const format : {mjpg, jpeg_format, yuyv})
    if (std::ranges::find(offered, format) != offered.end()) return format;
  return std::nullopt;
}

std::string to_text(FourCc format) {
  std::string text;
  for (unsigned i = 0; i < 4; ++i) {
    auto const c = static_cast<char>(format >> (8 * i) & 0x7fU);
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text.empty() ? "?" : text;
}

std::string no_format_text(std::span<FourCc const> offered) {
  std::string names;
  auto const named = std::min(offered.size(), most_named);
  for (std::size_t i = 0; i < named; ++i) {
    std::string_view const before = i == 0 ? "" : i + 1 == offered.size() ? " and " : ", ";
    names.append(before).append(to_text(offered[i]));
  }
  if (named < offered.size())
    names += " and " + std::to_string(offered.size() - named) + " more formats";
  return "the device offers " + (names.empty() ? "no format at all" : names) +
         ", but neither MJPG nor YUYV: give it a 'command' that makes JPEGs of it (ffmpeg)";
}

}  // namespace snapcron
