#include "config/words.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace snapcron {

Word const* Table::find(std::string_view key) const {
  auto const found = std::ranges::find(words, key, &Word::key);
  return found == words.end() ? nullptr : &*found;
}

std::vector<std::string> Table::keys() const {
  std::vector<std::string> keys;
  for (auto const& word : words) keys.push_back(word.key);
  return keys;
}

Kinds::Kinds(std::string what_, std::string example_, std::vector<Table> tables_)
    : what{std::move(what_)}, example{std::move(example_)}, tables{std::move(tables_)} {
  for (auto const& table : tables) {
    auto const& kind = table.words.front();
    (kind.later ? later : built).push_back(kind.key);
  }
}

Table const& Kinds::table(std::string_view kind) const {
  auto const found = std::ranges::find_if(
      tables, [&](auto const& table) { return table.words.front().key == kind; });
  assert(found != tables.end());
  return *found;
}

namespace takes {

ValueShape of(ValueShape::Kind kind) {
  ValueShape shape;
  shape.kind = kind;
  return shape;
}
ValueShape number(unsigned least, unsigned most) {
  auto shape = of(ValueShape::Kind::number);
  shape.least = least;
  shape.most = most;
  return shape;
}
ValueShape duration(DurationLimits limits) {
  auto shape = of(ValueShape::Kind::duration);
  shape.limits = limits;
  return shape;
}
ValueShape word(std::vector<std::string> words) {
  auto shape = of(ValueShape::Kind::word);
  shape.words = std::move(words);
  return shape;
}
ValueShape map(Table const& (*table)()) {
  auto shape = of(ValueShape::Kind::map);
  shape.table = table;
  return shape;
}
ValueShape items(Kinds const& (*kinds)(), unsigned least) {
  auto shape = of(ValueShape::Kind::items);
  shape.kinds = kinds;
  shape.least = least;
  return shape;
}
ValueShape or_list(ValueShape shape) {
  shape.or_list = true;
  return shape;
}
ValueShape or_nothing(ValueShape shape) {
  shape.or_nothing = true;
  return shape;
}

ValueShape or_text(ValueShape shape) {
  shape.or_text = true;
  return shape;
}

}  // namespace takes

Word later(std::string key, std::string about) {
  Word word{std::move(key), takes::of(ValueShape::Kind::any), std::move(about)};
  word.later = true;
  return word;
}

}  // namespace snapcron
