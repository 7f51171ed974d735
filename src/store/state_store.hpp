#pragma once
// The file of what the daemon remembers: STORAGE/.snapcron/state.db.

#include "ports/records.hpp"
#include "store/database_file.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace snapcron {

/// The newest 50,000 records are kept.
class StateStore : public Records {
 public:
  static constexpr std::int64_t most_records = 50'000;
  static constexpr std::int64_t most_surplus = 1'000;  // so that few transactions have to delete

  /// Touches nothing yet; `storage` is made when it is missing, see open_root().
  explicit StateStore(std::filesystem::path storage);

  Result<std::int64_t> write(std::span<Record const> appended,
                             std::optional<std::string> const& memory) override;
  Result<std::optional<std::string>> memory() override;
  Result<std::vector<Record>> read(LogQuery const& query) override;
  std::string take_notice() override;

 private:
  DatabaseFile file_;
  std::optional<std::string> remembered_;  // for a file that is begun anew
};

}  // namespace snapcron
