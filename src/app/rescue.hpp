#pragma once
// A disk that is full, read-only or failing takes no picture; what is to be delivered is delivered
// all the same, from a folder in memory.

#include "app/outbox.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace snapcron {

/// An outbox of its own over a folder in memory: it outlives a restart of the program, and not one
/// of the machine. All calls are made on the loop.
class Rescue {
 public:
  static constexpr std::uint64_t most_bytes = 64ULL << 20U;
  /// Ids of its deliveries are greater; those of the disk's are not.
  static constexpr std::int64_t first_id = std::int64_t{1} << 40U;

  /// Touches nothing yet. `disk` is the outbox that it stands in for, and must outlive it.
  Rescue(boost::asio::io_context& loop, Clock const& clock, std::filesystem::path folder,
         Outbox& disk, std::vector<std::string> worker, Outbox::Listener listener);
  ~Rescue();
  Rescue(Rescue const&) = delete;
  Rescue& operator=(Rescue const&) = delete;

  /// Delivers what an earlier process has left there, if there is something.
  void start(std::vector<DestinationSpec> const& destinations);
  void configure(std::vector<DestinationSpec> const& destinations);

  /// Whether there is room for one more picture. False, too, where the folder would not be in
  /// memory.
  boost::asio::awaitable<bool> has_room();
  /// Deletes what has been delivered.
  boost::asio::awaitable<void> sweep();

  std::filesystem::path const& folder() const { return folder_; }
  /// Null as long as it was not needed.
  Outbox* outbox() const;

  boost::asio::awaitable<void> stop();

 private:
  struct Open;

  bool open();

  boost::asio::io_context& loop_;
  Clock const& clock_;
  std::filesystem::path const folder_;
  Outbox& disk_;
  std::vector<std::string> const worker_;
  Outbox::Listener const listener_;
  std::vector<DestinationSpec> destinations_;
  std::unique_ptr<Open> open_;
};

}  // namespace snapcron
