#pragma once
// Where libjpeg writes to: straight into a string.

#include <cstdio>  // jpeglib.h needs it

#include <jpeglib.h>

#include <string>

namespace snapcron {

/// For `jpeg.dest = &sink.manager`; the string is cut to its size by jpeg_finish_compress().
struct StringSink {
  jpeg_destination_mgr manager{};  // first: callbacks get its address
  std::string* bytes;

  explicit StringSink(std::string& into);
  StringSink(StringSink const&) = delete;
  StringSink& operator=(StringSink const&) = delete;
};

}  // namespace snapcron
