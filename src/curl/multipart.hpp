#pragma once
// The pictures of a multipart/x-mixed-replace stream, which cameras send in many dialects.

#include "core/error.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace snapcron {

/// The boundary that a Content-Type names, without quotes and leading dashes; empty when it names
/// none.
std::string boundary_of(std::string_view content_type);

/// Bytes in, pictures out. A part ends at the next boundary; before it where its Content-Length
/// says, when a JPEG ends there: so a true length saves waiting for the next part, and one that
/// lies does no harm. What is no JPEG, what is too large and what stands between parts is passed
/// over. Holds one picture and one piece of input at most.
class Multipart {
 public:
  struct Part {
    std::shared_ptr<std::string const> bytes;
    Moment begun;  // when its first byte was here
  };
  /// False: it is enough.
  using Take = std::function<bool(Part)>;

  /// `boundary` from boundary_of(), not empty.
  Multipart(std::string_view boundary, std::size_t max_bytes, Take take);

  /// False when no more is wanted, or error() says why the stream makes no sense any more.
  bool feed(std::string_view bytes, Moment now);
  /// The stream has ended: a last picture without a boundary after it is handed over.
  void finish();

  std::string const& error() const { return error_; }
  /// Parts passed over since the last picture.
  unsigned too_large() const { return too_large_; }
  unsigned no_pictures() const { return no_pictures_; }

 private:
  enum class Place { between, line, headers, body, over };
  struct Boundary {
    std::size_t begin, end;  // of what stands between two bodies, line end in front included
  };

  bool step();
  bool step_between();
  bool step_line();
  bool step_headers();
  bool step_body();
  void header(std::string_view line);
  bool begin_body();
  Boundary find_boundary();
  bool ends_by_length() const;
  bool end_part(std::size_t size, std::size_t next, Place place);
  bool break_off(std::string why);
  void drop(std::size_t count);

  std::string delimiter_;  // "--" and the boundary
  std::size_t max_bytes_;
  Take take_;
  Place place_ = Place::between;
  std::string buffer_;        // from the present place on
  std::size_t searched_ = 0;  // so far no boundary begins there
  std::size_t headers_ = 0;   // bytes of them
  std::size_t length_ = 0;    // as announced; zero: not
  std::size_t expected_ = 0;  // size of the latest picture
  bool skipping_ = false;     // the body is too large: it is not kept
  Moment now_{};
  std::optional<Moment> begun_;  // of the body
  unsigned too_large_ = 0, no_pictures_ = 0;
  std::string error_;
};

}  // namespace snapcron
