#pragma once
// Columns of text for a terminal.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron::http {

/// Columns that a terminal needs for UTF-8 text: wide East Asian characters and emoji two,
/// combining marks none.
std::size_t display_width(std::string_view text);

class TextTable {
 public:
  struct Column {
    std::string title;
    bool right = false;  // numbers
  };
  struct Cell {
    std::string text;  // printable
    char const* colour = nullptr;
  };

  TextTable(std::vector<Column> columns, bool coloured)
      : columns_{std::move(columns)}, coloured_{coloured} {}

  void row(std::vector<Cell> cells) { rows_.push_back({std::move(cells), {}}); }
  /// A line below the latest row that may be longer than any column.
  void note(std::string text) { rows_.back().note = std::move(text); }

  /// Title line and rows, each indented by two; a column that is empty in every row is left out.
  std::string text() const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::string note;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
  bool coloured_;
};

}  // namespace snapcron::http
