#include "config/rules.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

class TriggerReader {
 public:
  TriggerReader(RulesScope const& scope, YamlEntry const& kind, MapReader& map)
      : scope_{scope}, kind_{kind}, map_{map}, context_{map.context()} {}

  std::optional<Trigger> read() {
    if (kind_.key == "input") return input();
    if (kind_.key == "cron") return cron();
    if (kind_.key == "every") return every();
    if (kind_.key == "sun") return sun();
    if (kind_.key == "relay") return relay();
    if (kind_.key == "camera") return camera();
    if (kind_.key == "webhook") return webhook();
    if (!is_nothing(kind_.value))
      context_.error(kind_.value.at,
                     snapcron::quoted(kind_.key) + " takes no value: write '" + kind_.key + ":'");
    if (kind_.key == "shutdown") return Trigger{ShutdownTrigger{}, {}};
    return Trigger{StartupTrigger{}, {}};
  }

 private:
  std::optional<Trigger> input() {
    auto const input = scope_.references.input(context_, kind_);
    InputTrigger trigger;
    trigger.edge = static_cast<InputTrigger::Edge>(map_.word("edge").value_or(0));
    trigger.held = map_.duration("for").value_or(Duration{});
    trigger.count = map_.number("count").value_or(1);
    trigger.within = map_.duration("within").value_or(Duration{});
    if (!input) return std::nullopt;
    trigger.input = input->number;
    return Trigger{trigger, {}};
  }

  std::optional<Trigger> cron() {
    auto const pattern = read_cron(context_, kind_);
    CronTrigger trigger;
    trigger.zone = read_zone(context_, map_.take("timezone"), scope_.zone);
    trigger.missed = missed();
    trigger.jitter = map_.duration("jitter").value_or(Duration{});
    if (auto const* entry = map_.take("dst")) trigger.gap_run_once = dst(*entry);
    if (!pattern) return std::nullopt;
    if (pattern->is_reboot())
      for (auto const* key : {"missed", "missed_max_age", "jitter", "dst"})
        if (auto const* entry = map_.take(key))
          context_.error(entry->at, snapcron::quoted(key) + " means nothing to '@reboot'");
    trigger.pattern = *pattern;
    return Trigger{trigger, {}};
  }

  MissedPolicy missed() {
    MissedPolicy policy;
    if (auto const what = map_.word("missed")) policy.what = static_cast<MissedPolicy::What>(*what);
    policy.max_age = map_.duration("missed_max_age").value_or(policy.max_age);
    auto const* age = map_.take("missed_max_age");
    if (age != nullptr && policy.what == MissedPolicy::What::skip)
      context_.error(age->at, "'missed_max_age' means nothing beside 'missed: skip'");
    return policy;
  }

  bool dst(YamlEntry const& entry) {
    auto const* map = read_map(context_, entry, "'dst: {gap: run_once}'");
    if (map == nullptr) return false;
    MapReader reader{context_, *map, dst_words(), "dst", entry.at};
    reader.require("gap");
    bool const run_once = reader.word("gap").value_or(0) == 1;
    reader.finish();
    return run_once;
  }

  std::optional<Trigger> every() {
    auto const period = map_.duration(kind_.key);
    if (!period) return std::nullopt;
    return Trigger{EveryTrigger{*period}, {}};
  }

  std::optional<Trigger> sun() {
    auto const event = map_.word(kind_.key);
    SunTrigger trigger;
    if (auto const* offset = map_.take("offset"))
      trigger.offset = read_offset(context_, *offset).value_or(Duration{});
    trigger.missed = missed();
    auto const place = read_place(context_, kind_, scope_);
    if (!event || !place) return std::nullopt;
    trigger.event = *event == 0 ? SunEvent::sunrise : SunEvent::sunset;
    trigger.place = *place;
    return Trigger{trigger, {}};
  }

  std::optional<Trigger> relay() {
    auto const relay = scope_.references.relay(context_, kind_);
    auto const* given = map_.take("to");
    auto const to = map_.word("to");
    if (!relay) return std::nullopt;
    return Trigger{
        RelayTrigger{relay->number, given == nullptr || !to ? RelayTrigger::To::on
                                                            : static_cast<RelayTrigger::To>(*to)},
        {}};
  }

  std::optional<Trigger> camera() {
    auto const camera = scope_.references.camera(context_, kind_);
    bool const found = map_.word("event").value_or(0) == 1;
    if (!camera) return std::nullopt;
    return Trigger{CameraTrigger{*camera, found}, {}};
  }

  std::optional<Trigger> webhook() {
    auto const name = map_.name(kind_.key);
    if (!name) return std::nullopt;
    if (is_path_word(*name)) return Trigger{WebhookTrigger{*name}, {}};
    context_.error(kind_.value.at,
                   "a webhook's name is part of an address: letters, digits, '.', "
                   "'_' and '-', not " +
                       snapcron::quoted(*name));
    return std::nullopt;
  }

  RulesScope const& scope_;
  YamlEntry const& kind_;
  MapReader& map_;
  Context const& context_;
};

}  // namespace

void read_triggers(Context const& context, YamlEntry const& entry, Kinds const& kinds,
                   RulesScope& scope, std::vector<Trigger>& triggers) {
  bool const awaited = &kinds == &awaited_kinds();
  for_each_item(context, entry, kinds, [&](YamlEntry const& kind, MapReader& map) {
    auto trigger = TriggerReader{scope, kind, map}.read();
    // An id can be referred to even when something else is wrong with its trigger.
    auto const id = awaited ? std::nullopt : map.name("id");
    if (id) scope.ids.insert(*id);
    if (trigger) {
      trigger->id = id.value_or("");
      triggers.push_back(std::move(*trigger));
    }
    map.finish();
  });
}

}  // namespace snapcron
