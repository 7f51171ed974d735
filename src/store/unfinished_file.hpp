#pragma once
// A file that nobody sees until it has its name: written, durable, then linked.

#include "store/folder.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace snapcron {

class UnfinishedFile {
 public:
  /// A file without a name in `folder`; nothing where the filesystem has no such files. All errors
  /// are the errno.
  static boost::system::result<std::optional<UnfinishedFile>, int> unnamed(File const& folder);
  /// A hidden name in `root`, which must outlive it.
  static boost::system::result<UnfinishedFile, int> hidden(File const& root);

  UnfinishedFile(UnfinishedFile&& other) noexcept = default;
  UnfinishedFile& operator=(UnfinishedFile&&) = delete;
  ~UnfinishedFile();

  /// Returns 0 or the errno. After an error the file is of no use any more: what a failed fsync
  /// has lost does not come back by a second one.
  int write(std::string_view bytes);
  /// Gives it its name; EEXIST when the name is taken. The folder is not yet synced.
  int link(File const& folder, std::string const& name);

  /// Removes what dead processes left in `root`.
  static void remove_leftovers(File const& root);
  /// A name for something short-lived in the storage folder, which remove_leftovers() knows.
  static std::string hidden_name(std::string_view extension);

 private:
  UnfinishedFile(File file, File const* root, std::string name)
      : file_(std::move(file)), root_(root), name_(std::move(name)) {}

  File file_;
  File const* root_;  // null: it has no name
  std::string name_;  // empty when it has none, or has it no longer
};

}  // namespace snapcron
