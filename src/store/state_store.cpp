#include "store/state_store.hpp"

#include "core/printable.hpp"
#include "store/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>

namespace snapcron {
namespace {

constexpr char const* folder_name = ".snapcron";
constexpr char const* file_name = "state.db";
constexpr std::int64_t application = 0x736e6170;  // "snap"
constexpr std::int64_t version = 1;
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

constexpr char const* tables =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE records (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, rule TEXT NOT NULL,"
    " event TEXT NOT NULL, json TEXT NOT NULL) STRICT;"
    "CREATE TABLE memory (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT;"
    "PRAGMA application_id = 1936613744;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

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
  auto const path = storage / folder_name;
  if (::mkdirat(root->get(), folder_name, 0700) == 0) {
    if (::fsync(root->get()) != 0) return disk_error("make folder", path, errno);
  } else if (errno != EEXIST) {
    return disk_error("make folder", path, errno);
  }
  File folder{::openat(root->get(), folder_name, folder_flags | O_NOFOLLOW)};
  if (!folder) return disk_error("open folder", path, errno);
  return folder;
}

/// So that a file that breaks again and again does not fill the disk.
void remove_old_broken_files(std::filesystem::path const& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator{folder, ignored}) {
    auto const name = entry.path().filename().string();
    if (name.starts_with(std::string{file_name} + ".broken-") && !name.ends_with("-wal"))
      names.push_back(name);
  }
  std::ranges::sort(names);
  for (; names.size() > most_broken_files; names.erase(names.begin())) {
    std::filesystem::remove(folder / names.front(), ignored);
    std::filesystem::remove(folder / (names.front() + "-wal"), ignored);
  }
}

}  // namespace

StateStore::StateStore(std::filesystem::path storage) : storage_{std::move(storage)} {}

template <class Work>
auto StateStore::with_file(Work work) -> decltype(work()) {
  for (bool first = true;; first = false) {
    auto result = [&]() -> decltype(work()) {
      if (auto const opened = open(); !opened) return opened.error();
      return work();
    }();
    if (result) return result;
    bool const broken = database_ && (damaged_ || database_->broken());
    damaged_ = false;
    if (broken && first) {
      if (auto const aside = put_aside(result.error().text); !aside) return aside.error();
      continue;
    }
    database_.reset();
    return result;
  }
}

Result<void> StateStore::open() {
  auto const file = storage_ / folder_name / file_name;
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
    File const made{
        ::openat(folder->get(), file_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!made || ::fstat(made.get(), &is) != 0) return disk_error("open", file, errno);
  }
  device_ = is.st_dev;
  inode_ = is.st_ino;
  if (is.st_size == 0 && ::fsync(folder->get()) != 0) return disk_error("make", file, errno);
  return open_file(file);
}

Result<void> StateStore::open_file(std::filesystem::path const& file) {
  std::error_code none;
  auto const wal = std::filesystem::file_size(file.string() + "-wal", none);
  bool const after_crash = !none && wal > 0;
  database_ = std::make_unique<Database>(file);
  if (auto const opened = database_->open(); !opened) return opened.error();
  if (auto const set = database_->run(settings); !set) return set.error();
  auto const is_new = database_->number("SELECT count(*) = 0 FROM sqlite_schema");
  if (!is_new) return is_new.error();
  if (*is_new == 0) return check(after_crash);
  if (auto const made = database_->run(tables); !made) return made.error();
  return remembered_ ? remember(*remembered_) : Result<void>{};
}

/// A clean end leaves no WAL: only after another is the whole file looked through. What goes bad
/// meanwhile is found when it is read.
Result<void> StateStore::check(bool after_crash) {
  auto const file = database_->file().string();
  auto const kind = database_->number("PRAGMA application_id");
  if (!kind) return kind.error();
  damaged_ = *kind != application;
  if (damaged_) return Error{Fault::failed, file + " is the database of another program"};
  auto const found = database_->number("PRAGMA user_version");
  if (!found) return found.error();
  if (*found > version)
    return Error{Fault::refused,
                 file + " was written by a newer snapcron: use that one, or move the file away"};
  if (!after_crash) return {};
  auto const verdict = database_->text("PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  damaged_ = *verdict != "ok";
  if (damaged_) return Error{Fault::failed, file + " is broken: " + printable(*verdict)};
  return {};
}

Result<void> StateStore::put_aside(std::string const& why) {
  auto const file = database_->file();
  database_.reset();
  auto const aside = file.string() + ".broken-" + date_text();
  std::error_code error, ignored;
  std::filesystem::rename(file, aside, error);
  if (error) return disk_error("put aside", file, error.value());
  std::filesystem::rename(file.string() + "-wal", aside + "-wal", ignored);
  std::filesystem::remove(file.string() + "-shm", ignored);
  remove_old_broken_files(file.parent_path());
  notice_ = why + "; it is kept as " + aside + ", and a new one is begun";
  return {};
}

Result<std::int64_t> StateStore::write(std::span<Record const> appended,
                                       std::optional<std::string> const& memory) {
  auto const written = with_file([&]() -> Result<std::int64_t> {
    if (auto const begun = database_->run("BEGIN IMMEDIATE"); !begun) return begun.error();
    if (auto const done = append(appended); !done) return done.error();
    if (memory) {
      if (auto const done = remember(*memory); !done) return done.error();
    }
    if (auto const done = forget_surplus(); !done) return done.error();
    auto const newest = database_->number("SELECT max(id) FROM records");
    if (!newest) return newest.error();
    if (auto const done = database_->run("COMMIT"); !done) return done.error();
    return *newest;
  });
  if (written && memory) remembered_ = memory;
  return written;
}

Result<void> StateStore::append(std::span<Record const> records) {
  auto statement =
      database_->prepare("INSERT INTO records (at, rule, event, json) VALUES (?, ?, ?, ?)");
  if (!statement) return statement.error();
  for (auto const& record : records) {
    (*statement)->reset();
    (*statement)->bind(1, record.at.time_since_epoch().count());
    (*statement)->bind(2, record.rule).bind(3, record.event).bind(4, record.json);
    if (auto const done = (*statement)->step(); !done) return done.error();
  }
  return {};
}

Result<void> StateStore::remember(std::string const& memory) {
  auto statement = database_->prepare(
      "INSERT INTO memory (id, text) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET text = "
      "excluded.text");
  if (!statement) return statement.error();
  (*statement)->bind(1, memory);
  auto const done = (*statement)->step();
  return done ? Result<void>{} : done.error();
}

Result<void> StateStore::forget_surplus() {
  auto const newest = database_->number("SELECT max(id) FROM records");
  if (!newest) return newest.error();
  auto const oldest = database_->number("SELECT min(id) FROM records");
  if (!oldest) return oldest.error();
  if (*newest - *oldest < most_records + most_surplus) return {};
  auto statement = database_->prepare("DELETE FROM records WHERE id <= ?");
  if (!statement) return statement.error();
  auto const done = (*statement)->bind(1, *newest - most_records).step();
  return done ? Result<void>{} : done.error();
}

Result<std::optional<std::string>> StateStore::memory() {
  return with_file([&]() -> Result<std::optional<std::string>> {
    auto statement = database_->prepare("SELECT text FROM memory");
    if (!statement) return statement.error();
    auto const row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::string>{};
    remembered_ = (*statement)->text(0);
    return remembered_;
  });
}

Result<std::vector<Record>> StateStore::read(LogQuery const& query) {
  return with_file([&]() -> Result<std::vector<Record>> {
    auto const newest = database_->number("SELECT max(id) FROM records");
    if (!newest) return newest.error();
    auto statement =
        database_->prepare(query.newest ? "SELECT id, at, rule, event, json FROM records WHERE id "
                                          "> ?1 AND (?2 = 0 OR rule = ?3)"
                                          " ORDER BY id DESC LIMIT ?4"
                                        : "SELECT id, at, rule, event, json FROM records WHERE id "
                                          "> ?1 AND (?2 = 0 OR rule = ?3)"
                                          " ORDER BY id LIMIT ?4");
    if (!statement) return statement.error();
    auto const rule = query.rule.value_or("");
    (*statement)
        ->bind(1, query.after > *newest ? 0 : query.after)
        .bind(2, std::int64_t{query.rule.has_value()});
    (*statement)->bind(3, rule).bind(4, std::int64_t{query.limit});
    std::vector<Record> records;
    for (;;) {
      auto const row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) break;
      records.push_back({.id = (*statement)->number(0),
                         .at = Instant{Duration{(*statement)->number(1)}},
                         .rule = (*statement)->text(2),
                         .event = (*statement)->text(3),
                         .json = (*statement)->text(4)});
    }
    if (query.newest) std::ranges::reverse(records);
    return records;
  });
}

std::string StateStore::take_notice() {
  return std::exchange(notice_, {});
}

}  // namespace snapcron
