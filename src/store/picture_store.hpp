#pragma once
// Pictures on disk: whole under their final name or not there at all, and durable before anything
// says so. Synchronous; one thread at a time. Other processes may use the same directory.

#include "core/error.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace snapcron {

class PictureStore {
 public:
  /// Asked once the bytes are on disk and before they get a name; an error drops them.
  using Approve = std::function<Result<void>()>;

  /// Where the bytes are while a picture has no name yet: in a file without any, or, where the
  /// filesystem knows no such files (it is tried), under a hidden name in `directory`.
  enum class Unfinished { unnamed, hidden };

  /// Touches nothing yet.
  explicit PictureStore(std::filesystem::path directory,
                        Unfinished unfinished = Unfinished::unnamed);

  /// Removes what a crash left of unfinished pictures (only ours, and of no living process).
  void remove_leftovers();

  /// Writes `bytes` to directory/relative (from Template::expand), makes them durable and returns
  /// the final path: a name that is taken gets -2, -3, ... before its extension. Folders are made
  /// as needed; the directory itself too, see open_root(). Symbolic links are never followed.
  /// Then directory/camera/lastshot.jpg points to the picture, unless it points to one with a later
  /// `captured` already. No space, a read-only disk and quotas are Fault::no_space.
  Result<std::filesystem::path> save(std::string const& relative, std::string_view camera,
                                     std::string_view bytes, Steady captured = Steady::max(),
                                     Approve const& approve = {});

  /// Why the latest save() could not renew lastshot.jpg; empty when it could. The picture is safe
  /// anyway.
  std::string const& lastshot_error() const { return lastshot_error_; }

  /// The newest picture of a camera, by its lastshot.jpg, of at most `most` bytes; any thread may
  /// ask. Fault::not_found when there is none, or when the link leads out of the directory.
  Result<std::string> lastshot(std::string_view camera, std::uint64_t most) const;

  std::filesystem::path const& directory() const { return directory_; }

 private:
  void renew_lastshot(std::string_view camera, std::string const& picture, Steady captured);

  std::filesystem::path directory_;
  Unfinished unfinished_;
  std::map<std::string, Steady, std::less<>> newest_;  // capture time of lastshot.jpg, by camera
  std::string lastshot_error_;
};

}  // namespace snapcron
