#pragma once
// A chunked body, as strictly as it was meant: no extensions, no trailer fields. (Beast 1.81's own
// reader of it stops at an assertion when the last chunk comes in pieces.)

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace snapcron::http {

class ChunkReader {
 public:
  enum class State { more, done, malformed, too_large };

  explicit ChunkReader(std::size_t limit) : limit_{limit} {}

  /// Takes from the front of `bytes` what belongs to the body and appends its data to `body`.
  State read(std::string_view& bytes, std::string& body);

 private:
  enum class At { size, size_lf, data, data_cr, data_lf, end_cr, end_lf };
  State step(char c);

  std::size_t limit_;
  At at_ = At::size;
  unsigned digits_ = 0;
  std::uint64_t left_ = 0;   // of this chunk
  std::size_t framing_ = 0;  // bytes spent on sizes and line ends
};

}  // namespace snapcron::http
