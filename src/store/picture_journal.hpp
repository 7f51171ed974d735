#pragma once
// The journal of pictures and of what waits to be delivered: STORAGE/.snapcron/pictures.db.

#include "core/outbox.hpp"
#include "store/database_file.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
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

  /// One that is begun anew gives its deliveries ids that are greater than `first_id`.
  explicit PictureJournal(std::filesystem::path storage, std::int64_t first_id = 0);

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

  /// What the journal knows of a picture: nothing; what could be read of a damaged one that was
  /// there before, in which its deliveries may be missing; or all.
  enum class Known { nothing, some, all };
  /// Of pictures by their paths below the storage folder.
  Result<std::vector<Known>> known(std::span<std::string const> paths);
  /// A picture's path, and a destination.
  using FileAt = std::pair<std::string, std::string>;
  /// All that waits or was set aside.
  Result<std::set<FileAt>> outstanding();
  /// The journal was begun anew, and what waited before may be known to the pictures alone: so it
  /// stays, over restarts, until found_again() is called.
  bool is_incomplete() const;
  Result<void> found_again();

  /// Of this journal alone in the world: with it a delivery's id is unique.
  Result<std::string> name();
  std::string take_notice() { return file_.take_notice(); }

 private:
  /// A file that is there while it is incomplete: the highest id of a picture that was taken over.
  std::filesystem::path const mark_;
  DatabaseFile file_;
};

}  // namespace snapcron
