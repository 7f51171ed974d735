#pragma once
// The tables of the journal of pictures, and their rows as values.

#include "core/outbox.hpp"
#include "store/database.hpp"

#include <string>
#include <vector>

namespace snapcron {

extern char const* const picture_tables;    // makes them
extern char const* const delivery_columns;  // "SELECT ... FROM deliveries ", for delivery_of()
extern char const* const picture_columns;   // "SELECT ... FROM pictures ", for picture_of()

std::int64_t count_of(Instant at);
Instant instant_of(std::int64_t count);
Delivery delivery_of(Statement const& row);
PictureRecord picture_of(Statement const& row);

/// The id that it was given: that of `picture` itself unless it is 0; a row that has it is
/// replaced. An empty path is not recorded: 0.
Result<std::int64_t> insert(Database& database, PictureRecord const& picture);
/// `picture` 0: the one that is recorded with its file, if there is one. With its own id, unless
/// that is 0.
Result<void> insert(Database& database, Delivery const& delivery, std::int64_t picture);

/// Runs a statement that has no rows.
Result<void> once(Statement& statement);

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

}  // namespace snapcron
