#include "jpeg/redraw.hpp"

#include "core/printable.hpp"
#include "jpeg/string_sink.hpp"

#include <array>
#include <csetjmp>

namespace snapcron {
namespace {

/// libjpeg is C: an error leaves it by longjmp, so nothing between setjmp and there may own
/// anything.
struct Work {
  jpeg_error_mgr errors;  // first: callbacks get its address
  std::jmp_buf out;
  std::array<char, JMSG_LENGTH_MAX> message;
  jpeg_decompress_struct from;
  jpeg_compress_struct to;
};

[[noreturn]] void leave(j_common_ptr jpeg) {
  auto& work = *reinterpret_cast<Work*>(jpeg->err);
  (*jpeg->err->format_message)(jpeg, work.message.data());
  std::longjmp(work.out, 1);
}

/// check_jpeg() was strict already.
void pass_over(j_common_ptr, int) {}

void begin_reading(jpeg_decompress_struct& from, std::string_view jpeg, Redrawing const& how) {
  jpeg_mem_src(&from, reinterpret_cast<unsigned char const*>(jpeg.data()), jpeg.size());
  jpeg_save_markers(&from, JPEG_COM, 0xffff);
  jpeg_save_markers(&from, JPEG_APP0 + 1, 0xffff);  // Exif, which may say that it lies on its side
  jpeg_read_header(&from, TRUE);
  bool const grey = how.grey || from.jpeg_color_space == JCS_GRAYSCALE;
  from.out_color_space = grey ? JCS_GRAYSCALE : JCS_YCbCr;
  from.scale_num = how.eighths;
  from.scale_denom = 8;
  jpeg_start_decompress(&from);
}

void begin_writing(jpeg_compress_struct& to, jpeg_decompress_struct const& from, int quality) {
  to.image_width = from.output_width;
  to.image_height = from.output_height;
  to.input_components = from.output_components;
  to.in_color_space = from.out_color_space;
  jpeg_set_defaults(&to);
  jpeg_set_quality(&to, quality, TRUE);
  // As a camera has them: the colours at full size, halved across, or both ways.
  auto const& luma = from.comp_info[0];
  if (to.num_components == 3 && from.jpeg_color_space == JCS_YCbCr && luma.h_samp_factor <= 2 &&
      luma.v_samp_factor <= 2) {
    to.comp_info[0].h_samp_factor = luma.h_samp_factor;
    to.comp_info[0].v_samp_factor = luma.v_samp_factor;
  }
  jpeg_start_compress(&to, TRUE);
  for (auto const* marker = from.marker_list; marker != nullptr; marker = marker->next)
    jpeg_write_marker(&to, marker->marker, marker->data, marker->data_length);
}

/// False after an error.
bool run(Work& work, std::string_view jpeg, Redrawing const& how, std::vector<JSAMPLE>& line,
         StringSink& sink) {
  if (setjmp(work.out) != 0) return false;
  auto& [errors, out, message, from, to] = work;
  jpeg_create_decompress(&from);
  jpeg_create_compress(&to);
  to.dest = &sink.manager;
  begin_reading(from, jpeg, how);
  begin_writing(to, from, how.quality);
  auto const components = static_cast<unsigned>(from.output_components);
  line.resize(std::size_t{from.output_width} * components);
  JSAMPROW row = line.data();
  while (from.output_scanline < from.output_height) {
    auto const y = from.output_scanline;
    jpeg_read_scanlines(&from, &row, 1);
    if (how.on_line) how.on_line(y, components, line);
    jpeg_write_scanlines(&to, &row, 1);
  }
  jpeg_finish_compress(&to);
  jpeg_finish_decompress(&from);
  return true;
}

}  // namespace

Result<std::string> redraw(std::string_view jpeg, Redrawing const& how) {
  std::string result;
  std::vector<JSAMPLE> line;
  StringSink sink{result};
  Work work{};
  work.from.err = work.to.err = jpeg_std_error(&work.errors);
  work.errors.error_exit = leave;
  work.errors.emit_message = pass_over;
  bool const drawn = run(work, jpeg, how, line, sink);
  jpeg_destroy_decompress(&work.from);
  jpeg_destroy_compress(&work.to);
  if (!drawn) return Error{Fault::bad_picture, printable(work.message.data())};
  return result;
}

}  // namespace snapcron
