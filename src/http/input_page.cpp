#include "http/input_page.hpp"

#include <charconv>
#include <cstdint>

namespace snapcron::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  auto const [end, ec] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

}  // namespace

std::array<char, 5> const& InputPage::local_time(std::size_t index, Instant at, Zone const& zone) {
  if (!zone_ || !(*zone_ == zone)) {
    zone_ = zone;
    known_.clear();
  }
  if (index >= known_.size()) known_.resize(index + 1);
  auto& known = known_[index];
  if (!known || known->at != at) {
    auto const civil = zone.civil(at);
    auto const digit = [](unsigned value) { return static_cast<char>('0' + value % 10); };
    known = Known{at,
                  {digit(civil.hour / 10), digit(civil.hour), '.', digit(civil.minute / 10),
                   digit(civil.minute)}};
  }
  return known->text;
}

void InputPage::write(std::vector<InputReading> const& readings, Zone const& zone, bool manual,
                      std::string& out) {
  for (std::size_t i = 0; i < readings.size(); ++i) {
    auto const& reading = readings[i];
    out += "input:";
    append_number(out, reading.number);
    out += reading.current ? " current:1" : " current:0";
    out += reading.last ? " last:1 pulse:" : " last:0 pulse:";
    append_number(out, reading.pulse);
    out += manual ? " time_of_change:" : " time of change:";
    auto const& time = local_time(i, reading.changed, zone);
    out.append(time.data(), time.size());
    out += '\n';
  }
}

}  // namespace snapcron::http
