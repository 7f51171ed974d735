#include "store/database_file.hpp"

#include "core/printable.hpp"
#include "store/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <vector>

namespace snapcron {
namespace {

constexpr std::size_t most_broken_files = 3;

// WAL: one write and one sync for a transaction, and a power cut at any moment leaves the old state
// or the new one. FULL: it is synced before write() returns, so that an id once told is never given
// again, and a schedule that ran does not run again after a power cut. EXCLUSIVE: no shared memory
// file beside it, which the kernel would write to the card over and over, and which kills a process
// that touches it when the disk has failed. Small pages: a record alone costs half of what it does
// with the usual 4096 bytes (docs/performance.md); the WAL goes into the file once in 4000 of them.
constexpr char const* settings =
    "PRAGMA page_size = 1024;"
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA journal_size_limit = 4194304;"
    "PRAGMA cache_size = -256;"
    "PRAGMA temp_store = MEMORY;";

std::string date_text() {
  std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &utc)};
}

/// The hidden folder, for nobody else to read.
Result<File> open_folder(std::filesystem::path const& storage) {
  auto const root = open_root(storage);
  if (!root) return root.error();
  auto const path = storage / own_folder;
  if (::mkdirat(root->get(), own_folder, 0700) == 0) {
    if (::fsync(root->get()) != 0) return disk_error("make folder", path, errno);
  } else if (errno != EEXIST) {
    return disk_error("make folder", path, errno);
  }
  File folder{::openat(root->get(), own_folder, folder_flags | O_NOFOLLOW)};
  if (!folder) return disk_error("open folder", path, errno);
  return folder;
}

/// So that a file that breaks again and again does not fill the disk.
void remove_old_broken_files(std::filesystem::path const& folder, std::string const& file_name) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator{folder, ignored}) {
    auto const name = entry.path().filename().string();
    if (name.starts_with(file_name + ".broken-") && !name.ends_with("-wal")) names.push_back(name);
  }
  std::ranges::sort(names);
  for (; names.size() > most_broken_files; names.erase(names.begin())) {
    std::filesystem::remove(folder / names.front(), ignored);
    std::filesystem::remove(folder / (names.front() + "-wal"), ignored);
  }
}

}  // namespace

DatabaseFile::DatabaseFile(std::filesystem::path storage, Kind kind, Begin begin)
    : storage_{std::move(storage)}, kind_{std::move(kind)}, begin_{std::move(begin)} {}

Result<bool> DatabaseFile::recover(Error const& why, bool first) {
  bool const broken = database_ && (damaged_ || database_->broken());
  damaged_ = false;
  if (!broken || !first) {
    database_.reset();
    return false;
  }
  if (auto const aside = put_aside(why.text); !aside) return aside.error();
  return true;
}

Result<void> DatabaseFile::open() {
  auto const file = storage_ / own_folder / kind_.name;
  if (database_) {
    struct stat now {};
    if (::stat(file.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_) return {};
    database_.reset();
    notice_ = file.string() + " was removed: it is begun anew";
  }
  auto const folder = open_folder(storage_);
  if (!folder) return folder.error();
  struct stat is {};
  {
    // Closed before SQLite opens it: closing any descriptor of a file gives up the process's locks
    // on it.
    File const made{::openat(folder->get(), kind_.name.c_str(),
                             O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!made || ::fstat(made.get(), &is) != 0) return disk_error("open", file, errno);
  }
  device_ = is.st_dev;
  inode_ = is.st_ino;
  if (is.st_size == 0 && ::fsync(folder->get()) != 0) return disk_error("make", file, errno);
  return open_file(file);
}

Result<std::unique_ptr<Database>> DatabaseFile::open_read_only() const {
  auto reader = std::make_unique<Database>(storage_ / own_folder / kind_.name);
  if (auto const opened = reader->open_read_only(); !opened) return opened.error();
  if (auto const set = reader->run("PRAGMA locking_mode = EXCLUSIVE;"); !set) return set.error();
  return reader;
}

Result<void> DatabaseFile::open_file(std::filesystem::path const& file) {
  std::error_code none;
  auto const wal = std::filesystem::file_size(file.string() + "-wal", none);
  bool const after_crash = !none && wal > 0;
  database_ = std::make_unique<Database>(file);
  if (auto const opened = database_->open(); !opened) return opened.error();
  if (auto const set = database_->run(settings); !set) return set.error();
  auto const is_new = database_->number("SELECT count(*) = 0 FROM sqlite_schema");
  if (!is_new) return is_new.error();
  if (*is_new == 0) return check(after_crash);
  return begin();
}

Result<void> DatabaseFile::begin() {
  auto const made = database_->run(("BEGIN IMMEDIATE;" + std::string{kind_.tables} +
                                    "PRAGMA application_id = " + std::to_string(kind_.application) +
                                    ";PRAGMA user_version = " + std::to_string(kind_.version) + ";")
                                       .c_str());
  if (!made) return made.error();
  if (begin_) {
    auto const note = begin_(*database_, damaged_file_);
    if (!note) return note.error();
    notice_ += *note;
  }
  if (auto const done = database_->run("COMMIT"); !done) return done.error();
  damaged_file_.clear();
  return {};
}

/// A clean end leaves no WAL: only after another is the whole file looked through. What goes bad
/// meanwhile is found when it is read.
Result<void> DatabaseFile::check(bool after_crash) {
  auto const file = database_->file().string();
  auto const kind = database_->number("PRAGMA application_id");
  if (!kind) return kind.error();
  damaged_ = *kind != kind_.application;
  if (damaged_) return Error{Fault::failed, file + " is the database of another program"};
  auto const found = database_->number("PRAGMA user_version");
  if (!found) return found.error();
  if (*found > kind_.version)
    return Error{Fault::refused,
                 file + " was written by a newer snapcron: use that one, or move the file away"};
  if (!after_crash) return {};
  auto const verdict = database_->text("PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  damaged_ = *verdict != "ok";
  if (damaged_) return Error{Fault::failed, file + " is broken: " + printable(*verdict)};
  return {};
}

Result<void> DatabaseFile::put_aside(std::string const& why) {
  auto const file = database_->file();
  database_.reset();
  auto const aside = file.string() + ".broken-" + date_text();
  std::error_code error, ignored;
  std::filesystem::rename(file, aside, error);
  if (error) return disk_error("put aside", file, error.value());
  std::filesystem::rename(file.string() + "-wal", aside + "-wal", ignored);
  std::filesystem::remove(file.string() + "-shm", ignored);
  remove_old_broken_files(file.parent_path(), kind_.name);
  damaged_file_ = aside;
  notice_ = why + "; it is kept as " + aside + ", and a new one is begun";
  return {};
}

}  // namespace snapcron
