#include "app/deliver_directly.hpp"

#include "core/outbox.hpp"
#include "core/printable.hpp"
#include "store/picture_journal.hpp"
#include "upload/uploader.hpp"

#include <algorithm>
#include <random>

namespace snapcron {
namespace {

constexpr unsigned most_at_once = 100;  // of what waits: a crontab line must come to its end

DestinationSpec const* find(Site const& site, std::string const& name) {
  auto const spec = std::ranges::find(site.destinations, name, &DestinationSpec::name);
  return spec == site.destinations.end() ? nullptr : &*spec;
}

/// As the outbox of the daemon makes it.
PictureJournal::Batch batch_of(Site const& site, std::vector<Pictures::Taken> const& taken,
                               std::vector<std::string> const& to,
                               std::map<std::string, DeliveryCounts> counts, Instant now) {
  PictureJournal::Batch batch;
  for (auto const& one : taken) {
    auto& entry = batch.entries.emplace_back();
    entry.picture = {.path = one.path.lexically_relative(site.storage.directory).string(),
                     .camera = one.values.camera,
                     .rule = one.values.rule,
                     .event = one.values.event,
                     .captured = one.captured.wall,
                     .bytes = one.jpeg->size()};
    for (auto const& name : to) {
      auto const& spec = *find(site, name);
      auto values = one.values;
      if (spec.filename.uses("number")) {
        auto& number = counts[name].number;
        values.number = batch.numbers[name] = number = next_number(spec, number);
      }
      entry.deliveries.push_back(delivery_of(spec, entry.picture, std::move(values), {}, now));
    }
  }
  return batch;
}

class Bringer {
 public:
  Bringer(Site const& site, PictureJournal& journal, std::string name)
      : site_{site}, journal_{journal}, name_{std::move(name)} {}

  /// The destination's error; null when everything is there.
  std::optional<Error> bring(DestinationSpec const& spec, std::vector<Delivery> const& deliveries,
                             bool recorded) {
    auto const uploader = make_uploader(spec);
    std::optional<Error> trouble;
    for (auto const& delivery : deliveries) {
      auto const begun = clock_.now();
      auto const result = uploader->perform(upload_of(delivery, site_.storage.directory, name_));
      if (result.verdict != UploadResult::Verdict::done && !trouble)
        trouble = Error{Fault::failed, result.text};
      if (recorded) note(spec, delivery, result, begun.steady);
      if (health_.failures > 0) break;  // of the destination: it is the same for the others
    }
    return trouble;
  }

 private:
  void note(DestinationSpec const& spec, Delivery const& delivery, UploadResult const& result,
            Steady begun) {
    PictureJournal::Batch batch;
    batch.outcomes.push_back(
        {.id = delivery.id,
         .destination = spec.name,
         .verdict = judge(result, delivery, spec, begun, clock_.now(), 0, health_),
         .error = result.text});
    (void)journal_.write(batch);  // what is not noted is delivered once more
  }

  Site const& site_;
  PictureJournal& journal_;
  std::string const name_;
  SystemClock clock_;
  DestinationHealth health_;
};

}  // namespace

std::optional<Error> unknown_destination(Site const& site, std::vector<std::string> const& to) {
  for (auto const& name : to) {
    if (std::ranges::find(site.destinations, name, &DestinationSpec::name) !=
        site.destinations.end())
      continue;
    std::string names;
    for (auto const& spec : site.destinations) names += (names.empty() ? "" : ", ") + spec.name;
    return Error{Fault::not_found, "there is no destination " + snapcron::quoted(name) +
                                       (names.empty() ? ": none is configured (destinations:)"
                                                      : " (there is: " + names + ")")};
  }
  return std::nullopt;
}

Result<void> deliver_directly(Site const& site, std::vector<Pictures::Taken> const& taken,
                              std::vector<std::string> const& to) {
  auto const now = SystemClock{}.now().wall;
  PictureJournal journal{site.storage.directory};
  auto const counts = journal.counts();
  auto const batch =
      batch_of(site, taken, to, counts ? *counts : std::map<std::string, DeliveryCounts>{}, now);
  bool const recorded = counts && journal.write(batch);
  auto const name = recorded ? journal.name() : Result<std::string>{std::string{"direct"}};
  std::string failures;
  for (auto const& destination : to) {
    std::vector<Delivery> deliveries;
    if (recorded) {
      if (auto due = journal.due(destination, now, most_at_once)) deliveries = std::move(*due);
    } else {
      std::random_device random;
      for (auto const& entry : batch.entries)
        for (auto delivery : entry.deliveries)
          if (delivery.destination == destination) {
            delivery.id =
                std::int64_t{random()} + (std::int64_t{1} << 40);  // none of the journal's
            deliveries.push_back(std::move(delivery));
          }
    }
    Bringer bringer{site, journal, name ? *name : "direct"};
    if (auto const trouble = bringer.bring(*find(site, destination), deliveries, recorded))
      failures += (failures.empty() ? "" : "; ") + trouble->text;
  }
  if (failures.empty()) return {};
  return Error{Fault::failed,
               failures + (recorded ? "; the picture is stored, and waits in the outbox"
                                    : "; the picture is stored, and not in the outbox, which the "
                                      "running daemon holds")};
}

}  // namespace snapcron
