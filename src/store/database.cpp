#include "store/database.hpp"

#include "core/printable.hpp"
#include "store/folder.hpp"

#include <sqlite3.h>

#include <cerrno>

namespace snapcron {
namespace {

constexpr int patience_ms = 2000;  // for another program that reads the file

}  // namespace

Statement::Statement(Database& database, sqlite3_stmt* statement)
    : database_{database}, statement_{statement} {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_, parameter, number);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // A view without an address would be NULL, not an empty text.
  char const* const bytes = text.empty() ? "" : text.data();
  sqlite3_bind_text64(statement_, parameter, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::step() {
  int const code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.error();
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  auto const* bytes = reinterpret_cast<char const*>(sqlite3_column_text(statement_, column));
  auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string{} : std::string{bytes, size};
}

Database::Database(std::filesystem::path file) : file_{std::move(file)} {}

Database::~Database() {
  sqlite3_close(handle_);
}

Result<void> Database::open() {
  return open(SQLITE_OPEN_READWRITE, nullptr);
}

Result<void> Database::open_read_only() {
  return open(SQLITE_OPEN_READONLY, "unix-none");
}

Result<void> Database::open(int access, char const* system) {
  int const flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(file_.c_str(), &handle_, flags, system) != SQLITE_OK) return error();
  sqlite3_busy_timeout(handle_, patience_ms);
  return {};
}

Result<void> Database::run(char const* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error();
  return {};
}

Result<std::unique_ptr<Statement>> Database::prepare(char const* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK) return error();
  return std::make_unique<Statement>(*this, statement);
}

Result<std::int64_t> Database::number(char const* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto const row = (*statement)->step();
  if (!row) return row.error();
  return *row ? (*statement)->number(0) : 0;
}

Result<std::string> Database::text(char const* sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto const row = (*statement)->step();
  if (!row) return row.error();
  return *row ? (*statement)->text(0) : std::string{};
}

bool Database::broken() const {
  int const code = sqlite3_errcode(handle_) & 0xff;
  // SQLITE_ERROR: a format number or a table's name that damage has changed. What we ask for is
  // always the same, and good.
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
}

Error Database::error() const {
  if (handle_ == nullptr)
    return {Fault::failed, "cannot use " + file_.string() + ": out of memory"};
  int const system_error = sqlite3_system_errno(handle_);
  auto const words = printable(sqlite3_errmsg(handle_));
  switch (sqlite3_extended_errcode(handle_) & 0xff) {
    case SQLITE_FULL:
      return disk_error("write", file_, ENOSPC);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Fault::busy,
              "cannot use " + file_.string() +
                  ": another program holds it (a second snapcron with the same storage folder?)"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
      return {Fault::failed, file_.string() + " is broken: " + words};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      if (system_error != 0) return disk_error("use", file_, system_error);
      [[fallthrough]];
    default:
      return {Fault::failed, "cannot use " + file_.string() + ": " + words};
  }
}

}  // namespace snapcron
