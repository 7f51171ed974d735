#include "v4l2/trouble.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_named_devices = 6;

std::vector<std::string> entries(fs::path const& folder, std::string const& prefix) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error))
    if (at->path().filename().string().starts_with(prefix)) found.push_back(at->path().string());
  std::ranges::sort(found);
  return found;
}

std::string devices_text() {
  auto found = entries("/dev/v4l/by-id", "");
  if (found.empty()) found = entries("/dev", "video");
  if (found.empty()) return "; there is no video device at all: is the camera plugged in?";
  std::string text = "; there is";
  for (std::size_t i = 0; i < std::min(found.size(), most_named_devices); ++i)
    text += (i == 0 ? " " : ", ") + printable(found[i]);
  return text;
}

/// The group that may open it, if it may.
std::string group_text(std::string const& device) {
  struct stat facts {};
  if (::stat(device.c_str(), &facts) != 0 || (facts.st_mode & S_IWGRP) == 0 || facts.st_gid == 0)
    return "";
  group entry{};
  group* found = nullptr;
  std::array<char, 4096> storage{};
  ::getgrgid_r(facts.st_gid, &entry, storage.data(), storage.size(), &found);
  std::string const name = found != nullptr ? found->gr_name : std::to_string(facts.st_gid);
  return ": whoever runs this must be in the group " + name + " (adduser USER " + name +
         ", then log in or start the service anew)";
}

/// How often the process has it open.
std::size_t times_open(fs::path const& process, dev_t device) {
  std::size_t times = 0;
  std::error_code error;
  for (fs::directory_iterator at{process / "fd", error}, end; !error && at != end;
       at.increment(error)) {
    auto const target = fs::read_symlink(at->path(), error);
    if (error) {
      error.clear();
      continue;
    }
    // Only what is a device is looked at: a file on a dead network file system would hang us.
    struct stat facts {};
    if (target.string().starts_with("/dev/") && ::stat(at->path().c_str(), &facts) == 0 &&
        S_ISCHR(facts.st_mode) && facts.st_rdev == device)
      ++times;
  }
  return times;
}

}  // namespace

std::string holder_text(std::string const& device, std::size_t open) {
  struct stat facts {};
  std::error_code error;
  if (::stat(device.c_str(), &facts) == 0) {
    for (fs::directory_iterator at{"/proc", error}, end; !error && at != end; at.increment(error)) {
      auto const pid = at->path().filename().string();
      if (!std::ranges::all_of(pid, is_digit)) continue;
      bool const ours = pid == std::to_string(::getpid());
      if (times_open(at->path(), facts.st_rdev) <= (ours ? open : 0)) continue;
      if (ours) return "is in use by another camera of this program";
      std::string name;
      std::getline(std::ifstream{at->path() / "comm"}, name);
      return "is held by " + printable(name) + " (pid " + pid + ")";
    }
  }
  return "is held by another program (fuser -v " + device + " tells which)";
}

Error open_trouble(std::string const& device, int code) {
  auto const what = device + ": ";
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return {Fault::not_found, what + "there is no such device" + devices_text()};
    case ENODEV:
    case ENXIO:
      return {Fault::gone, what + "the device does not answer: is the camera plugged in?"};
    case EACCES:
    case EPERM:
      return {Fault::denied, what + "permission denied" + group_text(device)};
    case EBUSY:
      return {Fault::busy, what + "it " + holder_text(device, 0)};
    default:
      return {Fault::failed, what + "cannot open it: " + std::generic_category().message(code)};
  }
}

Error device_trouble(std::string const& device, std::string const& attempted, int code) {
  auto const what = device + ": ";
  switch (code) {
    case ENODEV:
    case ENXIO:
    case ESHUTDOWN:
      return {Fault::gone, what + "the device is gone: was the camera unplugged?"};
    case EBUSY:
      return {Fault::busy, what + "it " + holder_text(device, 1)};
    case ENOSPC:
      return {Fault::failed, what + "cannot " + attempted +
                                 ": the USB port has no room for so much: a smaller 'width' and "
                                 "'height', or a port that it does not share"};
    default:
      return {Fault::failed,
              what + "cannot " + attempted + ": " + std::generic_category().message(code)};
  }
}

}  // namespace snapcron
