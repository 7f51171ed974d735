#include "core/outbox.hpp"

#include <algorithm>
#include <filesystem>

namespace snapcron {
namespace {

constexpr unsigned most_doublings = 8;  // 5 s doubled eight times is beyond the longest pause

Duration whole_pause(unsigned failures) {
  auto const doublings = std::min(std::max(failures, 1u) - 1, most_doublings);
  return std::min<Duration>(first_pause * (1u << doublings), longest_pause);
}

bool concerns_destination(UploadResult::Verdict verdict) {
  return verdict == UploadResult::Verdict::down || verdict == UploadResult::Verdict::refused;
}

/// One that began before the destination was known to be down tells nothing new.
void note_failure(DestinationHealth& health, UploadResult const& result, Steady begun, Moment now,
                  double chance) {
  bool const known = health.failures > 0 && begun < health.not_before;
  health.error = result.text;
  if (!health.down_since) health.down_since = now.steady;
  if (known) return;
  ++health.failures;
  // What only a person can mend is not tried over and over: servers lock accounts for that.
  auto const failures =
      result.verdict == UploadResult::Verdict::refused ? most_doublings + 1 : health.failures;
  health.not_before = now.steady + pause_after(failures, chance);
}

}  // namespace

Duration pause_after(unsigned failures, double chance) {
  auto const whole = whole_pause(failures);
  return whole - std::chrono::duration_cast<Duration>(whole * (std::clamp(chance, 0.0, 1.0) / 4));
}

Duration tried_for(unsigned failures) {
  Duration sum{};
  for (unsigned n = 1; n <= std::min(failures, most_doublings + 1); ++n) sum += whole_pause(n);
  if (failures > most_doublings + 1) sum += (failures - most_doublings - 1) * longest_pause;
  return sum;
}

Verdict judge(UploadResult const& result, Delivery const& delivery, DestinationSpec const& spec,
              Steady begun, Moment now, double chance, DestinationHealth& health) {
  using enum UploadResult::Verdict;
  if (concerns_destination(result.verdict)) {
    note_failure(health, result, begun, now, chance);
    // By both clocks: neither a clock that was set nor a box that was off for weeks is a reason.
    bool const old = now.wall - delivery.queued >= spec.give_up_after;
    bool const long_down = now.steady - *health.down_since >= spec.give_up_after;
    if (old && long_down) return {Verdict::What::give_up, {}};
    return {Verdict::What::wait, now.wall};  // the destination's pause is enough
  }
  health = {};  // it answered
  if (result.verdict == done) return {Verdict::What::delivered, {}};
  auto const failures = delivery.attempts + 1;
  bool const old = now.wall - delivery.queued >= spec.give_up_after;
  if (result.verdict == never || (old && tried_for(failures) >= spec.give_up_after))
    return {Verdict::What::give_up, {}};
  return {Verdict::What::wait, now.wall + pause_after(failures, chance)};
}

Delivery delivery_of(DestinationSpec const& spec, PictureRecord const& picture,
                     TemplateValues values, MailWords const& words, Instant now) {
  values.path = picture.path;
  values.name = std::filesystem::path{picture.path}.filename().string();
  Delivery delivery{.destination = spec.name,
                    .file = picture.path,
                    .event = values.event,
                    .queued = now,
                    .bytes = picture.bytes};
  if (!picture.path.empty()) delivery.name = spec.filename.expand(values);
  if (auto const* mail = std::get_if<MailTarget>(&spec.target)) {
    delivery.subject = words.subject.value_or(mail->subject).expand(values);
    delivery.text = words.text.value_or(mail->text).expand(values);
  }
  return delivery;
}

unsigned next_number(DestinationSpec const& spec, unsigned latest) {
  return spec.wrap && latest >= *spec.wrap ? 1 : latest + 1;
}

Upload upload_of(Delivery const& delivery, std::filesystem::path const& storage,
                 std::string const& journal) {
  return {.id = delivery.id,
          .file = delivery.file.empty() ? std::filesystem::path{} : storage / delivery.file,
          .name = delivery.name,
          .attempt = delivery.attempts + 1,
          .key = journal + "-" + std::to_string(delivery.id),
          .subject = delivery.subject,
          .text = delivery.text};
}

}  // namespace snapcron
