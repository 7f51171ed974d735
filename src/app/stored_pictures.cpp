#include "app/stored_pictures.hpp"

#include "store/folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace snapcron {
namespace {

constexpr int files_at_once = 64;
constexpr std::size_t first_bytes = 4 * 1024;
constexpr std::size_t most_bytes = 1024 * 1024;  // a camera's preview may stand before the imprint

std::optional<StoredPicture> read_picture(std::filesystem::path const& path, Instant since) {
  File const file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  Instant const written{std::chrono::seconds{status.st_mtim.tv_sec} +
                        std::chrono::nanoseconds{status.st_mtim.tv_nsec}};
  if (written < since) return std::nullopt;
  std::string head;
  for (auto size = first_bytes; size <= most_bytes; size *= 16) {
    head.resize(size);
    auto const count = ::pread(file.get(), head.data(), size, 0);
    if (count <= 0) return std::nullopt;
    head.resize(static_cast<std::size_t>(count));
    if (auto imprint = find_imprint(head))
      return StoredPicture{.path = {},
                           .bytes = static_cast<std::uint64_t>(status.st_size),
                           .written = written,
                           .imprint = std::move(*imprint)};
    if (head.size() < size) break;
  }
  return std::nullopt;
}

}  // namespace

StoredPictures::StoredPictures(std::filesystem::path storage, Instant since)
    : storage_{std::move(storage)}, since_{since} {
  std::error_code failed;
  place_ = std::filesystem::recursive_directory_iterator{
      storage_, std::filesystem::directory_options::skip_permission_denied, failed};
}

void StoredPictures::advance() {
  std::error_code failed;
  place_.increment(failed);  // at its end, too, when a folder cannot be read
}

std::vector<StoredPicture> StoredPictures::look() {
  std::vector<StoredPicture> found;
  for (int n = 0; n < files_at_once && !at_end(); ++n, advance()) {
    std::error_code failed;
    auto const& path = place_->path();
    if (place_->is_directory(failed) && path.filename().string().starts_with('.'))
      place_.disable_recursion_pending();
    auto const extension = path.extension();
    if ((extension != ".jpg" && extension != ".jpeg") || !place_->is_regular_file(failed)) continue;
    auto picture = read_picture(path, since_);
    if (!picture || picture->imprint.to.empty()) continue;
    picture->path = path.lexically_relative(storage_).string();
    found.push_back(std::move(*picture));
  }
  return found;
}

}  // namespace snapcron
