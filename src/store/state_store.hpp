#pragma once
// The file of what the daemon remembers: STORAGE/.snapcron/state.db.

#include "ports/records.hpp"
#include "store/database.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace snapcron {

/// The newest 50,000 records are kept. One daemon at a time holds the file. A file that is damaged
/// is kept beside as state.db.broken-DATE and begun anew; one that somebody removed is begun anew.
class StateStore : public Records {
 public:
  static constexpr std::int64_t most_records = 50'000;
  static constexpr std::int64_t most_surplus = 1'000;  // so that few transactions have to delete

  /// Touches nothing yet; `storage` is made when it is missing and its parent exists.
  explicit StateStore(std::filesystem::path storage);

  Result<std::int64_t> write(std::span<Record const> appended,
                             std::optional<std::string> const& memory) override;
  Result<std::optional<std::string>> memory() override;
  Result<std::vector<Record>> read(LogQuery const& query) override;
  std::string take_notice() override;

 private:
  /// Runs `work` on the open file; once more on a new one when it turns out to be broken. After an
  /// error the file is closed: what a failed fsync has lost does not come back by a second one.
  template <class Work>
  auto with_file(Work work) -> decltype(work());
  Result<void> open();
  Result<void> open_file(std::filesystem::path const& file);
  Result<void> check(bool after_crash);
  Result<void> put_aside(std::string const& why);
  Result<void> append(std::span<Record const> records);
  Result<void> remember(std::string const& memory);
  Result<void> forget_surplus();

  std::filesystem::path const storage_;
  std::unique_ptr<Database> database_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  bool damaged_ = false;                   // though SQLite itself reports no error
  std::optional<std::string> remembered_;  // for a file that is begun anew
  std::string notice_;
};

}  // namespace snapcron
