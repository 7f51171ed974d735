#include "store/picture_journal.hpp"

namespace snapcron {
namespace {

constexpr std::int64_t journal_application = 0x736e6a72;  // "snjr"

constexpr char const* journal_tables =
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

constexpr char const* delivery_columns =
    "SELECT id, destination, picture, file, name, event, subject, body, queued, attempts, next,"
    " set_aside, error, bytes FROM deliveries ";
constexpr char const* picture_columns =
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

template <class Visit>
Result<void> for_each_row(Statement& statement, Visit visit) {
  for (;;) {
    auto const row = statement.step();
    if (!row) return row.error();
    if (!*row) return {};
    visit(statement);
  }
}

template <class Row>
Result<std::vector<Row>> rows(Statement& statement, Row (*read)(Statement const&)) {
  std::vector<Row> all;
  auto const done =
      for_each_row(statement, [&](Statement const& row) { all.push_back(read(row)); });
  if (!done) return done.error();
  return all;
}

Result<void> once(Statement& statement) {
  auto const done = statement.step();
  statement.reset();
  return done ? Result<void>{} : done.error();
}

Result<std::int64_t> insert(Database& database, PictureRecord const& picture) {
  if (picture.path.empty()) return 0;
  auto statement = database.prepare(
      "INSERT INTO pictures (path, camera, rule, event, captured, bytes) VALUES (?,?,?,?,?,?)");
  if (!statement) return statement.error();
  auto& s = **statement;
  s.bind(1, picture.path).bind(2, picture.camera).bind(3, picture.rule).bind(4, picture.event);
  s.bind(5, count_of(picture.captured)).bind(6, static_cast<std::int64_t>(picture.bytes));
  if (auto const done = once(s); !done) return done.error();
  return database.number("SELECT last_insert_rowid()");
}

/// `picture` 0: the one that is recorded with its file, if there is one.
Result<void> insert(Database& database, Delivery const& delivery, std::int64_t picture) {
  auto statement = database.prepare(
      "INSERT INTO deliveries (destination, picture, file, name, event, subject, body, queued,"
      " attempts, next, set_aside, error, bytes) SELECT ?1, coalesce(max(id), ?2), ?3, ?4, ?5, ?6, "
      "?7,"
      " ?8, 0, 0, 0, '', coalesce(max(bytes), ?9) FROM pictures WHERE ?2 = 0 AND path = ?3");
  if (!statement) return statement.error();
  auto& s = **statement;
  s.bind(1, delivery.destination).bind(2, picture).bind(3, delivery.file).bind(4, delivery.name);
  s.bind(5, delivery.event).bind(6, delivery.subject).bind(7, delivery.text);
  s.bind(8, count_of(delivery.queued)).bind(9, static_cast<std::int64_t>(delivery.bytes));
  return once(s);
}

/// How many of a destination's ended for good in one batch.
struct Ended {
  std::int64_t delivered = 0, given_up = 0;
};
using EndedByDestination = std::map<std::string, Ended>;

Result<void> count(Database& database, std::string const& destination, Ended const& ended) {
  auto statement = database.prepare(
      "INSERT INTO destinations (name, number, delivered, given_up) VALUES (?1, 0, ?2, ?3)"
      " ON CONFLICT (name) DO UPDATE SET delivered = delivered + ?2, given_up = given_up + ?3");
  if (!statement) return statement.error();
  (*statement)->bind(1, destination).bind(2, ended.delivered).bind(3, ended.given_up);
  return once(**statement);
}

Result<void> set_number(Database& database, std::string const& destination, unsigned number) {
  auto statement = database.prepare(
      "INSERT INTO destinations (name, number, delivered, given_up) VALUES (?1, ?2, 0, 0)"
      " ON CONFLICT (name) DO UPDATE SET number = ?2");
  if (!statement) return statement.error();
  (*statement)->bind(1, destination).bind(2, std::int64_t{number});
  return once(**statement);
}

Result<void> settle(Database& database, PictureJournal::Outcome const& outcome,
                    EndedByDestination& ended) {
  using enum Verdict::What;
  if (outcome.verdict.what == delivered) {
    auto statement = database.prepare("DELETE FROM deliveries WHERE id = ?");
    if (!statement) return statement.error();
    (*statement)->bind(1, outcome.id);
    ++ended[outcome.destination].delivered;
    return once(**statement);
  }
  auto statement = database.prepare(
      "UPDATE deliveries SET attempts = attempts + 1, next = ?2, set_aside = ?3, error = ?4"
      " WHERE id = ?1");
  if (!statement) return statement.error();
  bool const given_up = outcome.verdict.what == give_up;
  (*statement)->bind(1, outcome.id).bind(2, count_of(outcome.verdict.next));
  (*statement)->bind(3, std::int64_t{given_up}).bind(4, outcome.error);
  if (auto const done = once(**statement); !done || !given_up) return done;
  auto const changed = database.number("SELECT changes()");
  if (!changed) return changed.error();
  if (*changed == 0) return {};  // it was dropped meanwhile: nobody wants it elsewhere either
  if (outcome.instead) {
    auto const done = insert(database, *outcome.instead, outcome.instead->picture);
    if (!done) return done;
  }
  ++ended[outcome.destination].given_up;
  return {};
}

/// Runs `sql`, which ends before its WHERE, on what is selected; how many rows that changed.
Result<std::uint64_t> change(Database& database, std::string const& sql,
                             DeliverySelection const& which) {
  std::uint64_t changed = 0;
  auto const run = [&](std::int64_t id) -> Result<void> {
    auto statement = database.prepare(
        (sql + " WHERE (?1 = 0 OR id = ?1) AND (?2 = '' OR destination = ?2)").c_str());
    if (!statement) return statement.error();
    auto const destination = which.destination.value_or("");
    (*statement)->bind(1, id).bind(2, destination);
    if (auto const done = once(**statement); !done) return done;
    auto const rows_changed = database.number("SELECT changes()");
    if (!rows_changed) return rows_changed.error();
    changed += static_cast<std::uint64_t>(*rows_changed);
    return {};
  };
  if (which.ids.empty()) {
    if (auto const done = run(0); !done) return done.error();
  }
  for (auto const id : which.ids)
    if (auto const done = run(id); !done) return done.error();
  return changed;
}

}  // namespace

PictureJournal::PictureJournal(std::filesystem::path storage)
    : file_{std::move(storage),
            {.name = "pictures.db",
             .application = journal_application,
             .version = 1,
             .tables = journal_tables}} {}

Result<void> PictureJournal::write(Batch const& batch) {
  return file_.transact([&](Database& database) -> Result<void> {
    for (auto const& entry : batch.entries) {
      auto const picture = insert(database, entry.picture);
      if (!picture) return picture.error();
      for (auto const& delivery : entry.deliveries)
        if (auto const done = insert(database, delivery, *picture); !done) return done;
    }
    EndedByDestination ended;
    for (auto const& outcome : batch.outcomes)
      if (auto const done = settle(database, outcome, ended); !done) return done;
    for (auto const& [destination, of] : ended)
      if (auto const done = count(database, destination, of); !done) return done;
    for (auto const& [destination, number] : batch.numbers)
      if (auto const done = set_number(database, destination, number); !done) return done;
    return {};
  });
}

Result<std::vector<Delivery>> PictureJournal::due(std::string const& destination, Instant now,
                                                  unsigned limit, std::int64_t after) {
  return file_.with([&](Database& database) -> Result<std::vector<Delivery>> {
    auto statement = database.prepare((std::string{delivery_columns} +
                                       "WHERE destination = ?1 AND set_aside = 0 AND id > ?5"
                                       " AND (next <= ?2 OR next > ?3) ORDER BY id LIMIT ?4")
                                          .c_str());
    if (!statement) return statement.error();
    (*statement)->bind(1, destination).bind(2, count_of(now));
    (*statement)->bind(3, count_of(now + longest_pause)).bind(4, std::int64_t{limit});
    (*statement)->bind(5, after);
    return rows<Delivery>(**statement, delivery_of);
  });
}

Result<std::optional<Instant>> PictureJournal::earliest(std::string const& destination) {
  return file_.with([&](Database& database) -> Result<std::optional<Instant>> {
    auto statement = database.prepare(
        "SELECT min(next), count(*) FROM deliveries WHERE destination = ? AND set_aside = 0");
    if (!statement) return statement.error();
    auto const row = (*statement)->bind(1, destination).step();
    if (!row) return row.error();
    if ((*statement)->number(1) == 0) return std::optional<Instant>{};
    return std::optional{instant_of((*statement)->number(0))};
  });
}

Result<std::map<std::string, DeliveryCounts>> PictureJournal::counts() {
  return file_.with([&](Database& database) -> Result<std::map<std::string, DeliveryCounts>> {
    std::map<std::string, DeliveryCounts> counts;
    auto ever = database.prepare("SELECT name, number, delivered, given_up FROM destinations");
    if (!ever) return ever.error();
    auto const read_ever = [&](Statement const& row) {
      auto& of = counts[row.text(0)];
      of.number = static_cast<unsigned>(row.number(1));
      of.delivered = static_cast<std::uint64_t>(row.number(2));
      of.given_up = static_cast<std::uint64_t>(row.number(3));
    };
    if (auto const done = for_each_row(**ever, read_ever); !done) return done.error();
    auto now = database.prepare(
        "SELECT destination, set_aside, count(*) FROM deliveries GROUP BY destination, set_aside");
    if (!now) return now.error();
    auto const read_now = [&](Statement const& row) {
      auto& of = counts[row.text(0)];
      (row.number(1) != 0 ? of.set_aside : of.waiting) = static_cast<std::uint64_t>(row.number(2));
    };
    if (auto const done = for_each_row(**now, read_now); !done) return done.error();
    return counts;
  });
}

Result<std::map<std::string, Instant>> PictureJournal::waiting_since() {
  return file_.with([](Database& database) -> Result<std::map<std::string, Instant>> {
    std::map<std::string, Instant> since;
    auto oldest = database.prepare(
        "SELECT destination, min(queued) FROM deliveries WHERE set_aside = 0 GROUP BY destination");
    if (!oldest) return oldest.error();
    auto const read = [&](Statement const& row) {
      since.emplace(row.text(0), instant_of(row.number(1)));
    };
    if (auto const done = for_each_row(**oldest, read); !done) return done.error();
    return since;
  });
}

Result<std::vector<Delivery>> PictureJournal::list(DeliveryQuery const& query) {
  return file_.with([&](Database& database) -> Result<std::vector<Delivery>> {
    auto statement = database.prepare((std::string{delivery_columns} +
                                       "WHERE id > ?1 AND (?2 = 0 OR destination = ?3)"
                                       " ORDER BY id LIMIT ?4")
                                          .c_str());
    if (!statement) return statement.error();
    auto const destination = query.destination.value_or("");
    (*statement)->bind(1, query.after).bind(2, std::int64_t{query.destination.has_value()});
    (*statement)->bind(3, destination).bind(4, std::int64_t{query.limit});
    return rows<Delivery>(**statement, delivery_of);
  });
}

Result<std::uint64_t> PictureJournal::retry(DeliverySelection const& which) {
  return file_.transact([&](Database& database) {
    return change(database, "UPDATE deliveries SET attempts = 0, next = 0, set_aside = 0", which);
  });
}

Result<std::uint64_t> PictureJournal::drop(DeliverySelection const& which) {
  return file_.transact(
      [&](Database& database) { return change(database, "DELETE FROM deliveries", which); });
}

Result<std::vector<PictureRecord>> PictureJournal::pictures(PictureQuery const& query) {
  return file_.with([&](Database& database) -> Result<std::vector<PictureRecord>> {
    auto statement = database.prepare((std::string{picture_columns} +
                                       "WHERE (?1 = 0 OR id < ?1) AND (?2 = '' OR event = ?2) AND"
                                       " (?3 = '' OR camera = ?3) AND (?4 = '' OR rule = ?4)"
                                       " AND id > ?6 AND captured >= ?7 AND captured < ?8"
                                       " ORDER BY id " +
                                       (query.newest ? "DESC" : "ASC") + " LIMIT ?5")
                                          .c_str());
    if (!statement) return statement.error();
    auto const event = query.event.value_or(""), camera = query.camera.value_or("");
    auto const rule = query.rule.value_or("");
    (*statement)->bind(1, query.before).bind(2, event).bind(3, camera).bind(4, rule);
    (*statement)->bind(5, std::int64_t{query.limit}).bind(6, query.after);
    (*statement)->bind(7, query.since ? count_of(*query.since) : INT64_MIN);
    (*statement)->bind(8, query.until ? count_of(*query.until) : INT64_MAX);
    return rows<PictureRecord>(**statement, picture_of);
  });
}

Result<std::uint64_t> PictureJournal::stored() {
  return file_.with([](Database& database) -> Result<std::uint64_t> {
    auto const sum = database.number("SELECT coalesce(sum(bytes), 0) FROM pictures");
    if (!sum) return sum.error();
    return static_cast<std::uint64_t>(*sum);
  });
}

Result<std::vector<PictureRecord>> PictureJournal::oldest(unsigned limit, bool undelivered) {
  return file_.with([&](Database& database) -> Result<std::vector<PictureRecord>> {
    auto statement = database.prepare(
        (std::string{picture_columns} +
         "WHERE ?1 OR NOT EXISTS (SELECT 1 FROM deliveries WHERE picture = pictures.id)"
         " ORDER BY id LIMIT ?2")
            .c_str());
    if (!statement) return statement.error();
    (*statement)->bind(1, std::int64_t{undelivered}).bind(2, std::int64_t{limit});
    return rows<PictureRecord>(**statement, picture_of);
  });
}

Result<void> PictureJournal::forget(std::span<PictureRecord const> pictures) {
  return file_.transact([&](Database& database) -> Result<void> {
    for (char const* sql :
         {"DELETE FROM pictures WHERE id = ?", "DELETE FROM deliveries WHERE picture = ?"}) {
      auto statement = database.prepare(sql);
      if (!statement) return statement.error();
      for (auto const& picture : pictures) {
        (*statement)->bind(1, picture.id);
        if (auto const done = once(**statement); !done) return done;
      }
    }
    return {};
  });
}

Result<std::string> PictureJournal::name() {
  return file_.with([](Database& database) { return database.text("SELECT name FROM journal"); });
}

}  // namespace snapcron
