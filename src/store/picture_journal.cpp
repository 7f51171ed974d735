#include "store/picture_journal.hpp"

#include "store/folder.hpp"
#include "store/picture_rows.hpp"
#include "store/salvage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace snapcron {
namespace {

constexpr std::int64_t journal_application = 0x736e6a72;  // "snjr"

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
    auto other = *outcome.instead;
    other.id = 0;
    other.attempts = 0;
    other.next = {};
    other.error.clear();
    if (auto const done = insert(database, other, other.picture); !done) return done;
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

/// Durable before anything can depend on it.
Result<void> make_mark(std::filesystem::path const& mark, std::int64_t last_picture) {
  File const file{
      ::open(mark.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
  File const folder{::open(mark.parent_path().c_str(), folder_flags)};
  auto const text = std::to_string(last_picture);
  bool const written =
      file && folder &&
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file.get()) == 0 && ::fsync(folder.get()) == 0;
  return written ? Result<void>{} : disk_error("make", mark, errno);
}

std::int64_t read_mark(std::filesystem::path const& mark) {
  std::int64_t last_picture = 0;
  std::ifstream{mark} >> last_picture;
  return last_picture;
}

/// What waited in a journal that is damaged waits in the new one, as far as it can be read.
Result<std::string> begin(Database& fresh, std::filesystem::path const& damaged,
                          std::filesystem::path const& mark, std::int64_t first_id) {
  if (first_id != 0) {
    auto const counted = fresh.run(
        ("INSERT INTO sqlite_sequence VALUES ('deliveries', " + std::to_string(first_id) + ")")
            .c_str());
    if (!counted) return counted.error();
  }
  auto const salvaged =
      damaged.empty() ? Result<Salvaged>{Salvaged{}} : salvage_journal(damaged, fresh);
  if (!salvaged) return salvaged.error();
  if (auto const made = make_mark(mark, salvaged->last_picture); !made) return made.error();
  if (damaged.empty()) return std::string{};
  return ", with what could be read of it: " + std::to_string(salvaged->pictures) +
         " pictures and " + std::to_string(salvaged->deliveries) + " deliveries that wait";
}

}  // namespace

PictureJournal::PictureJournal(std::filesystem::path storage, std::int64_t first_id)
    : mark_{storage / own_folder / "pictures.db.incomplete"},
      file_{std::move(storage),
            {.name = "pictures.db",
             .application = journal_application,
             .version = 1,
             .tables = picture_tables},
            [this, first_id](Database& fresh, std::filesystem::path const& damaged) {
              return begin(fresh, damaged, mark_, first_id);
            }} {}

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

Result<std::vector<PictureJournal::Known>> PictureJournal::known(
    std::span<std::string const> paths) {
  auto const taken_over = read_mark(mark_);
  return file_.with([&](Database& database) -> Result<std::vector<Known>> {
    auto statement = database.prepare("SELECT max(id) FROM pictures WHERE path = ?");
    if (!statement) return statement.error();
    std::vector<Known> all;
    for (auto const& path : paths) {
      auto const row = (*statement)->bind(1, path).step();
      if (!row) return row.error();
      auto const id = (*statement)->number(0);
      all.push_back(id == 0 ? Known::nothing : id <= taken_over ? Known::some : Known::all);
      (*statement)->reset();
    }
    return all;
  });
}

Result<std::set<PictureJournal::FileAt>> PictureJournal::outstanding() {
  return file_.with([](Database& database) -> Result<std::set<FileAt>> {
    auto statement = database.prepare("SELECT file, destination FROM deliveries WHERE file != ''");
    if (!statement) return statement.error();
    std::set<FileAt> files;
    auto const note = [&files](Statement const& row) { files.emplace(row.text(0), row.text(1)); };
    if (auto const done = for_each_row(**statement, note); !done) return done.error();
    return files;
  });
}

bool PictureJournal::is_incomplete() const {
  std::error_code failed;
  return std::filesystem::exists(mark_, failed);
}

Result<void> PictureJournal::found_again() {
  std::error_code failed;
  std::filesystem::remove(mark_, failed);
  return failed ? disk_error("remove", mark_, failed.value()) : Result<void>{};
}

Result<std::string> PictureJournal::name() {
  return file_.with([](Database& database) { return database.text("SELECT name FROM journal"); });
}

}  // namespace snapcron
