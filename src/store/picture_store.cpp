#include "store/picture_store.hpp"

#include "core/printable.hpp"
#include "store/folder.hpp"
#include "store/read_picture.hpp"
#include "store/unfinished_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace snapcron {
namespace {

constexpr std::string_view latest = "lastshot.jpg";
constexpr unsigned most_of_one_name = 99'999;

/// "a/b.jpg" as "a" and "b.jpg".
std::pair<std::string_view, std::string_view> split(std::string_view path) {
  auto const slash = path.rfind('/');
  if (slash == std::string_view::npos) return {{}, path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

/// The name itself for 1, "b-2.jpg" for 2. The link's own name always counts as taken.
std::string numbered(std::string_view name, unsigned number) {
  if (number == 1) return std::string{name};
  auto const dot = std::min(name.rfind('.'), name.size());
  return std::string{name.substr(0, dot)} + "-" + std::to_string(number) +
         std::string{name.substr(dot)};
}

/// Links `file` in `folder` under the first free name of its series; that name, or an errno.
boost::system::result<std::string, int> link_somewhere(UnfinishedFile& file, File const& folder,
                                                       std::string_view name) {
  for (unsigned number = name == latest ? 2 : 1; number <= most_of_one_name; ++number) {
    auto final_name = numbered(name, number);
    int const error = file.link(folder, final_name);
    if (error == 0) return final_name;
    if (error != EEXIST) return int{error};
  }
  return int{EEXIST};
}

std::string join(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string{name} : std::string{folder} + "/" + std::string{name};
}

}  // namespace

PictureStore::PictureStore(std::filesystem::path directory, Unfinished unfinished)
    : directory_(std::move(directory)), unfinished_(unfinished) {}

void PictureStore::remove_leftovers() {
  File const root{::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (root) UnfinishedFile::remove_leftovers(root);
}

Result<std::filesystem::path> PictureStore::save(std::string const& relative,
                                                 std::string_view camera, std::string_view bytes,
                                                 Steady captured, Approve const& approve) {
  lastshot_error_.clear();
  if (!is_plain_path(relative))
    return Error{Fault::invalid, "cannot save a picture as " + snapcron::quoted(relative) +
                                     ": the name must stay below " + directory_.string()};
  auto const [parts, name] = split(relative);
  auto const path = directory_ / relative;
  auto const root = open_root(directory_);
  if (!root) return root.error();
  auto folder = open_below(*root, directory_, parts);
  if (!folder) return folder.error();

  std::optional<UnfinishedFile> file;
  if (unfinished_ == Unfinished::unnamed) {
    auto unnamed = UnfinishedFile::unnamed(*folder);
    if (!unnamed) return disk_error("save", path, unnamed.error());
    if (*unnamed)
      file.emplace(std::move(**unnamed));
    else
      unfinished_ = Unfinished::hidden;
  }
  if (!file) {
    auto hidden = UnfinishedFile::hidden(*root);
    if (!hidden) return disk_error("save", path, hidden.error());
    file.emplace(std::move(*hidden));
  }
  if (int const error = file->write(bytes)) return disk_error("save", path, error);
  if (approve) {
    if (auto const verdict = approve(); !verdict) return verdict.error();
  }

  auto linked = link_somewhere(*file, *folder, name);
  if (!linked && linked.error() == ENOENT) {  // somebody removed the folder meanwhile
    folder = open_below(*root, directory_, parts);
    if (!folder) return folder.error();
    linked = link_somewhere(*file, *folder, name);
  }
  if (!linked) return disk_error("save", path, linked.error());
  if (::fsync(folder->get()) != 0) return disk_error("save", path, errno);

  auto const picture = join(parts, *linked);
  renew_lastshot(camera, picture, captured);
  return directory_ / picture;
}

void PictureStore::renew_lastshot(std::string_view camera, std::string const& picture,
                                  Steady captured) {
  auto const newest = newest_.find(camera);
  if (newest != newest_.end() && captured < newest->second) return;
  auto const path = directory_ / camera / latest;
  auto const failed = [&](int error) { lastshot_error_ = disk_error("renew", path, error).text; };
  if (!is_plain_path(camera) || camera.find('/') != std::string_view::npos) return failed(EINVAL);

  auto const root = open_root(directory_);
  if (!root) return void(lastshot_error_ = root.error().text);
  auto const folder = open_below(*root, directory_, camera);
  if (!folder) return void(lastshot_error_ = folder.error().text);
  struct stat status {};
  if (::fstatat(folder->get(), latest.data(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      !S_ISLNK(status.st_mode)) {
    lastshot_error_ = "cannot renew " + path.string() + ": it is not a symbolic link; move it away";
    return;
  }
  auto const inside = std::string{camera} + "/";
  auto const target = picture.starts_with(inside) ? picture.substr(inside.size()) : "../" + picture;
  auto const temporary = UnfinishedFile::hidden_name(".link");
  if (::symlinkat(target.c_str(), root->get(), temporary.c_str()) != 0) return failed(errno);
  if (::renameat(root->get(), temporary.c_str(), folder->get(), latest.data()) != 0) {
    int const error = errno;
    ::unlinkat(root->get(), temporary.c_str(), 0);
    return failed(error);
  }
  if (captured != Steady::max()) newest_.insert_or_assign(std::string{camera}, captured);
}

Result<std::string> PictureStore::lastshot(std::string_view camera, std::uint64_t most) const {
  std::error_code missing, no_root;
  auto const root = std::filesystem::canonical(directory_, no_root);
  auto const path = std::filesystem::canonical(directory_ / camera / latest, missing);
  auto const below = path.lexically_relative(root);
  if (missing || no_root || below.empty() || *below.begin() == "..")
    return Error{Fault::not_found, "there is no picture of this camera yet"};
  return read_picture(path, most);
}

}  // namespace snapcron
