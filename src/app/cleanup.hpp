#pragma once
// Keeps the pictures within the storage's limits: deletes what retention says, and nothing that
// snapcron did not record.

#include "app/picture_recorder.hpp"
#include "core/site.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace snapcron {

/// All calls are made on the loop; the work is done on the recorder's thread, between its writes.
class Cleanup {
 public:
  /// A line for the log: what is wrong (not good), or was done.
  using Say = std::function<void(bool good, std::string const& text)>;

  /// `recorder` must outlive it.
  Cleanup(Clock const& clock, PictureRecorder& recorder, std::filesystem::path storage, Say say);

  void configure(Retention const& limits) { limits_ = limits; }

  /// Deletes what is beyond the limits. `clock_trusted`: whether anything can be too old.
  boost::asio::awaitable<void> sweep(bool clock_trusted);
  /// The disk is full: deletes the oldest, if anything may be deleted at all. True: there is room
  /// again.
  boost::asio::awaitable<bool> make_room();

 private:
  struct Swept {
    std::size_t pictures = 0;
    std::uint64_t bytes = 0;
    bool short_of_space = false;  // and nothing may go
    std::optional<Error> trouble{};
  };
  boost::asio::awaitable<Swept> delete_beyond(Retention limits, std::optional<Instant> now);

  Clock const& clock_;
  PictureRecorder& recorder_;
  std::filesystem::path const storage_;
  Say const say_;
  Retention limits_;
  std::string said_;  // the latest complaint, which is not made twice
};

}  // namespace snapcron
