#include "app/picture_viewer.hpp"

#include "async/offload.hpp"
#include "jpeg/check.hpp"
#include "jpeg/fit.hpp"
#include "store/read_picture.hpp"

namespace snapcron {
namespace {

using Jpeg = std::shared_ptr<std::string const>;

/// More than any camera's `max_bytes` with a comment.
constexpr std::uint64_t largest_picture = 128 << 20;

Result<Jpeg> read_to_fit(std::filesystem::path const& file, PictureFit const& fit) {
  auto bytes = read_picture(file, largest_picture);
  if (!bytes) return bytes.error();
  if (fit != PictureFit{}) {
    auto const size = check_jpeg(*bytes);
    if (!size) return Error{size.error().fault, file.string() + ": " + size.error().text};
    auto made = fit_picture(*bytes, *size, fit);
    if (!made) return made.error();
    if (!made->empty()) bytes = std::move(made);
  }
  return std::make_shared<std::string const>(std::move(*bytes));
}

}  // namespace

boost::asio::awaitable<Result<Jpeg>> PictureViewer::read(std::filesystem::path file,
                                                         PictureFit fit) {
  if (*waiting_ >= most_waiting)
    co_return Error{Fault::busy, "too many pictures are wanted at once: try again"};
  ++*waiting_;
  auto const leave = [all = waiting_](void*) { --*all; };
  std::shared_ptr<void> const place{nullptr, leave};
  auto const work = [file = std::move(file), fit] { return read_to_fit(file, fit); };
  co_return co_await offload(thread_, work);
}

void PictureViewer::close() {
  thread_.join();
}

}  // namespace snapcron
