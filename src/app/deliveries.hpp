#pragma once
// What waits for one destination, brought there by a process of its own, one delivery after another
// (or a few at once), until it is there.

#include "app/picture_recorder.hpp"
#include "core/outbox.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace snapcron {

class AskedChild;

/// Lives as long as something of it is under way. All calls are made on the loop.
class Deliveries : public std::enable_shared_from_this<Deliveries> {
 public:
  struct Setting {
    std::filesystem::path storage;    // where the files of deliveries are
    std::vector<std::string> worker;  // the program that delivers
    std::string journal;              // its name in the world
  };
  /// An attempt has ended. `took` is its time; an empty `text` says that it is the same as before.
  struct Ended {
    Delivery const& delivery;
    Verdict::What what;
    std::string text;
    Duration took{};
  };
  struct Host {
    std::function<void(Ended const&)> ended;
    /// That is in the journal.
    std::function<void(Delivery const&, Verdict::What)> settled;
    /// Another destination's delivery, in place of one that is given up; nothing when there is
    /// none.
    std::function<std::optional<Delivery>(Delivery const&)> instead;
    /// That one is in the journal.
    std::function<void(std::string const& destination)> queued;
  };

  Deliveries(boost::asio::io_context& loop, Clock const& clock, PictureRecorder& recorder,
             Setting const& setting, DestinationSpec spec, Host host);
  ~Deliveries();

  void start();
  /// Something was queued. `now`: whatever the pause of the destination.
  void look(bool now = false);
  /// What waited may wait no more: it is looked for anew.
  void forget_window();
  /// Begins nothing more; what is under way goes on to its end.
  void close();
  /// Ends what is under way: it is as if the attempt had never been made.
  void kill();
  bool under_way() const { return !workers_.empty(); }
  /// What came of every attempt is in the journal.
  bool settled() const { return attempts_.empty(); }

  DestinationSpec const& spec() const { return spec_; }
  DestinationHealth const& health() const { return health_; }
  bool reached() const { return reached_; }

 private:
  static boost::asio::awaitable<void> lane(std::shared_ptr<Deliveries> self);
  boost::asio::awaitable<std::optional<Delivery>> next(Steady idle_until);
  boost::asio::awaitable<void> fetch();
  boost::asio::awaitable<void> wait_until(Steady when);
  boost::asio::awaitable<UploadResult> attempt(std::unique_ptr<AskedChild>& worker,
                                               Delivery const& delivery);
  UploadResult no_answer(Delivery const& delivery, Error const& why) const;
  void end(Delivery const& delivery, UploadResult const& result, Steady begun);
  bool may_be_tried(std::int64_t id, Steady now) const;
  void written(std::int64_t id);

  boost::asio::io_context& loop_;
  Clock const& clock_;
  PictureRecorder& recorder_;
  Setting const& setting_;
  DestinationSpec const spec_;
  Host const host_;
  DestinationHealth health_;
  std::minstd_rand chance_;
  bool reached_ = false;         // the latest attempt reached it
  std::deque<Delivery> window_;  // the next ones
  /// Of a delivery, what the journal does not say yet.
  struct Attempts {
    bool under_way = false;
    unsigned unwritten = 0;        // what came of so many
    Steady again = Steady::min();  // not to be tried earlier
  };
  std::map<std::int64_t, Attempts> attempts_;
  std::set<AskedChild*> workers_;  // that are delivering
  bool fetching_ = false;
  bool more_ = true;                 // there may be more in the journal
  std::int64_t passed_ = 0;          // the last one of the window before; 0: from the oldest on
  Steady earliest_ = Steady::max();  // when the next of those that wait may be tried
  bool closed_ = false;
  std::set<boost::asio::steady_timer*> waiting_;  // lanes without anything to do
};

}  // namespace snapcron
