// A journal of pictures that the disk has damaged: what can be read of it goes on.

#include "store/picture_journal.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>

namespace snapcron {
namespace {

using testing::HasSubstr;

class ADamagedJournal : public testing::Test {
 protected:
  static constexpr int pictures = 200;

  /// As a power cut leaves it: with a WAL, unless it was `closed`.
  void make(std::filesystem::path const& storage, bool closed) {
    std::filesystem::create_directory(storage);
    PictureJournal journal{storage};
    for (int n = 0; n < pictures; n += 20) {
      PictureJournal::Batch batch;
      for (int m = n; m < n + 20; ++m) batch.entries.push_back(entry(m));
      batch.numbers["nas"] = static_cast<unsigned>(n + 20);
      ASSERT_TRUE(journal.write(batch));
    }
    ASSERT_TRUE(journal.found_again());
    if (closed) return;
    auto const kept = storage.string() + ".kept";
    std::filesystem::copy(storage, kept, std::filesystem::copy_options::recursive);
  }

  static PictureJournal::Entry entry(int n) {
    auto const path = "2026/picture-" + std::to_string(1000 + n) + ".jpg";
    PictureJournal::Entry one;
    one.picture = {.path = path, .camera = "door", .rule = "opened", .event = "e-7", .bytes = 9};
    one.deliveries.push_back({.destination = "nas", .file = path, .name = path, .bytes = 9});
    return one;
  }

  static std::filesystem::path file_of(std::filesystem::path const& storage) {
    return storage / ".snapcron" / "pictures.db";
  }

  static std::string read(std::filesystem::path const& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static void write(std::filesystem::path const& file, std::string const& bytes) {
    std::ofstream{file, std::ios::binary} << bytes;
  }

  /// In its table, its index and the outbox.
  static void damage_pages_of(std::filesystem::path const& file, std::string const& text) {
    auto bytes = read(file);
    for (std::size_t at; (at = bytes.find(text)) != std::string::npos;)
      bytes.replace(at / 1024 * 1024, 1024, std::string(1024, '\x55'));
    write(file, bytes);
  }

  static std::set<std::string> waiting(PictureJournal& journal) {
    std::set<std::string> files;
    auto const all = journal.list({.limit = 10'000});
    if (!all) return files;
    for (auto const& delivery : *all) files.insert(delivery.file);
    return files;
  }

  TemporaryFolder folder;
};

TEST_F(ADamagedJournal, LosesTheRowsOfDamagedPagesOnly) {
  auto const storage = folder.path() / "storage";
  make(storage, true);
  damage_pages_of(file_of(storage), "picture-1100.jpg");

  PictureJournal journal{storage};
  auto const known = journal.known(std::vector<std::string>{"2026/picture-1000.jpg"});
  auto const oldest = journal.oldest(10'000, true);  // finds the damage, if it was not found yet
  auto const left = waiting(journal);

  EXPECT_TRUE(known);
  EXPECT_TRUE(oldest);
  EXPECT_GT(left.size(), pictures - 60u);
  EXPECT_TRUE(left.contains("2026/picture-1000.jpg"));
  EXPECT_TRUE(left.contains("2026/picture-1199.jpg"));
  EXPECT_EQ(journal.counts().value()["nas"].number, 200u);
  EXPECT_THAT(journal.take_notice(), HasSubstr(" deliveries that wait"));
  EXPECT_TRUE(journal.is_incomplete());
}

TEST_F(ADamagedJournal, GivesIdsThatWereNeverGivenBefore) {
  auto const storage = folder.path() / "storage";
  make(storage, true);
  damage_pages_of(file_of(storage), "picture-1100.jpg");

  PictureJournal journal{storage};
  (void)journal.oldest(10'000, true);
  (void)waiting(journal);
  ASSERT_TRUE(journal.write({.entries = {entry(500)}}));
  EXPECT_EQ(journal.list({.limit = 10'000}).value().back().id, pictures + 1);
}

TEST_F(ADamagedJournal, StaysIncompleteOverRestartsUntilSomebodySaysThatAllIsFound) {
  {
    PictureJournal fresh{folder.path()};
    EXPECT_TRUE(fresh.write({.entries = {entry(1)}}));
    EXPECT_TRUE(fresh.is_incomplete());
  }
  PictureJournal again{folder.path()};
  EXPECT_TRUE(again.is_incomplete());
  EXPECT_TRUE(again.found_again());
  EXPECT_FALSE(again.is_incomplete());
}

/// Flips bits, cuts, zeroes and swaps pages of the file or its WAL.
void damage(std::string& bytes, std::mt19937& random) {
  auto const below = [&random](std::size_t n) { return n == 0 ? 0 : random() % n; };
  auto const page = [&](std::size_t n) { return n * 1024; };
  auto const pages = bytes.size() / 1024;
  switch (random() % 5) {
    case 0:
      for (int n = 0; n < 8 && !bytes.empty(); ++n)
        bytes[below(bytes.size())] ^= static_cast<char>(1U << random() % 8);
      break;
    case 1:
      bytes.resize(below(bytes.size()));
      break;
    case 2:
      if (pages > 0) bytes.replace(page(below(pages)), 1024, std::string(1024, '\0'));
      break;
    case 3:
      if (pages > 1) {
        auto const a = page(below(pages)), b = page(below(pages));
        auto const kept = bytes.substr(a, 1024);
        bytes.replace(a, 1024, bytes.substr(b, 1024));
        bytes.replace(b, 1024, kept);
      }
      break;
    default:
      for (auto n = below(bytes.size()), end = std::min(bytes.size(), n + 200); n < end; ++n)
        bytes[n] = static_cast<char>(random());
  }
}

TEST_F(ADamagedJournal, NeverEndsTheProgramAndGoesOnWithTheRest) {
  auto const storage = folder.path() / "storage";
  make(storage, false);
  auto const kept = std::filesystem::path{storage.string() + ".kept"};
  auto const file = read(file_of(kept));
  auto const wal = read(file_of(kept).string() + "-wal");
  ASSERT_FALSE(wal.empty());
  std::mt19937 random{4711};
  std::uint64_t incomplete = 0;
  for (int n = 0; n < 500; ++n) {
    std::filesystem::remove_all(storage);
    std::filesystem::create_directories(storage / ".snapcron");
    auto broken_file = file, broken_wal = wal;
    damage(n % 2 == 0 ? broken_file : broken_wal, random);
    if (n % 7 == 0) broken_wal.clear();
    write(file_of(storage), broken_file);
    write(file_of(storage).string() + "-wal", broken_wal);

    std::optional<PictureJournal> journal{storage};
    (void)journal->counts();
    (void)journal->known(std::vector<std::string>{"2026/picture-1000.jpg"});
    (void)journal->oldest(10'000, false);
    (void)waiting(*journal);
    auto const written = journal->write({.entries = {entry(500)}});
    EXPECT_TRUE(written) << n << ": " << written.error().text;
    journal.emplace(storage);
    EXPECT_TRUE(waiting(*journal).contains("2026/picture-1500.jpg")) << n;
    incomplete += journal->is_incomplete();
  }
  EXPECT_GT(incomplete, 50u);
}

}  // namespace
}  // namespace snapcron
