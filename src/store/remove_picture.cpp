#include "store/remove_picture.hpp"

#include "store/folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace snapcron {

Result<void> remove_picture(std::filesystem::path const& storage, std::string_view relative) {
  auto const path = storage / relative;
  if (!is_plain_path(relative) || relative.starts_with('.'))
    return Error{Fault::invalid, "not a picture's path below the storage: " + path.string()};
  std::vector<File> folders;
  folders.emplace_back(::open(storage.c_str(), folder_flags));
  std::vector<std::string> parts;
  for (std::size_t end; folders.back() && (end = relative.find('/')) != std::string_view::npos;
       relative.remove_prefix(end + 1)) {
    parts.emplace_back(relative.substr(0, end));
    folders.emplace_back(
        ::openat(folders.back().get(), parts.back().c_str(), folder_flags | O_NOFOLLOW));
  }
  if (!folders.back()) {
    if (errno == ENOENT && folders.size() > 1) return {};
    return disk_error("open the folder of", path, errno);
  }
  if (::unlinkat(folders.back().get(), std::string{relative}.c_str(), 0) != 0 && errno != ENOENT)
    return disk_error("remove", path, errno);
  for (auto i = parts.size(); i-- > 0;)
    if (::unlinkat(folders[i].get(), parts[i].c_str(), AT_REMOVEDIR) != 0) break;
  return {};
}

}  // namespace snapcron
