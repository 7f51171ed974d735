// What leaves the machine: pictures and mails by the outbox, texts to a port at once.
#include "app/daemon.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "process/child.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace snapcron {
namespace {

namespace asio = boost::asio;

/// Beyond the time-out that the process itself keeps.
constexpr auto alert_grace = std::chrono::seconds{2};

std::string name_of(Delivery const& delivery) {
  return delivery.file.empty() ? "the mail " + snapcron::quoted(delivery.subject) : delivery.file;
}

/// An error only when neither could be asked.
Result<std::uint64_t> sum(Result<std::uint64_t> const& a, Result<std::uint64_t> const& b) {
  if (!a || !b) return a ? a : b;
  return *a + *b;
}

}  // namespace

/// Durable is it already; from here on it is known and will be delivered. What the disk does not
/// take is kept by the recorder, which says so.
asio::awaitable<void> Daemon::record_picture(Pictures::Taken const& taken,
                                             std::vector<std::string> to) {
  Outbox::Item item{
      .path = taken.path, .bytes = taken.jpeg->size(), .values = taken.values, .to = std::move(to)};
  if (taken.in_memory) {
    (void)co_await rescue_.outbox()->record(std::move(item));
    co_return;
  }
  // Known to fail: it is delivered by the other journal, and this one is to know the picture alone.
  bool const rescued = picture_recorder_.failing() && co_await deliver_from_memory(item);
  if (rescued) item.to.clear();
  auto const recorded = co_await outbox_.record(item);
  bool const full = !recorded && recorded.error().fault == Fault::no_space;
  if (full && co_await cleanup_.make_room())
    picture_recorder_.try_again();
  else if (!recorded && !rescued)
    co_await deliver_from_memory(item);  // and once more when the disk takes it: better than late
}

/// Whether the journal in memory took the deliveries of a picture that is on the disk, or of a
/// mail.
asio::awaitable<bool> Daemon::deliver_from_memory(Outbox::Item item) {
  if (item.to.empty() || !co_await rescue_.has_room()) co_return false;
  item.recorded = true;
  auto const recorded = co_await rescue_.outbox()->record(std::move(item));
  co_return recorded.has_value();
}

asio::awaitable<void> Daemon::send_mail(Perform task, TemplateValues values) {
  auto const& action = std::get<MailAction>(task.action->what);
  Outbox::Item item{.recorded = true, .to = {action.destination}};
  if (action.picture) item.path = values.picture;
  item.values = std::move(values);
  item.words = {action.subject, action.text};
  auto const memory = rescue_.folder().string() + '/';
  bool const in_memory = picture_recorder_.failing() || item.path.string().starts_with(memory);
  if (in_memory && co_await deliver_from_memory(item)) {
    end(task.run, true, "in the outbox");
    co_return;
  }
  auto const recorded = co_await outbox_.record(std::move(item));
  end(task.run, recorded.has_value(), recorded ? "in the outbox" : recorded.error().text);
}

asio::awaitable<void> Daemon::send_alert(Perform task, TemplateValues values) {
  auto const& action = std::get<AlertAction>(task.action->what);
  // A process of its own, as for uploads: a name server that does not answer holds up nobody.
  ChildSpec child;
  child.argv = {"/proc/self/exe", "alert", action.host, std::to_string(action.port),
                to_text(action.timeout)};
  child.input = action.text.expand(values);
  if (action.latin_1) child.input = to_latin_1(child.input);
  child.input.resize(std::min(child.input.size(), ChildSpec::most_input));
  child.timeout = action.timeout + alert_grace;
  auto const sent = co_await run_child(std::move(child));
  if (!sent) {
    end(task.run, false, sent.error().text);
    co_return;
  }
  auto const said = sent->errors.substr(0, sent->errors.find('\n'));
  end(task.run, sent->exit_code == 0,
      sent->exit_code == 0 ? to_text(std::chrono::ceil<std::chrono::milliseconds>(sent->took))
                           : said);
}

void Daemon::delivery_happened(Outbox::Happened const& what) {
  using enum Outbox::Happened::What;
  auto const& delivery = what.delivery;
  auto const& to = delivery.destination;
  auto const head = "[" + delivery.event + "] " + name_of(delivery);
  bool const done = what.what == delivered;
  auto const took = to_text(std::chrono::ceil<std::chrono::milliseconds>(what.took));
  if (done)
    log_.write(Level::info, head + " is delivered to " + to + " (" + took + ")");
  else if (what.what == failed)
    log_.write(Level::warning, head + " is not delivered to " + to + " yet: " + what.text);
  else
    log_.write(Level::error, head + " is not delivered to " + to + ", given up: " + what.text +
                                 "; see snapcron outbox");
  auto const now = clock_.now().wall;
  boost::json::object object{{"time", rfc3339(now, site_.zone, 3)},
                             {"kind", "delivery"},
                             {"event", delivery.event},
                             {"destination", to},
                             {"file", delivery.file},
                             {"name", delivery.name},
                             {"result", done                  ? "delivered"
                                        : what.what == failed ? "waits"
                                                              : "failed"},
                             {"text", done ? took : what.text}};
  recorder_.add({.id = 0,
                 .at = now,
                 .rule = {},
                 .event = delivery.event,
                 .json = boost::json::serialize(object)},
                news_.followed());
}

asio::awaitable<Result<std::vector<PictureRecord>>> Daemon::pictures(PictureQuery query) {
  return outbox_.pictures(std::move(query));
}

/// Those on the disk first, then those in memory, whose ids are greater.
asio::awaitable<Result<std::vector<Delivery>>> Daemon::deliveries(DeliveryQuery query) {
  auto all = co_await outbox_.list(query);
  auto* const memory = rescue_.outbox();
  if (!memory || (all && all->size() >= query.limit)) co_return all;
  if (all) query.limit -= static_cast<unsigned>(all->size());
  auto more = co_await memory->list(query);
  if (all && more) all->insert(all->end(), more->begin(), more->end());
  co_return all ? all : more;
}

asio::awaitable<Result<std::uint64_t>> Daemon::retry_deliveries(DeliverySelection which) {
  auto changed = co_await outbox_.retry(which);
  if (auto* memory = rescue_.outbox()) changed = sum(changed, co_await memory->retry(which));
  co_return changed;
}

asio::awaitable<Result<std::uint64_t>> Daemon::drop_deliveries(DeliverySelection which) {
  auto changed = co_await outbox_.drop(which);
  if (auto* memory = rescue_.outbox()) changed = sum(changed, co_await memory->drop(which));
  co_return changed;
}

}  // namespace snapcron
