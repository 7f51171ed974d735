#pragma once
// What waits to be delivered, and what becomes of it after each attempt: values and arithmetic.

#include "core/destination.hpp"
#include "core/template.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// A picture that is durable.
struct PictureRecord {
  std::int64_t id = 0;  // given when it is recorded
  std::string path{};   // below the storage folder
  std::string camera{}, rule{}, event{};
  Instant captured{};
  std::uint64_t bytes = 0;
  friend bool operator==(PictureRecord const&, PictureRecord const&) = default;
};

struct PictureQuery {
  std::optional<std::string> event{}, camera{}, rule{};
  std::int64_t before = 0;                  // smaller ids only; 0: from the newest
  std::int64_t after = 0;                   // greater ids only
  std::optional<Instant> since{}, until{};  // captured then or later; before that
  unsigned limit = 100;
  bool newest = true;  // first, and those where there are more than `limit`; else the oldest
};

/// A row of the outbox: one thing for one destination.
struct Delivery {
  std::int64_t id = 0;  // given when it is recorded, never again for another
  std::string destination{};
  std::int64_t picture = 0;  // 0: of no picture
  std::string file{};        // the picture's path below the storage folder; empty: none
  std::string name{};        // there
  std::string event{};
  std::string subject{}, text{};  // of a mail
  Instant queued{};
  unsigned attempts = 0;    // that failed
  Instant next{};           // not before
  bool set_aside = false;   // given up, until a person decides
  std::string error{};      // why the latest attempt failed
  std::uint64_t bytes = 0;  // of the picture
  friend bool operator==(Delivery const&, Delivery const&) = default;
};

/// A mail's words in place of its destination's.
struct MailWords {
  std::optional<Template> subject{}, text{};
};

/// What there is to deliver of a picture, or of none when its path is empty. Names and words are
/// those of the moment in which it is queued. `values.path`, `values.name` are set here,
/// `values.number` is not.
Delivery delivery_of(DestinationSpec const& spec, PictureRecord const& picture,
                     TemplateValues values, MailWords const& words, Instant now);

/// {number} of the next one, after `latest`.
unsigned next_number(DestinationSpec const& spec, unsigned latest);

/// The next attempt at it. `journal` is the journal's name.
Upload upload_of(Delivery const& delivery, std::filesystem::path const& storage,
                 std::string const& journal);

struct DeliveryQuery {
  std::optional<std::string> destination{};
  std::int64_t after = 0;  // greater ids only
  unsigned limit = 100;
};

/// Which deliveries a person means: some by id, or all (of a destination).
struct DeliverySelection {
  std::vector<std::int64_t> ids{};  // empty: all
  std::optional<std::string> destination{};
};

struct DeliveryCounts {
  std::uint64_t waiting = 0, set_aside = 0;   // now
  std::uint64_t delivered = 0, given_up = 0;  // ever
  unsigned number = 0;                        // {number}'s latest value
};

inline constexpr Duration first_pause = std::chrono::seconds{5};
inline constexpr Duration longest_pause = std::chrono::minutes{15};

/// The pause after so many failures one after another (from 1): 5 s, 10 s, 20 s, ... 15 min, of
/// which `chance` (0 to 1) takes off up to a quarter, so that many do not come back at once.
Duration pause_after(unsigned failures, double chance);

/// All pauses up to that many failures, without chance: how long something has been tried.
Duration tried_for(unsigned failures);

/// How it stands with a destination. Times are steady: a clock that is set neither hurries nor
/// stops deliveries.
struct DestinationHealth {
  unsigned failures = 0;             // of the destination itself, one after another
  std::optional<Steady> down_since;  // the first of them
  Steady not_before{};               // nothing is tried earlier
  std::string error;                 // why; empty while it is well
};

/// What becomes of one delivery after an attempt.
struct Verdict {
  enum class What { delivered, wait, give_up };
  What what = What::delivered;
  Instant next{};  // of wait
};

/// Judges an attempt that began at `begun` and has ended now, and notes what it says of the
/// destination.
Verdict judge(UploadResult const& result, Delivery const& delivery, DestinationSpec const& spec,
              Steady begun, Moment now, double chance, DestinationHealth& health);

}  // namespace snapcron
