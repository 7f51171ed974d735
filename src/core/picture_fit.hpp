#pragma once
// How a client wants a picture that a camera gives otherwise.

namespace snapcron {

struct PictureFit {
  unsigned width = 0, height = 0;  // it is not to be larger; 0: as it is
  bool grey = false;
  unsigned quality = 0;  // of the JPEG, 1 to 100; 0: as it is
  friend bool operator==(PictureFit const&, PictureFit const&) = default;
};

}  // namespace snapcron
