#pragma once
// SQLite, as far as we need it: one file, statements, and errors in words.

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace snapcron {

class Database;

/// A prepared statement. Must not outlive its database.
class Statement {
 public:
  Statement(Database& database, sqlite3_stmt* statement);
  ~Statement();
  Statement(Statement const&) = delete;
  Statement& operator=(Statement const&) = delete;

  /// Parameters count from 1. `text` must live until the next reset().
  Statement& bind(int parameter, std::int64_t number);
  Statement& bind(int parameter, std::string_view text);
  /// True: there is a row.
  Result<bool> step();
  void reset();

  /// Columns count from 0.
  std::int64_t number(int column) const;
  std::string text(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  /// The file must exist; an empty one is an empty database.
  explicit Database(std::filesystem::path file);
  ~Database();
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;

  Result<void> open();
  /// A file that nobody writes, on a disk that is read-only: without locks, which need one that is
  /// not. What is in the WAL is read, too, once locking_mode is EXCLUSIVE.
  Result<void> open_read_only();
  /// One or more statements, their rows ignored.
  Result<void> run(char const* sql);
  /// The first column of the first row.
  Result<std::int64_t> number(char const* sql);
  Result<std::string> text(char const* sql);
  Result<std::unique_ptr<Statement>> prepare(char const* sql);

  /// The latest error says that the file is damaged, or no database.
  bool broken() const;
  std::filesystem::path const& file() const { return file_; }

 private:
  friend class Statement;
  Result<void> open(int access, char const* system);
  Error error() const;

  std::filesystem::path file_;
  sqlite3* handle_ = nullptr;
};

}  // namespace snapcron
