#include "axis/images.hpp"

#include "axis/reader.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>

namespace snapcron {
namespace {

// In the order of buffer_init's numbers, from 1; it has none for the cut-out.
std::array<std::string, 4> const names{"halfsize.jpg", "fullsize.jpg", "hugesize.jpg", "zoom.jpg"};

}  // namespace

std::optional<AxisSource> axis_source(AxisWord const& word, AxisMistakes const& mistakes) {
  auto const written = small(word.text);
  std::string_view name{written};
  AxisSource source;
  constexpr std::string_view buffer = "buffer.jpg?imagetype=";
  if (name.starts_with("/")) name.remove_prefix(1);
  if (name.starts_with("images/")) name.remove_prefix(7);
  if (name.starts_with(buffer)) {
    name.remove_prefix(buffer.size());
    source.what = AxisSource::What::buffer;
  } else if (name == "lastshot.jpg") {
    source.what = AxisSource::What::last_shot;
    return source;
  }
  auto const found = std::ranges::find(names, name);
  if (found != names.end()) {
    source.image = static_cast<unsigned>(found - names.begin()) + 1;
    return source;
  }
  mistakes.error(word.at,
                 "there is no image " + snapcron::quoted(word.text) +
                     ": halfsize.jpg, fullsize.jpg, hugesize.jpg, zoom.jpg and lastshot.jpg are",
                 nearest_word(name, names).value_or(""));
  return std::nullopt;
}

std::string axis_image_name(unsigned image) {
  auto const& name = names.at(image - 1);
  return name.substr(0, name.find('.'));
}

}  // namespace snapcron
