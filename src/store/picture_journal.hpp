#pragma once
// The journal of pictures and of what waits to be delivered: STORAGE/.snapcron/pictures.db.

#include "core/outbox.hpp"
#include "store/database_file.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace snapcron {

/// All calls block and are made one after another, by any thread. What they change is durable when
/// they return.
class PictureJournal {
 public:
  /// A picture, and what is to be delivered of it. Without one (the path is empty) the deliveries
  /// are of what is recorded already as their file, or of no picture.
  struct Entry {
    PictureRecord picture{};
    std::vector<Delivery> deliveries{};
  };
  /// A delivery after an attempt.
  struct Outcome {
    std::int64_t id = 0;
    std::string destination{};
    Verdict verdict{};
    std::string error{};
    std::optional<Delivery> instead{};  // for another destination, when it was given up
  };

  /// What is written together: all of it or none.
  struct Batch {
    std::vector<Entry> entries{};
    std::vector<Outcome> outcomes{};
    std::map<std::string, unsigned> numbers{};  // {number} of the destinations that have counted on
    bool empty() const { return entries.empty() && outcomes.empty(); }
  };

  explicit PictureJournal(std::filesystem::path storage);

  Result<void> write(Batch const& batch);

  /// What may be tried at `now`, the oldest first, of those that came after the one with the id
  /// `after`. What says that it is to wait longer than any pause was queued by a clock that was set
  /// since, and may.
  Result<std::vector<Delivery>> due(std::string const& destination, Instant now, unsigned limit,
                                    std::int64_t after = 0);
  /// When the next of those that wait may be tried.
  Result<std::optional<Instant>> earliest(std::string const& destination);

  Result<std::map<std::string, DeliveryCounts>> counts();
  /// Since when the oldest that waits has been waiting, by destination.
  Result<std::map<std::string, Instant>> waiting_since();
  /// The outbox, ascending.
  Result<std::vector<Delivery>> list(DeliveryQuery const& query);
  /// To be tried at once; how many.
  Result<std::uint64_t> retry(DeliverySelection const& which);
  /// Not to be delivered any more. The pictures stay.
  Result<std::uint64_t> drop(DeliverySelection const& which);

  /// The newest first, or the oldest, as the query says.
  Result<std::vector<PictureRecord>> pictures(PictureQuery const& query);
  /// Bytes of all pictures that are recorded.
  Result<std::uint64_t> stored();
  /// The oldest pictures, those that wait to be delivered left out unless `undelivered`.
  Result<std::vector<PictureRecord>> oldest(unsigned limit, bool undelivered);
  /// They are no more; what was to be delivered of them neither.
  Result<void> forget(std::span<PictureRecord const> pictures);

  /// Of this journal alone in the world: with it a delivery's id is unique.
  Result<std::string> name();
  std::string take_notice() { return file_.take_notice(); }

 private:
  DatabaseFile file_;
};

}  // namespace snapcron
