#include "jpeg/fit.hpp"

#include "jpeg/redraw.hpp"

namespace snapcron {
namespace {

constexpr unsigned usual_quality = 85;

/// As libjpeg rounds it.
unsigned scaled(unsigned size, unsigned eighths) {
  return (size * eighths + 7) / 8;
}

unsigned eighths_that_fit(PictureSize size, PictureFit const& how) {
  unsigned eighths = 8;
  auto const fits = [&] {
    return (how.width == 0 || scaled(size.width, eighths) <= how.width) &&
           (how.height == 0 || scaled(size.height, eighths) <= how.height);
  };
  while (eighths > 1 && !fits()) --eighths;
  return eighths;
}

}  // namespace

Result<std::string> fit_picture(std::string_view jpeg, PictureSize size, PictureFit const& how) {
  auto const eighths = eighths_that_fit(size, how);
  if (eighths == 8 && !how.grey && how.quality == 0) return std::string{};
  return redraw(jpeg, {.eighths = eighths,
                       .grey = how.grey,
                       .quality = static_cast<int>(how.quality ? how.quality : usual_quality)});
}

}  // namespace snapcron
