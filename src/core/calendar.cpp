#include "core/calendar.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace snapcron {

void Calendar::clear() {
  slots_.clear();
  heap_.clear();
}

void Calendar::add(Slot slot, Instant now) {
  // Remembered from a clock that was wrong: it would hold the rule back until then.
  if (slot.seen && *slot.seen - now >= large_step && trusted_) slot.seen = now;
  slots_.push_back(std::move(slot));
}

void Calendar::arm(Instant now) {
  heap_.clear();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto& slot = slots_[i];
    if (!slot.seen && trusted_) slot.seen = now - slot.jitter;
    plan(i, now);
  }
  // Planned without order, since a heap of n is made in O(n).
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

// Appends the slot's next wake: from where the calendar has been seen, so that what passed unseen
// is due at once.
void Calendar::plan(std::size_t index, Instant now) {
  auto& slot = slots_[index];
  Instant const after = trusted_ ? *slot.seen : now - slot.jitter;
  auto at = slot.times.next(after);
  // What a gap swallows is told when the gap is over, and that may be before the next time.
  if (auto const gap = slot.times.gap(after, at.value_or(after + std::chrono::hours{24 * 366})))
    at = gap->at;
  slot.wake = at;
  if (at) heap_.push_back({*at + slot.jitter, index});
}

void Calendar::trust(Instant now, Duration waited) {
  if (trusted_) return;
  trusted_ = true;
  for (auto& slot : slots_) {
    if (slot.seen && *slot.seen - now >= large_step) slot.seen = now;
    if (!slot.seen) slot.seen = now - waited;
    slot.told_held = false;
  }
  arm(now);
}

void Calendar::clock_changed(Instant now) {
  for (auto& slot : slots_) {
    if (!slot.seen) continue;
    auto const back = *slot.seen - (now - slot.jitter);
    if (back >= large_step || (slot.times.is_interval() && back > Duration::zero()))
      slot.seen = now - slot.jitter;
  }
  arm(now);
}

void Calendar::tick(Instant now, std::vector<CalendarEvent>& out) {
  while (!heap_.empty() && heap_.front().at <= now) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    auto const index = heap_.back().slot;
    heap_.pop_back();
    auto& slot = slots_[index];
    if (trusted_) {
      judge(index, now - slot.jitter, out);
    } else if (!std::exchange(slot.told_held, true)) {
      out.push_back({.kind = CalendarEvent::Kind::held, .slot = index, .at = *slot.wake});
    }
    plan(index, now);
    if (!heap_.empty() && heap_.back().slot == index)
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
  }
}

// `now` is without jitter.
void Calendar::judge(std::size_t index, Instant now, std::vector<CalendarEvent>& out) {
  auto& slot = slots_[index];
  Instant const from = *slot.seen;
  Instant until = from;
  for (auto after = from;;) {
    auto const gap = slot.times.gap(after, now);
    if (!gap) break;
    out.push_back(
        {.kind = CalendarEvent::Kind::gap, .slot = index, .at = gap->at, .count = gap->count});
    until = after = gap->at;
  }
  if (auto const newest = slot.times.last(from, now)) {
    make_up(index, from, *newest, now, out);
    until = std::max(until, *newest);
  }
  // Whatever was found there, this wake is over.
  slot.seen = std::max(until, *slot.wake);
}

// There are times in (from, newest], and it is `now`.
void Calendar::make_up(std::size_t index, Instant from, Instant newest, Instant now,
                       std::vector<CalendarEvent>& out) {
  auto const& times = slots_[index].times;
  auto const& policy = times.missed();
  using What = MissedPolicy::What;
  auto const age = std::max(policy.what == What::skip ? Duration::zero() : policy.max_age, on_time);
  Instant const oldest = now - age;  // what is younger or as old may still fire
  if (newest < oldest) return tell_missed(index, from, newest, out);
  if (policy.what != What::all) {
    tell_missed(index, from, newest - Duration{1}, out);
    out.push_back({.kind = CalendarEvent::Kind::fire, .slot = index, .at = newest});
    return;
  }
  Instant const begin = std::max(from, oldest - Duration{1});
  tell_missed(index, from, begin, out);
  unsigned fired = 0;
  for (auto at = times.next(begin); at && *at <= newest; at = times.next(*at)) {
    if (fired++ == most) return tell_missed(index, *at - Duration{1}, newest, out);
    out.push_back({.kind = CalendarEvent::Kind::fire, .slot = index, .at = *at});
  }
}

void Calendar::tell_missed(std::size_t index, Instant from, Instant until,
                           std::vector<CalendarEvent>& out) const {
  auto const& times = slots_[index].times;
  auto const first = times.next(from);
  if (!first || *first > until) return;
  CalendarEvent event{.kind = CalendarEvent::Kind::missed,
                      .slot = index,
                      .at = *first,
                      .first = *first,
                      .count = 0};
  for (std::optional<Instant> at = first; at && *at <= until; at = times.next(*at)) {
    if (event.count == most) {
      event.more = true;
      event.at = times.last(*at - Duration{1}, until).value_or(*at);
      break;
    }
    ++event.count;
    event.at = *at;
  }
  out.push_back(event);
}

std::optional<Instant> Calendar::wakes() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

std::optional<Instant> Calendar::next(std::size_t slot, Instant now) const {
  auto const& s = slots_[slot];
  auto const at = s.times.next(std::max(s.seen.value_or(Instant::min()), now - s.jitter));
  if (!at) return std::nullopt;
  return *at + s.jitter;
}

}  // namespace snapcron
