#pragma once
// Whether a picture is still what the camera sent.

#include "upload/local_file.hpp"

#include <string>

namespace snapcron::upload {

/// What is wrong with a picture that tells the digest of itself (imprint/imprint.hpp), in words;
/// empty when nothing is, or when it tells none. Afterwards the file is at its beginning.
std::string damage_of(LocalFile& file);

}  // namespace snapcron::upload
