#include "axis/buffers.hpp"

#include "axis/reader.hpp"
#include "core/printable.hpp"

#include <algorithm>

namespace snapcron {
namespace {

/// "Without any delay": as often as a camera's buffer keeps a frame, unless it says otherwise.
constexpr auto at_full_speed = std::chrono::milliseconds{200};
constexpr unsigned largest_buffer = 65535;
/// CAMERANUMBER,IMAGE,SIZE
std::optional<AxisBuffers::Made> read_made(std::string_view text) {
  AxisBuffers::Made made;
  for (auto* part : {&made.camera, &made.image, &made.size}) {
    auto const end = std::min(text.find(','), text.size());
    // An empty camera or image is the default one.
    if (end > 0) {
      auto const number = axis_number(text.substr(0, end));
      if (!number) return std::nullopt;
      *part = *number;
    }
    bool const last = part == &made.size;
    if ((end == text.size()) != last) return std::nullopt;
    text.remove_prefix(last ? end : end + 1);
  }
  bool const within = made.camera >= 1 && made.camera <= most_axis_cameras && made.image >= 1 &&
                      made.image <= 3 && made.size <= largest_buffer;
  return within ? std::optional{made} : std::nullopt;
}

/// Where a part of a word stands. What is before it has the length that it has in the script,
/// unless there was more than numbers: a text in quotes may go over several lines.
Position place_in(AxisWord const& word, std::size_t begin) {
  bool const plain = std::string_view{word.text}.substr(0, begin).find_first_not_of(
                         "0123456789,:") == std::string_view::npos;
  return {word.at.line, word.at.column + (plain ? static_cast<unsigned>(begin) : 0U)};
}

}  // namespace

unsigned AxisShots::count() const {
  if (store) return *store;
  if (!duration) return 1;
  return static_cast<unsigned>(std::max<std::int64_t>(1, *duration / interval));
}

AxisBuffers::AxisBuffers(AxisScript const& script) {
  std::vector<Diagnostic> told_later;
  AxisMistakes const mistakes{told_later};
  auto const each = [&](std::string_view name, auto visit) {
    for (auto const& entry : script.entries)
      for (auto const& command : entry.commands)
        if (command.name.text == name) visit(command);
  };
  each("buffer_init", [&](AxisCommand const& command) {
    for (auto const& one : made(command, mistakes))
      if (one.size > 0) buffers_[{one.camera, one.image}].size = one.size;
  });
  // A buffer_stop that has no end fills it, too, if nothing did before.
  auto const fill = [&](AxisCommand const& command) {
    auto const shots = this->shots(command, mistakes);
    if (!shots || !shots->endless) return;
    auto const found = buffers_.find({shots->camera, shots->image});
    if (found == buffers_.end()) return;
    bool const starts = command.name.text == "buffer_start";
    if (starts || !found->second.interval) found->second.interval = shots->interval;
  };
  each("buffer_start", fill);
  each("buffer_stop", fill);
}

std::vector<AxisBuffers::Made> AxisBuffers::made(AxisCommand const& command,
                                                 AxisMistakes const& mistakes) {
  AxisOptions options{command, mistakes};
  std::vector<Made> all;
  bool begins = true;  // a buffer; blanks may stand around the ':'
  while (auto const* word = options.word()) {
    for (std::size_t begin = 0; begin <= word->text.size();) {
      auto const end = std::min(word->text.find(':', begin), word->text.size());
      auto const text = std::string_view{word->text}.substr(begin, end - begin);
      auto const one = read_made(text);
      if (one && begins)
        all.push_back(*one);
      else if (!text.empty())
        mistakes.error(place_in(*word, begin),
                       "a buffer is CAMERA,IMAGE,SIZE such as 1,2,25, with IMAGE 1 for halfsize, 2 "
                       "for fullsize, 3 for hugesize; a ':' stands between two of them");
      begins = end < word->text.size() || (text.empty() && begins);
      begin = end + 1;
    }
  }
  options.finish();
  return all;
}

std::optional<AxisShots> AxisBuffers::shots(AxisCommand const& command,
                                            AxisMistakes const& mistakes) const {
  auto const told = mistakes.count();
  AxisOptions options{command, mistakes};
  AxisShots shots;
  shots.camera = options.number("cam", 1, most_axis_cameras).value_or(1);
  // Without -src it is the camera's only buffer, if there is one.
  auto const of_camera = [&](auto const& buffer) { return buffer.first.first == shots.camera; };
  if (std::ranges::count_if(buffers_, of_camera) == 1)
    shots.image = std::ranges::find_if(buffers_, of_camera)->first.second;
  if (auto const* src = options.value("src"))
    if (auto const source = axis_source(*src, mistakes)) shots.image = source->image;
  auto const interval = options.time("interval");
  shots.interval_given = interval.has_value();
  shots.interval = interval.value_or(at_full_speed);
  auto const* duration = options.has("duration") ? options.value("duration") : nullptr;
  shots.endless = duration != nullptr && small(duration->text) == "inf";
  if (!shots.endless) shots.duration = options.time("duration");
  shots.store = options.number("store", 1, largest_buffer);
  if (shots.store) shots.endless = false;
  options.finish();
  return mistakes.count() == told ? std::optional{shots} : std::nullopt;
}

AxisBuffers::Buffer const* AxisBuffers::find(unsigned camera, unsigned image, Position at,
                                             AxisMistakes const& mistakes) const {
  auto const found = buffers_.find({camera, image});
  if (found != buffers_.end()) return &found->second;
  mistakes.error(at, "no buffer_init of this script makes a buffer for camera " +
                         std::to_string(camera) + " and " + axis_image_name(image) + ".jpg");
  return nullptr;
}

}  // namespace snapcron
