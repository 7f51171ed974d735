#include "upload/damage.hpp"

#include "imprint/imprint.hpp"
#include "imprint/sha256.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace snapcron::upload {
namespace {

/// A camera's preview and colour profile stand before the imprint.
constexpr std::size_t longest_head = 1024 * 1024;
constexpr std::size_t at_once = 64 * 1024;
constexpr char const* unreadable = "the disk does not give it back whole";

/// The next piece, at the end of `bytes`; how long it was. Nothing when the disk fails.
std::optional<std::size_t> read_more(LocalFile& file, std::string& bytes) {
  auto const before = bytes.size();
  bytes.resize(before + at_once);
  auto const count = file.read(bytes.data() + before, at_once);
  bytes.resize(before + count.value_or(0));
  return count;
}

std::string look(LocalFile& file) {
  std::string head;
  std::optional<Imprint> imprint;
  while (!imprint && head.size() < longest_head) {
    auto const count = read_more(file, head);
    if (!count) return unreadable;
    if (*count == 0) break;
    imprint = find_imprint(head);
  }
  if (!imprint || imprint->sha256.empty()) return {};
  Sha256 hash;
  hash.add(std::string_view{head}.substr(0, imprint->at));
  hash.add(std::string_view{head}.substr(imprint->at + imprint->size));
  for (;;) {
    head.clear();
    auto const count = read_more(file, head);
    if (!count) return unreadable;
    if (*count == 0) break;
    hash.add(head);
  }
  if (hash.hex() == imprint->sha256) return {};
  return "the picture is damaged: its SHA-256 is not the one of when it was taken. The disk has "
         "lost "
         "some of it, or a program has changed it; it is kept as it is";
}

}  // namespace

std::string damage_of(LocalFile& file) {
  file.seek(0);
  auto words = look(file);
  file.seek(0);
  return words;
}

}  // namespace snapcron::upload
