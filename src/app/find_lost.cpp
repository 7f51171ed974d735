#include "app/find_lost.hpp"

#include "app/stored_pictures.hpp"
#include "async/offload.hpp"

#include <memory>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

constexpr Duration surely_wanted = std::chrono::hours{24};
/// The clock of file systems lags behind.
constexpr Duration clock_lag = std::chrono::milliseconds{10};
constexpr char const* not_known =
    "the journal was damaged or removed: whether this was delivered is not known";

PictureRecord record_of(StoredPicture const& picture) {
  auto const& values = picture.imprint.values;
  return {.path = picture.path,
          .camera = values.camera,
          .rule = values.rule,
          .event = values.event,
          .captured = values.time,
          .bytes = picture.bytes};
}

class Search {
 public:
  /// `outstanding`: what the new journal has of those that the old one had; null when it is whole.
  Search(FindLost with, std::optional<std::set<PictureJournal::FileAt>> outstanding)
      : with_{std::move(with)},
        begun_{with_.clock.now().wall},
        outstanding_{std::move(outstanding)} {}

  /// True: it came to its end.
  asio::awaitable<bool> run() {
    // Shared: at the program's end a worker may still look when this is gone.
    auto const since = outstanding_ ? Instant::min() : begun_ - surely_wanted;
    auto const stored = std::make_shared<StoredPictures>(with_.storage, since);
    auto const look = [stored] { return stored->look(); };
    while (!stored->at_end()) {
      auto const pictures = co_await offload(with_.workers, look);
      if (!pictures.empty() && !co_await consider(pictures)) co_return false;
    }
    co_return true;
  }

  std::size_t queued() const { return queued_; }
  std::size_t set_aside() const { return set_aside_; }

 private:
  asio::awaitable<bool> consider(std::vector<StoredPicture> const& pictures) {
    std::vector<std::string> paths;
    for (auto const& picture : pictures) paths.push_back(picture.path);
    auto const ask = [&paths](PictureJournal& journal) { return journal.known(paths); };
    auto const known = co_await with_.recorder.ask(ask);
    if (!known) co_return false;
    std::vector<Outbox::Lost> lost;
    for (std::size_t n = 0; n < pictures.size(); ++n) choose(pictures[n], (*known)[n], lost);
    if (lost.empty()) co_return true;
    if (auto const written = co_await with_.outbox.record_again(lost); !written) co_return false;
    for (auto const& one : lost) (one.doubt.empty() ? queued_ : set_aside_) += one.to.size();
    co_return true;
  }

  void choose(StoredPicture const& picture, PictureJournal::Known known,
              std::vector<Outbox::Lost>& lost) const {
    using enum PictureJournal::Known;
    bool const recent = begun_ - picture.imprint.values.time < surely_wanted;
    if (known == all || (known == some && !(outstanding_ && recent))) return;
    if (is_new(picture)) return;
    Outbox::Lost one{record_of(picture), known == some, picture.imprint.values};
    one.values.zone = with_.zone;
    if (!recent) one.doubt = not_known;
    for (auto const& destination : picture.imprint.to)
      if (!outstanding_ || !outstanding_->contains({picture.path, destination}))
        one.to.push_back(destination);
    if (!one.to.empty()) lost.push_back(std::move(one));
  }

  /// Written since the search began, and so by ourselves: it is recorded. A clock that was set
  /// makes one that comes twice of it, none that is lost.
  bool is_new(StoredPicture const& picture) const {
    return picture.written >= begun_ - clock_lag &&
           picture.written <= with_.clock.now().wall + clock_lag;
  }

  FindLost const with_;
  Instant const begun_;
  std::optional<std::set<PictureJournal::FileAt>> const outstanding_;
  std::size_t queued_ = 0, set_aside_ = 0;
};

}  // namespace

asio::awaitable<void> find_unrecorded(FindLost with) {
  Search search{with, std::nullopt};
  co_await search.run();
  if (search.queued() > 0)
    with.warn(
        std::to_string(search.queued()) +
        " deliveries are made of pictures that were stored and not recorded: the power failed, "
        "or the journal of pictures is damaged");
}

asio::awaitable<void> find_lost(FindLost with) {
  auto const is_incomplete = [](PictureJournal& journal) { return journal.is_incomplete(); };
  if (!co_await with.recorder.ask(is_incomplete)) co_return;
  auto const all = [](PictureJournal& journal) { return journal.outstanding(); };
  auto outstanding = co_await with.recorder.ask(all);
  if (!outstanding) co_return;
  Search search{with, std::move(*outstanding)};
  if (!co_await search.run()) co_return;
  if (search.queued() + search.set_aside() > 0)
    with.warn("the journal of pictures was begun anew: " + std::to_string(search.queued()) +
              " deliveries of the last day are made (again), " +
              std::to_string(search.set_aside()) +
              " older ones are set aside: see snapcron outbox, and retry or drop them");
  auto const done = [](PictureJournal& journal) { return journal.found_again(); };
  if (auto const marked = co_await with.recorder.ask(done); !marked) with.warn(marked.error().text);
}

}  // namespace snapcron
