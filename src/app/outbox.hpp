#pragma once
// From the durable picture to the destination: records it together with what is to be delivered,
// and has that delivered, by processes of their own, until it is there.

#include "app/picture_recorder.hpp"
#include "core/outbox.hpp"
#include "core/status.hpp"
#include "core/template.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// All calls are made on the loop; the journal's disk and the network are waited for elsewhere.
class Outbox {
 public:
  /// What came of a delivery, for the log and the record.
  struct Happened {
    enum class What { delivered, failed, given_up } what;
    Delivery delivery;
    std::string text{};  // why it failed
    Duration took{};
  };
  struct Listener {
    std::function<void(std::string const& text)> warn;  // a line for the log
    std::function<void(Happened const&)> happened;
    std::function<void()> recorded;                               // a picture more
    std::function<void(std::string const& destination)> changed;  // its counts, or its state
  };
  /// A picture to record; or none, when `path` is empty, and a mail's words.
  struct Item {
    std::filesystem::path path{};  // absolute
    bool recorded = false;         // already: only its deliveries are new
    std::uint64_t bytes = 0;
    TemplateValues values{};
    std::vector<std::string> to{};  // destinations
    MailWords words{};
  };

  /// `worker` is the program that delivers, with its arguments. `recorder` must outlive it.
  Outbox(boost::asio::io_context& loop, Clock const& clock, PictureRecorder& recorder,
         std::filesystem::path storage, std::vector<std::string> worker, Listener listener);
  ~Outbox();
  Outbox(Outbox const&) = delete;
  Outbox& operator=(Outbox const&) = delete;

  /// Delivers for `disk`, too: {number}s are counted together, and pictures of its storage folder
  /// have the names there that it would give them. Before start().
  void stand_in_for(Outbox& disk);
  /// Opens the journal, which may block: before the loop turns.
  void start(std::vector<DestinationSpec> const& destinations);
  /// After a reload. Destinations that did not change keep their connections.
  void configure(std::vector<DestinationSpec> const& destinations);

  /// Returns when it is durable that the picture was taken and what is to be delivered of it; the
  /// ones that come at about the same time are written together. What the disk does not take is
  /// kept in memory and tried again: the error says so.
  boost::asio::awaitable<Result<void>> record(Item item);

  /// A picture of which the journal does not know all deliveries.
  struct Lost {
    PictureRecord picture;
    bool recorded = false;
    TemplateValues values;
    std::vector<std::string> to{};  // destinations
    std::string doubt{};  // why they are set aside, for a person to decide; empty: they are made
  };
  /// What is set aside is not recorded as a picture: only a person says that it may be deleted.
  /// Destinations that are not configured are left out.
  boost::asio::awaitable<Result<void>> record_again(std::vector<Lost> const& lost);

  /// With absolute paths.
  boost::asio::awaitable<Result<std::vector<PictureRecord>>> pictures(PictureQuery query);
  boost::asio::awaitable<Result<std::vector<Delivery>>> list(DeliveryQuery query);
  boost::asio::awaitable<Result<std::uint64_t>> retry(DeliverySelection which);
  boost::asio::awaitable<Result<std::uint64_t>> drop(DeliverySelection which);

  std::vector<DestinationStatus> status() const;
  /// Since when the oldest that waits has been waiting, by destination.
  boost::asio::awaitable<Result<std::map<std::string, Instant>>> waiting_since();

  /// Lets what is under way end, for a moment; the rest is delivered after the next start.
  boost::asio::awaitable<void> stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace snapcron
