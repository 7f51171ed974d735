#include "jpeg/check.hpp"

#include "core/printable.hpp"
#include "jpeg/describe_body.hpp"

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <string>
#include <vector>

namespace snapcron {
namespace {

constexpr std::uint64_t most_pixels = 100'000'000;
constexpr int most_scans = 64;
constexpr long most_memory = 64L << 20;
constexpr std::size_t most_padding = 64 * 1024;

/// What libjpeg's callbacks find. libjpeg is C: an error leaves it by longjmp, so nothing between
/// setjmp and here may own anything.
struct Decoder {
  jpeg_decompress_struct jpeg;  // first: callbacks get its address
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf out;
  std::array<char, JMSG_LENGTH_MAX> message;
  bool cut_off = false;
  bool too_many_scans = false;
};

Decoder& decoder_of(j_common_ptr jpeg) {
  return *reinterpret_cast<Decoder*>(jpeg);
}

[[noreturn]] void fail(j_common_ptr jpeg) {
  auto& decoder = decoder_of(jpeg);
  (*jpeg->err->format_message)(jpeg, decoder.message.data());
  decoder.cut_off = jpeg->err->msg_code == JWRN_JPEG_EOF || jpeg->err->msg_code == JERR_INPUT_EOF;
  std::longjmp(decoder.out, 1);
}

/// A level below zero is a warning: the data is corrupt and libjpeg would guess. Except for two,
/// which tell of an odd header of an old camera and not of damage.
void on_message(j_common_ptr jpeg, int level) {
  int const code = jpeg->err->msg_code;
  if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM) fail(jpeg);
}

void on_progress(j_common_ptr jpeg) {
  auto& decoder = decoder_of(jpeg);
  if (decoder.jpeg.input_scan_number <= most_scans) return;
  decoder.too_many_scans = true;
  std::longjmp(decoder.out, 1);
}

/// Every coefficient is decoded, at an eighth of the size: what is broken shows in the entropy
/// coding, the rest of the arithmetic cannot fail. False after an error.
bool decode(Decoder& decoder, std::string_view bytes, std::vector<JSAMPLE>& line, PictureSize& size,
            std::size_t& rest) {
  if (setjmp(decoder.out) != 0) return false;
  auto& jpeg = decoder.jpeg;
  jpeg_create_decompress(&jpeg);
  jpeg.progress = &decoder.progress;
  jpeg.mem->max_memory_to_use = most_memory;
  jpeg_mem_src(&jpeg, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  size = {jpeg.image_width, jpeg.image_height};
  if (std::uint64_t{size.width} * size.height > most_pixels) return false;

  jpeg.out_color_space = jpeg.jpeg_color_space;
  jpeg.scale_num = 1;
  jpeg.scale_denom = 8;
  jpeg.do_fancy_upsampling = FALSE;
  jpeg.do_block_smoothing = FALSE;
  jpeg.dct_method = JDCT_IFAST;
  jpeg_start_decompress(&jpeg);
  line.resize(std::size_t{jpeg.output_width} * static_cast<unsigned>(jpeg.output_components));
  JSAMPROW row = line.data();
  while (jpeg.output_scanline < jpeg.output_height) jpeg_read_scanlines(&jpeg, &row, 1);
  jpeg_finish_decompress(&jpeg);
  rest = jpeg.src->bytes_in_buffer;
  return true;
}

Error broken(std::string const& how) {
  return {Fault::bad_picture, how};
}

std::string why(Decoder const& decoder, PictureSize size) {
  if (decoder.too_many_scans)
    return "the picture has more than " + std::to_string(most_scans) +
           " scans, which no camera makes";
  auto const dimensions = std::to_string(size.width) + "x" + std::to_string(size.height);
  if (std::uint64_t{size.width} * size.height > most_pixels)
    return "the picture is too big: " + dimensions + " is more than 100 megapixels";
  if (decoder.cut_off) return "the picture is cut off";
  if (decoder.errors.msg_code == JWRN_HIT_MARKER)
    return "the picture is cut off, or a part of it is missing";
  if (decoder.errors.msg_code == JERR_OUT_OF_MEMORY ||
      decoder.errors.msg_code == JERR_NO_BACKING_STORE)
    return "the picture needs more than 64 MiB of memory to be checked (" + dimensions +
           ", progressive)";
  return "the picture is damaged: " + printable(decoder.message.data());
}

bool is_padding(std::string_view bytes) {
  return bytes.size() <= most_padding &&
         bytes.find_first_not_of(std::string_view{"\0 \t\r\n", 5}) == std::string_view::npos;
}

}  // namespace

Result<PictureSize> check_jpeg(std::string_view bytes) {
  if (!bytes.starts_with("\xff\xd8")) return broken("the body is " + describe_body(bytes));
  Decoder decoder{};
  decoder.jpeg.err = jpeg_std_error(&decoder.errors);
  decoder.errors.error_exit = fail;
  decoder.errors.emit_message = on_message;
  decoder.progress.progress_monitor = on_progress;
  std::vector<JSAMPLE> line;
  PictureSize size;
  std::size_t rest = 0;
  bool const whole = decode(decoder, bytes, line, size, rest);
  jpeg_destroy_decompress(&decoder.jpeg);
  if (!whole) return broken(why(decoder, size));
  if (!is_padding(bytes.substr(bytes.size() - rest)))
    return broken("the picture is damaged: " + std::to_string(rest) + " more bytes follow its end");
  return size;
}

}  // namespace snapcron
