#include "store/picture_rows.hpp"

namespace snapcron {

char const* const picture_tables =
    "CREATE TABLE pictures (id INTEGER PRIMARY KEY, path TEXT NOT NULL, camera TEXT NOT NULL,"
    " rule TEXT NOT NULL, event TEXT NOT NULL, captured INTEGER NOT NULL, bytes INTEGER NOT NULL)"
    " STRICT;"
    "CREATE INDEX pictures_by_path ON pictures (path);"
    // AUTOINCREMENT: temporary names and Message-IDs are made of the id, which must not come again.
    "CREATE TABLE deliveries (id INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL,"
    " picture INTEGER NOT NULL, file TEXT NOT NULL, name TEXT NOT NULL, event TEXT NOT NULL,"
    " subject TEXT NOT NULL, body TEXT NOT NULL, queued INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, next INTEGER NOT NULL, set_aside INTEGER NOT NULL,"
    " error TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;"
    "CREATE INDEX deliveries_of_destination ON deliveries (destination, set_aside, id);"
    "CREATE INDEX deliveries_of_picture ON deliveries (picture);"
    "CREATE TABLE destinations (name TEXT PRIMARY KEY, number INTEGER NOT NULL,"
    " delivered INTEGER NOT NULL, given_up INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE journal (name TEXT NOT NULL) STRICT;"
    "INSERT INTO journal VALUES (lower(hex(randomblob(8))));";

char const* const delivery_columns =
    "SELECT id, destination, picture, file, name, event, subject, body, queued, attempts, next,"
    " set_aside, error, bytes FROM deliveries ";
char const* const picture_columns =
    "SELECT id, path, camera, rule, event, captured, bytes FROM pictures ";

std::int64_t count_of(Instant at) {
  return at.time_since_epoch().count();
}
Instant instant_of(std::int64_t count) {
  return Instant{Duration{count}};
}

Delivery delivery_of(Statement const& row) {
  return {.id = row.number(0),
          .destination = row.text(1),
          .picture = row.number(2),
          .file = row.text(3),
          .name = row.text(4),
          .event = row.text(5),
          .subject = row.text(6),
          .text = row.text(7),
          .queued = instant_of(row.number(8)),
          .attempts = static_cast<unsigned>(row.number(9)),
          .next = instant_of(row.number(10)),
          .set_aside = row.number(11) != 0,
          .error = row.text(12),
          .bytes = static_cast<std::uint64_t>(row.number(13))};
}

PictureRecord picture_of(Statement const& row) {
  return {.id = row.number(0),
          .path = row.text(1),
          .camera = row.text(2),
          .rule = row.text(3),
          .event = row.text(4),
          .captured = instant_of(row.number(5)),
          .bytes = static_cast<std::uint64_t>(row.number(6))};
}

Result<void> once(Statement& statement) {
  auto const done = statement.step();
  statement.reset();
  return done ? Result<void>{} : done.error();
}

Result<std::int64_t> insert(Database& database, PictureRecord const& picture) {
  if (picture.path.empty()) return 0;
  // Browsers keep a picture for good under its id, which must not be another's after this journal
  // was emptied or begun anew: ids begin with the time in milliseconds, and no journal before has
  // come up to that.
  auto statement = database.prepare(
      "INSERT OR REPLACE INTO pictures (id, path, camera, rule, event, captured, bytes)"
      " VALUES (coalesce(nullif(?7, 0), (SELECT max(id) + 1 FROM pictures),"
      " CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),"
      " ?1, ?2, ?3, ?4, ?5, ?6)");
  if (!statement) return statement.error();
  auto& s = **statement;
  s.bind(1, picture.path).bind(2, picture.camera).bind(3, picture.rule).bind(4, picture.event);
  s.bind(5, count_of(picture.captured)).bind(6, static_cast<std::int64_t>(picture.bytes));
  s.bind(7, picture.id);
  if (auto const done = once(s); !done) return done.error();
  return database.number("SELECT last_insert_rowid()");
}

Result<void> insert(Database& database, Delivery const& delivery, std::int64_t picture) {
  auto statement = database.prepare(
      "INSERT OR REPLACE INTO deliveries (id, destination, picture, file, name, event, subject, "
      "body, queued,"
      " attempts, next, set_aside, error, bytes) SELECT nullif(?10, 0), ?1, coalesce(max(id), ?2),"
      " ?3, ?4, ?5, ?6, ?7, ?8, ?11, ?12, ?13, ?14, coalesce(max(bytes), ?9) FROM pictures"
      " WHERE ?2 = 0 AND path = ?3");
  if (!statement) return statement.error();
  auto& s = **statement;
  s.bind(1, delivery.destination).bind(2, picture).bind(3, delivery.file).bind(4, delivery.name);
  s.bind(5, delivery.event).bind(6, delivery.subject).bind(7, delivery.text);
  s.bind(8, count_of(delivery.queued)).bind(9, static_cast<std::int64_t>(delivery.bytes));
  s.bind(10, delivery.id).bind(11, std::int64_t{delivery.attempts});
  s.bind(12, count_of(delivery.next)).bind(13, std::int64_t{delivery.set_aside});
  s.bind(14, delivery.error);
  return once(s);
}

}  // namespace snapcron
