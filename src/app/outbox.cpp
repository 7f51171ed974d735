#include "app/outbox.hpp"

#include "app/deliveries.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace snapcron {

namespace asio = boost::asio;

namespace {

/// How long a stop waits for deliveries that are under way; later ones are made again.
constexpr auto longest_end = std::chrono::seconds{3};
constexpr auto look_again = std::chrono::milliseconds{20};

std::optional<std::filesystem::path> path_below(std::filesystem::path const& folder,
                                                std::filesystem::path const& path) {
  auto below = path.lexically_relative(folder);
  if (below.empty() || *below.begin() == "..") return std::nullopt;
  return below;
}

}  // namespace

struct Outbox::State {
  State(asio::io_context& l, Clock const& c, PictureRecorder& r, std::filesystem::path storage,
        std::vector<std::string> worker, Listener listening)
      : loop{l},
        clock{c},
        listener{std::move(listening)},
        recorder{r},
        setting{std::move(storage), std::move(worker), {}} {}

  void open();
  void configure(std::vector<DestinationSpec> const& destinations);
  std::shared_ptr<Deliveries> make(DestinationSpec const& spec);
  Deliveries* find(std::string const& destination) const;
  std::uint64_t number_for(DestinationSpec const& spec, std::map<std::string, unsigned>& numbers);
  std::optional<Delivery> delivery_to(std::string const& destination, PictureRecord const& picture,
                                      TemplateValues values, MailWords const& words,
                                      std::map<std::string, unsigned>& numbers);
  PictureJournal::Entry entry_of(Item const& item, std::map<std::string, unsigned>& numbers);
  asio::awaitable<Result<void>> write(std::vector<PictureJournal::Entry> entries,
                                      std::map<std::string, unsigned> numbers);
  void ended(Deliveries::Ended const& ended);
  void settled(Delivery const& delivery, Verdict::What what);
  bool all_settled() const;
  std::optional<Delivery> instead_of(Delivery const& delivery) const;
  asio::awaitable<void> count();

  asio::io_context& loop;
  Clock const& clock;
  Listener const listener;
  PictureRecorder& recorder;
  Deliveries::Setting setting;
  std::filesystem::path other_storage;  // of the outbox that it stands in for
  std::vector<std::shared_ptr<Deliveries>> destinations;
  /// As the journal has them: they change when that does.
  std::map<std::string, DeliveryCounts> counts;
  /// {number} of the destinations, which two outboxes may count together.
  std::shared_ptr<std::map<std::string, unsigned>> latest_numbers =
      std::make_shared<std::map<std::string, unsigned>>();
  /// What was dropped may have been under way: its end counts for nothing.
  bool count_again = false;
};

/// What the journal knows, before anything waits for it.
void Outbox::State::open() {
  auto& journal = recorder.journal();
  auto known = journal.counts();
  auto const name = journal.name();
  if (auto const notice = journal.take_notice(); !notice.empty()) listener.warn(notice);
  if (known) counts = std::move(*known);
  for (auto const& [destination, of] : counts) {
    auto& latest = (*latest_numbers)[destination];
    latest = std::max(latest, of.number);
  }
  if (name) setting.journal = *name;
  if (!known) listener.warn("the journal of pictures cannot be read: " + known.error().text);
}

std::shared_ptr<Deliveries> Outbox::State::make(DestinationSpec const& spec) {
  return std::make_shared<Deliveries>(
      loop, clock, recorder, setting, spec,
      Deliveries::Host{.ended = [this](Deliveries::Ended const& what) { ended(what); },
                       .settled = [this](Delivery const& delivery,
                                         Verdict::What what) { settled(delivery, what); },
                       .instead = [this](Delivery const& delivery) { return instead_of(delivery); },
                       .queued =
                           [this](std::string const& destination) {
                             ++counts[destination].waiting;
                             listener.changed(destination);
                             if (auto* one = find(destination)) one->look();
                           }});
}

void Outbox::State::configure(std::vector<DestinationSpec> const& specs) {
  auto before = std::exchange(destinations, {});
  for (auto const& spec : specs) {
    auto const same =
        std::ranges::find_if(before, [&](auto const& old) { return old && old->spec() == spec; });
    bool const kept = same != before.end();
    destinations.push_back(kept ? std::exchange(*same, nullptr) : make(spec));
    if (!kept) destinations.back()->start();
  }
  for (auto const& old : before)
    if (old) old->kill();
  for (auto const& [name, count] : counts)
    if (count.waiting > 0 && !find(name))
      listener.warn(std::to_string(count.waiting) + " deliveries wait for destination '" + name +
                    "', which is not configured: give it back, or give them up " +
                    "with snapcron outbox drop --all --destination " + name);
}

Deliveries* Outbox::State::find(std::string const& destination) const {
  auto const found = std::ranges::find(destinations, destination,
                                       [](auto const& one) { return one->spec().name; });
  return found == destinations.end() ? nullptr : found->get();
}

/// Of a destination whose names have one; it is written together with what bears it.
std::uint64_t Outbox::State::number_for(DestinationSpec const& spec,
                                        std::map<std::string, unsigned>& numbers) {
  if (!spec.filename.uses("number")) return 0;
  auto& number = (*latest_numbers)[spec.name];
  number = next_number(spec, number);
  return numbers[spec.name] = number;
}

/// Null for a destination that is not configured (any more).
std::optional<Delivery> Outbox::State::delivery_to(std::string const& destination,
                                                   PictureRecord const& picture,
                                                   TemplateValues values, MailWords const& words,
                                                   std::map<std::string, unsigned>& numbers) {
  auto const* to = find(destination);
  if (!to) return std::nullopt;
  values.number = number_for(to->spec(), numbers);
  return delivery_of(to->spec(), picture, std::move(values), words, clock.now().wall);
}

PictureJournal::Entry Outbox::State::entry_of(Item const& item,
                                              std::map<std::string, unsigned>& numbers) {
  PictureJournal::Entry entry;
  auto& picture = entry.picture;
  auto const below = path_below(setting.storage, item.path);
  if (!item.path.empty()) {
    // Elsewhere it has the name that it would have there. The storage folder may have been changed
    // since the start.
    auto const named = below ? below : path_below(other_storage, item.path);
    picture = {.path = named.value_or(item.path).string(),
               .camera = item.values.camera,
               .rule = item.values.rule,
               .event = item.values.event,
               .captured = item.values.time,
               .bytes = item.bytes};
  }
  for (auto const& name : item.to)
    if (auto delivery = delivery_to(name, picture, item.values, item.words, numbers))
      entry.deliveries.push_back(std::move(*delivery));
  if (!below)
    for (auto& delivery : entry.deliveries) delivery.file = item.path.string();
  if (!below) picture.path = item.path.string();
  if (item.recorded) picture = {};
  return entry;
}

asio::awaitable<Result<void>> Outbox::State::write(std::vector<PictureJournal::Entry> entries,
                                                   std::map<std::string, unsigned> numbers) {
  struct New {
    std::string destination;
    bool set_aside;
  };
  std::vector<New> all;
  for (auto const& entry : entries)
    for (auto const& delivery : entry.deliveries)
      all.push_back({delivery.destination, delivery.set_aside});
  // Perhaps later than this returns, when the disk does not take it at once.
  bool const pictures = std::ranges::any_of(
      entries, [](PictureJournal::Entry const& entry) { return !entry.picture.path.empty(); });
  auto written = [this, all = std::move(all), pictures] {
    if (pictures) listener.recorded();
    for (auto const& [destination, set_aside] : all) {
      auto& of = counts[destination];
      ++(set_aside ? of.set_aside : of.waiting);
      listener.changed(destination);
      if (auto* one = find(destination)) one->look();
    }
  };
  return recorder.record(std::move(entries), std::move(numbers), std::move(written));
}

void Outbox::State::ended(Deliveries::Ended const& what) {
  using enum Verdict::What;
  listener.changed(what.delivery.destination);
  if (what.what == wait && what.text.empty()) return;
  listener.happened({.what = what.what == delivered ? Happened::What::delivered
                             : what.what == give_up ? Happened::What::given_up
                                                    : Happened::What::failed,
                     .delivery = what.delivery,
                     .text = what.text,
                     .took = what.took});
}

void Outbox::State::settled(Delivery const& delivery, Verdict::What what) {
  using enum Verdict::What;
  auto& of = counts[delivery.destination];
  if (what != wait && of.waiting > 0) --of.waiting;
  if (what == delivered) ++of.delivered;
  if (what == give_up) {
    ++of.given_up;
    ++of.set_aside;
  }
  listener.changed(delivery.destination);
  if (!count_again || !all_settled()) return;
  count_again = false;
  asio::co_spawn(loop, count(), asio::detached);
}

bool Outbox::State::all_settled() const {
  return std::ranges::all_of(destinations, [](auto const& one) { return one->settled(); });
}

std::optional<Delivery> Outbox::State::instead_of(Delivery const& delivery) const {
  auto const* from = find(delivery.destination);
  auto const* to = from ? find(from->spec().fallback) : nullptr;
  if (!to) return std::nullopt;
  auto other = delivery;
  other.destination = to->spec().name;
  other.queued = clock.now().wall;
  if (other.name.empty()) other.name = std::filesystem::path{other.file}.filename().string();
  return other;
}

asio::awaitable<void> Outbox::State::count() {
  auto known = co_await recorder.ask([](PictureJournal& journal) { return journal.counts(); });
  if (!known) co_return;
  counts = std::move(*known);
  for (auto const& [name, of] : counts) listener.changed(name);
}

Outbox::Outbox(asio::io_context& loop, Clock const& clock, PictureRecorder& recorder,
               std::filesystem::path storage, std::vector<std::string> worker, Listener listener)
    : state_{std::make_unique<State>(loop, clock, recorder, std::move(storage), std::move(worker),
                                     std::move(listener))} {}

Outbox::~Outbox() = default;

void Outbox::start(std::vector<DestinationSpec> const& destinations) {
  state_->open();
  state_->configure(destinations);
}

void Outbox::stand_in_for(Outbox& disk) {
  state_->latest_numbers = disk.state_->latest_numbers;
  state_->other_storage = disk.state_->setting.storage;
}

void Outbox::configure(std::vector<DestinationSpec> const& destinations) {
  state_->configure(destinations);
}

asio::awaitable<Result<void>> Outbox::record(Item item) {
  std::map<std::string, unsigned> numbers;
  std::vector<PictureJournal::Entry> entries{state_->entry_of(item, numbers)};
  return state_->write(std::move(entries), std::move(numbers));
}

asio::awaitable<Result<void>> Outbox::record_again(std::vector<Lost> const& lost) {
  std::map<std::string, unsigned> numbers;
  std::vector<PictureJournal::Entry> entries;
  for (auto const& one : lost) {
    PictureJournal::Entry entry;
    for (auto const& destination : one.to) {
      auto delivery = state_->delivery_to(destination, one.picture, one.values, {}, numbers);
      if (!delivery) continue;
      delivery->set_aside = !one.doubt.empty();
      delivery->error = one.doubt;
      entry.deliveries.push_back(std::move(*delivery));
    }
    if (!one.recorded && one.doubt.empty()) entry.picture = one.picture;
    entries.push_back(std::move(entry));
  }
  return state_->write(std::move(entries), std::move(numbers));
}

asio::awaitable<Result<std::vector<PictureRecord>>> Outbox::pictures(PictureQuery query) {
  auto const work = [query = std::move(query)](PictureJournal& journal) {
    return journal.pictures(query);
  };
  auto found = co_await state_->recorder.ask(work);
  if (found)
    for (auto& picture : *found) picture.path = (state_->setting.storage / picture.path).string();
  co_return found;
}

asio::awaitable<Result<std::map<std::string, Instant>>> Outbox::waiting_since() {
  auto const work = [](PictureJournal& journal) { return journal.waiting_since(); };
  co_return co_await state_->recorder.ask(work);
}

asio::awaitable<Result<std::vector<Delivery>>> Outbox::list(DeliveryQuery query) {
  auto const work = [query = std::move(query)](PictureJournal& journal) {
    return journal.list(query);
  };
  auto found = co_await state_->recorder.ask(work);
  auto const now = state_->clock.now();
  if (found)
    for (auto& delivery : *found)  // the destination's own pause may be longer
      if (auto const* one = state_->find(delivery.destination); one && delivery.attempts > 0)
        delivery.next = std::max(delivery.next, now.wall + (one->health().not_before - now.steady));
  co_return found;
}

asio::awaitable<Result<std::uint64_t>> Outbox::retry(DeliverySelection which) {
  auto const work = [which](PictureJournal& journal) { return journal.retry(which); };
  auto const changed = co_await state_->recorder.ask(work);
  co_await state_->count();
  for (auto const& one : state_->destinations)
    if (!which.destination || one->spec().name == *which.destination) one->look(true);
  co_return changed;
}

asio::awaitable<Result<std::uint64_t>> Outbox::drop(DeliverySelection which) {
  auto const work = [which](PictureJournal& journal) { return journal.drop(which); };
  auto const changed = co_await state_->recorder.ask(work);
  state_->count_again = !state_->all_settled();
  co_await state_->count();
  for (auto const& one : state_->destinations) one->forget_window();
  co_return changed;
}

std::vector<DestinationStatus> Outbox::status() const {
  std::vector<DestinationStatus> all;
  auto const add = [&](std::string const& name, Deliveries const* one) {
    auto const found = state_->counts.find(name);
    auto const of = found == state_->counts.end() ? DeliveryCounts{} : found->second;
    DestinationStatus status{.name = name,
                             .waiting = of.waiting,
                             .set_aside = of.set_aside,
                             .delivered = of.delivered,
                             .given_up = of.given_up,
                             .error = one ? one->health().error : "it is not configured"};
    using enum DestinationStatus::State;
    if (!status.error.empty())
      status.state = down;
    else if (one->reached())
      status.state = ok;
    all.push_back(std::move(status));
  };
  for (auto const& one : state_->destinations) add(one->spec().name, one.get());
  for (auto const& [name, of] : state_->counts)
    if (!state_->find(name) && of.waiting + of.set_aside > 0) add(name, nullptr);
  return all;
}

asio::awaitable<void> Outbox::stop() {
  for (auto const& one : state_->destinations) one->close();
  auto const until = state_->clock.now().steady + longest_end;
  auto const under_way = [this] {
    return std::ranges::any_of(state_->destinations,
                               [](auto const& one) { return one->under_way(); });
  };
  asio::steady_timer timer{state_->loop};
  while (under_way() && state_->clock.now().steady < until) {
    timer.expires_after(look_again);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  for (auto const& one : state_->destinations) one->kill();
}

}  // namespace snapcron
