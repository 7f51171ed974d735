#include "store/salvage.hpp"

#include "core/printable.hpp"
#include "store/folder.hpp"
#include "store/picture_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace snapcron {
namespace {

bool is_line(std::string const& text) {
  return printable(text) == text;
}

bool is_text(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return is_line(text);
}

bool makes_sense(PictureRecord const& picture) {
  return picture.id > 0 && is_plain_path(picture.path) && is_line(picture.path) &&
         is_line(picture.camera) && is_line(picture.rule) && is_line(picture.event);
}

bool makes_sense(Delivery const& delivery) {
  bool const no_file = delivery.file.empty();
  return delivery.id > 0 && !delivery.destination.empty() && is_line(delivery.destination) &&
         (no_file || is_plain_path(delivery.file)) && is_line(delivery.file) &&
         is_line(delivery.name) && is_line(delivery.event) && is_line(delivery.subject) &&
         is_text(delivery.text) && is_line(delivery.error);
}

Result<void> take(Database& fresh, PictureRecord const& picture) {
  auto const taken = insert(fresh, picture);
  return taken ? Result<void>{} : taken.error();
}
Result<void> take(Database& fresh, Delivery const& delivery) {
  return insert(fresh, delivery, delivery.picture);
}

/// How many rows were read before one could not be, in the order that `sql` ends with.
template <class Row>
Result<std::uint64_t> copy_rows(Database& from, std::string const& sql,
                                Row (*read)(Statement const&), std::int64_t& from_id,
                                std::int64_t to_id, Database& fresh) {
  std::uint64_t copied = 0;
  auto statement = from.prepare(sql.c_str());
  if (!statement) return copied;
  (*statement)->bind(1, from_id).bind(2, to_id);
  for (;;) {
    auto const there = (*statement)->step();
    if (!there || !*there) return copied;
    auto const row = read(**statement);
    if (!makes_sense(row)) continue;
    if (auto const done = take(fresh, row); !done) return done.error();
    from_id = std::max(from_id, row.id);
    ++copied;
  }
}

template <class Row>
Result<std::uint64_t> copy_table(Database& from, std::string const& columns,
                                 Row (*read)(Statement const&), Database& fresh) {
  auto const where = columns + "WHERE id > ?1 AND id <= ?2 ORDER BY id";
  std::int64_t last = 0;
  auto constexpr all = std::numeric_limits<std::int64_t>::max();
  auto const forward = copy_rows(from, where, read, last, all, fresh);
  if (!forward) return forward;
  auto after = last;
  auto const backward = copy_rows(from, where + " DESC", read, after, all, fresh);
  if (!backward) return backward;
  return *forward + *backward;
}

/// The counts and the latest {number} of each destination.
Result<void> copy_destinations(Database& from, Database& fresh) {
  auto statement = from.prepare("SELECT name, number, delivered, given_up FROM destinations");
  if (!statement) return {};
  for (;;) {
    auto const there = (*statement)->step();
    if (!there || !*there) return {};
    auto const name = (*statement)->text(0);
    if (name.empty() || !is_line(name)) continue;
    auto taken = fresh.prepare("INSERT OR IGNORE INTO destinations VALUES (?, ?, ?, ?)");
    if (!taken) return taken.error();
    (*taken)->bind(1, name);
    for (int column = 1; column < 4; ++column)
      (*taken)->bind(column + 1, std::max<std::int64_t>(0, (*statement)->number(column)));
    if (auto const done = once(**taken); !done) return done;
  }
}

}  // namespace

Result<Salvaged> salvage_journal(std::filesystem::path const& damaged, Database& fresh) {
  Salvaged salvaged;
  Database from{damaged};
  if (!from.open_read_only() || !from.run("PRAGMA locking_mode = EXCLUSIVE;")) return salvaged;
  auto const pictures = copy_table(from, picture_columns, picture_of, fresh);
  if (!pictures) return pictures.error();
  auto const deliveries = copy_table(from, delivery_columns, delivery_of, fresh);
  if (!deliveries) return deliveries.error();
  if (auto const done = copy_destinations(from, fresh); !done) return done.error();
  auto const last = fresh.number("SELECT coalesce(max(id), 0) FROM pictures");
  if (!last) return last.error();
  salvaged.last_picture = *last;
  salvaged.pictures = *pictures;
  salvaged.deliveries = *deliveries;
  return salvaged;
}

}  // namespace snapcron
