#pragma once
// How large a picture is, and how a client wants one that a camera gives otherwise.

#include <array>
#include <string_view>

namespace snapcron {

struct PictureSize {
  unsigned width = 0, height = 0;
  friend bool operator==(PictureSize const&, PictureSize const&) = default;
};

struct PictureFit {
  unsigned width = 0, height = 0;  // it is not to be larger; 0: as it is
  bool grey = false;
  unsigned quality = 0;  // of the JPEG, 1 to 100; 0: as it is
  friend bool operator==(PictureFit const&, PictureFit const&) = default;
};

/// The images of the old camera servers, as large as PAL's were. A picture of other proportions is
/// as large as fits.
struct NamedSize {
  std::string_view name;
  PictureSize size;
};
inline constexpr std::array named_sizes{NamedSize{"halfsize.jpg", {176, 144}},
                                        NamedSize{"fullsize.jpg", {352, 288}},
                                        NamedSize{"hugesize.jpg", {704, 576}}};

}  // namespace snapcron
