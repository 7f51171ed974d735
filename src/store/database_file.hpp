#pragma once
// A database of ours in the storage folder, STORAGE/.snapcron/NAME: opened when it is needed, begun
// anew when it is damaged (the damaged one is kept) or was removed.

#include "store/database.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace snapcron {

/// Of the storage folder, for what is remembered and is no picture; mode 0700.
inline constexpr char const* own_folder = ".snapcron";

/// One process at a time holds the file; one thread at a time uses it.
class DatabaseFile {
 public:
  struct Kind {
    std::string name;          // of the file: "state.db"
    std::int64_t application;  // PRAGMA application_id
    std::int64_t version;      // PRAGMA user_version
    char const* tables;        // makes them in an empty file, within a transaction
  };
  /// What a file that is begun anew must hold beyond its empty tables, written in the transaction
  /// that makes them; `damaged` is the one that it takes the place of, empty when there is none.
  /// What a person should know of it is returned.
  using Begin =
      std::function<Result<std::string>(Database& fresh, std::filesystem::path const& damaged)>;

  /// Touches nothing yet; `storage` is made when it is missing, see open_root().
  DatabaseFile(std::filesystem::path storage, Kind kind, Begin begin = {});

  /// Runs `work`, which only reads, on the open file; once more on a new one when it turns out to
  /// be broken. After an error the file is closed: what a failed fsync has lost does not come back
  /// by a second one. A disk that has become read-only is read all the same.
  template <class Work>
  auto with(Work work) -> decltype(work(std::declval<Database&>()));

  /// A transaction: all of it is durable when it returns, or none of it ever is.
  template <class Work>
  auto transact(Work work) -> decltype(work(std::declval<Database&>()));

  /// What a person should know of the latest calls (a broken file was put aside); empty mostly.
  std::string take_notice() { return std::exchange(notice_, {}); }

 private:
  template <class Work>
  auto use(Work work) -> decltype(work(std::declval<Database&>()));
  Result<void> open();
  Result<std::unique_ptr<Database>> open_read_only() const;
  Result<void> open_file(std::filesystem::path const& file);
  Result<void> begin();
  Result<void> check(bool after_crash);
  Result<void> put_aside(std::string const& why);
  /// True: try again, on the new file.
  Result<bool> recover(Error const& why, bool first);

  std::filesystem::path const storage_;
  Kind const kind_;
  Begin const begin_;
  std::unique_ptr<Database> database_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  bool damaged_ = false;                // though SQLite itself reports no error
  std::filesystem::path damaged_file_;  // that was put aside, and is not yet replaced
  std::string notice_;
};

template <class Work>
auto DatabaseFile::use(Work work) -> decltype(work(std::declval<Database&>())) {
  for (bool first = true;; first = false) {
    auto result = [&]() -> decltype(work(std::declval<Database&>())) {
      if (auto const opened = open(); !opened) return opened.error();
      return work(*database_);
    }();
    if (result) return result;
    auto const again = recover(result.error(), first);
    if (!again) return again.error();
    if (!*again) return result;
  }
}

template <class Work>
auto DatabaseFile::with(Work work) -> decltype(work(std::declval<Database&>())) {
  auto result = use(work);
  if (result || result.error().fault != Fault::no_space) return result;
  auto const reader = open_read_only();
  return reader ? work(**reader) : result;
}

template <class Work>
auto DatabaseFile::transact(Work work) -> decltype(work(std::declval<Database&>())) {
  return use([&](Database& database) -> decltype(work(database)) {
    if (auto const begun = database.run("BEGIN IMMEDIATE"); !begun) return begun.error();
    auto result = work(database);
    if (!result) return result;
    if (auto const done = database.run("COMMIT"); !done) return done.error();
    return result;
  });
}

}  // namespace snapcron
