#include "store/state_store.hpp"

#include <algorithm>

namespace snapcron {
namespace {

constexpr std::int64_t application = 0x736e6170;  // "snap"

constexpr char const* tables =
    "CREATE TABLE records (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, rule TEXT NOT NULL,"
    " event TEXT NOT NULL, json TEXT NOT NULL) STRICT;"
    "CREATE TABLE memory (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT;";

Result<void> append(Database& database, std::span<Record const> records) {
  auto statement =
      database.prepare("INSERT INTO records (at, rule, event, json) VALUES (?, ?, ?, ?)");
  if (!statement) return statement.error();
  for (auto const& record : records) {
    (*statement)->reset();
    (*statement)->bind(1, record.at.time_since_epoch().count());
    (*statement)->bind(2, record.rule).bind(3, record.event).bind(4, record.json);
    if (auto const done = (*statement)->step(); !done) return done.error();
  }
  return {};
}

Result<void> remember(Database& database, std::string const& memory) {
  auto statement = database.prepare(
      "INSERT INTO memory (id, text) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET text = "
      "excluded.text");
  if (!statement) return statement.error();
  (*statement)->bind(1, memory);
  auto const done = (*statement)->step();
  return done ? Result<void>{} : done.error();
}

Result<void> forget_surplus(Database& database) {
  auto const newest = database.number("SELECT max(id) FROM records");
  if (!newest) return newest.error();
  auto const oldest = database.number("SELECT min(id) FROM records");
  if (!oldest) return oldest.error();
  if (*newest - *oldest < StateStore::most_records + StateStore::most_surplus) return {};
  auto statement = database.prepare("DELETE FROM records WHERE id <= ?");
  if (!statement) return statement.error();
  auto const done = (*statement)->bind(1, *newest - StateStore::most_records).step();
  return done ? Result<void>{} : done.error();
}

}  // namespace

StateStore::StateStore(std::filesystem::path storage)
    : file_{std::move(storage),
            {.name = "state.db", .application = application, .version = 1, .tables = tables},
            [this](Database& fresh, std::filesystem::path const&) -> Result<std::string> {
              auto const done = remembered_ ? remember(fresh, *remembered_) : Result<void>{};
              return done ? Result<std::string>{std::string{}} : done.error();
            }} {}

Result<std::int64_t> StateStore::write(std::span<Record const> appended,
                                       std::optional<std::string> const& memory) {
  auto const written = file_.transact([&](Database& database) -> Result<std::int64_t> {
    if (auto const done = append(database, appended); !done) return done.error();
    if (memory) {
      if (auto const done = remember(database, *memory); !done) return done.error();
    }
    if (auto const done = forget_surplus(database); !done) return done.error();
    return database.number("SELECT max(id) FROM records");
  });
  if (written && memory) remembered_ = memory;
  return written;
}

Result<std::optional<std::string>> StateStore::memory() {
  return file_.with([&](Database& database) -> Result<std::optional<std::string>> {
    auto statement = database.prepare("SELECT text FROM memory");
    if (!statement) return statement.error();
    auto const row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::string>{};
    remembered_ = (*statement)->text(0);
    return remembered_;
  });
}

Result<std::vector<Record>> StateStore::read(LogQuery const& query) {
  return file_.with([&](Database& database) -> Result<std::vector<Record>> {
    auto const newest = database.number("SELECT max(id) FROM records");
    if (!newest) return newest.error();
    auto statement = database.prepare(
        (std::string{"SELECT id, at, rule, event, json FROM records WHERE id > ?1 AND id < ?5"
                     " AND (?2 = 0 OR rule = ?3) AND at >= ?6 AND at < ?7 ORDER BY id "} +
         (query.newest ? "DESC" : "ASC") + " LIMIT ?4")
            .c_str());
    if (!statement) return statement.error();
    auto const rule = query.rule.value_or("");
    (*statement)
        ->bind(1, query.after > *newest ? 0 : query.after)
        .bind(2, std::int64_t{query.rule.has_value()});
    (*statement)->bind(3, rule).bind(4, std::int64_t{query.limit});
    (*statement)->bind(5, query.before > 0 ? query.before : INT64_MAX);
    (*statement)->bind(6, query.since ? query.since->time_since_epoch().count() : INT64_MIN);
    (*statement)->bind(7, query.until ? query.until->time_since_epoch().count() : INT64_MAX);
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
  return file_.take_notice();
}

}  // namespace snapcron
