// Of AxisActions: the commands that take, keep and send pictures.

#include "axis/actions.hpp"
#include "axis/reader.hpp"
#include "core/picture_fit.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

/// `image.jpg` as "image" and ".jpg".
std::pair<std::string, std::string> split(std::string name) {
  while (name.starts_with('/')) name.erase(0, 1);
  for (auto const* extension : {".jpg", ".jpeg"}) {
    auto const size = std::string_view{extension}.size();
    if (name.size() > size && small(name).ends_with(extension))
      return {name.substr(0, name.size() - size), name.substr(name.size() - size)};
  }
  return {name, ".jpg"};
}

AxisItem series(AxisShots const& shots, AxisBuffers::Buffer const& buffer, Position at) {
  AxisItem item{{"snapshot", std::to_string(shots.camera), at}};
  if (auto const count = std::min(shots.count(), buffer.size); count > 1) {
    item.push_back({"count", std::to_string(count), at});
    item.push_back({"interval", to_text(shots.interval), at});
  }
  return item;
}

}  // namespace

void AxisActions::add_size(AxisItem& item, unsigned image, Position at) {
  if (image > named_sizes.size()) return;  // the cut-out is as the camera has it
  auto const& size = named_sizes.at(image - 1).size;
  item.push_back({"width", std::to_string(size.width), at});
  item.push_back({"height", std::to_string(size.height), at});
}

AxisAction& AxisActions::take(unsigned camera, std::optional<unsigned> image, Position at) {
  AxisItem item{{"snapshot", std::to_string(camera), at}};
  if (image) add_size(item, *image, at);
  auto& action = emit(std::move(item));
  pictures_.push_back({&action, camera, 0});
  return action;
}

void AxisActions::buffer_init(AxisCommand const& command) {
  AxisBuffers::made(command, mistakes_);
  nothing(command, "the cameras' own buffers are always there");
}

void AxisActions::buffer_start(AxisCommand const& command) {
  auto const shots = buffers_.shots(command, mistakes_);
  if (!shots) return;
  auto const at = command.name.at;
  auto const* buffer = buffers_.find(shots->camera, shots->image, at, mistakes_);
  if (buffer == nullptr) return;
  if (shots->endless) return nothing(command, "the camera's own buffer is always filled");
  // The next command starts at once: this one runs beside the entry.
  auto& list = recordings_.emplace_back();
  auto comments = std::exchange(comments_, {});
  if (slept_ > Duration::zero()) emit(list, {{"delay", to_text(slept_), at}});
  comments_ = std::move(comments);
  auto item = series(*shots, *buffer, at);
  add_size(item, shots->image, at);
  pictures_.push_back({&emit(list, std::move(item)), shots->camera, shots->image});
}

void AxisActions::buffer_stop(AxisCommand const& command) {
  auto const shots = buffers_.shots(command, mistakes_);
  if (!shots) return;
  auto const at = command.name.at;
  auto const* buffer = buffers_.find(shots->camera, shots->image, at, mistakes_);
  if (buffer == nullptr) return;
  if (shots->endless) {
    waits_ = true;
    return nothing(command, "the camera's own buffer is always filled");
  }
  if (buffer->interval) return ring(*shots, *buffer, at);
  bool const more = shots->store || shots->duration || shots->interval_given;
  if (!more) return nothing(command, "its pictures are stored already");
  auto item = series(*shots, *buffer, at);
  add_size(item, shots->image, at);
  pictures_.push_back({&emit(std::move(item)), shots->camera, shots->image});
}

/// What the old ring held when it was stopped: its newest pictures, and the further ones that
/// pushed out as many of the oldest. Both are counted from the trigger here, so that what the entry
/// has slept by then moves from the one side to the other.
void AxisActions::ring(AxisShots const& shots, AxisBuffers::Buffer const& buffer, Position at) {
  bool const more = shots.store || shots.duration || shots.interval_given;
  auto const after = more ? std::min(shots.count(), buffer.size) : 0;
  auto const pace = shots.interval_given ? shots.interval : *buffer.interval;
  auto const before = std::max(*buffer.interval * (buffer.size - after) - slept_, Duration::zero());
  auto const until = pace * after + slept_;
  auto const camera = std::to_string(shots.camera);
  auto const keep = [&](AxisItem item) {
    add_size(item, shots.image, at);
    pictures_.push_back({&emit(std::move(item)), shots.camera, shots.image});
  };
  AxisKey const first{"pre_capture", to_text(before), at}, last{"post_capture", to_text(until), at};
  bool const has_first = before > Duration::zero(), has_last = until > Duration::zero();
  AxisKey const own_pace{"interval", to_text(*buffer.interval), at};
  if (has_first && has_last && pace == *buffer.interval)
    return keep({{"snapshot", camera, at}, first, last, own_pace});
  if (has_first) keep({{"snapshot", camera, at}, first, own_pace});
  if (has_last) keep({{"snapshot", camera, at}, last, {"interval", to_text(pace), at}});
}

AxisAction* AxisActions::buffered(unsigned camera, unsigned image, Position at) {
  auto const of_buffer = [&](Pictures const& one) {
    return one.camera == camera && one.buffer == image;
  };
  auto const latest = std::ranges::find_if(pictures_.rbegin(), pictures_.rend(), of_buffer);
  if (latest != pictures_.rend()) return latest->action;
  auto const* buffer = buffers_.find(camera, image, at, mistakes_);
  if (buffer == nullptr) return nullptr;
  if (!buffer->interval) {
    mistakes_.error(at,
                    "nothing fills this buffer: a buffer_start with '-duration inf' would, or a "
                    "buffer_start or buffer_stop before this command");
    return nullptr;
  }
  ring({.camera = camera, .image = image, .interval = *buffer->interval}, *buffer, at);
  return pictures_.back().action;
}

AxisAction* AxisActions::pictures_of(AxisSource const& source, std::optional<unsigned> camera,
                                     Position at) {
  if (source.what == AxisSource::What::buffer)
    return buffered(camera.value_or(1), source.image, at);
  if (source.what == AxisSource::What::image) return &take(camera.value_or(1), source.image, at);
  auto const single = [&](Pictures const& one) {
    return one.buffer == 0 && (!camera || one.camera == *camera);
  };
  auto const latest = std::ranges::find_if(pictures_.rbegin(), pictures_.rend(), single);
  if (latest != pictures_.rend()) return latest->action;
  mistakes_.warning(at,
                    "no snapshot stands before this command: it takes a new picture, not the "
                    "one that is lastshot.jpg by then");
  return &take(camera.value_or(1), std::nullopt, at);
}

/// -dest and -suffix: what the pictures are called, here and there.
void AxisActions::name(AxisAction& pictures, AxisOptions& options, AxisSource const& source) {
  auto const* dest = options.value("dest");
  auto const* suffix = options.value("suffix");
  if (dest == nullptr && suffix == nullptr) return;
  auto const [base, extension] =
      split(dest != nullptr ? dest->text : axis_image_name(source.image));
  auto const kind = suffix != nullptr ? small(suffix->text) : "";
  std::string middle;
  if (kind == "date")
    middle = "{time:%Y-%m-%d_%H_%M_%S}";
  else if (kind == "sequence")
    middle = "_{seq}";
  else if (suffix != nullptr)
    return mistakes_.error(
        suffix->at, "'-suffix' must be date or sequence, not " + snapcron::quoted(suffix->text));
  auto const at = dest != nullptr ? dest->at : suffix->at;
  AxisKey const named{"filename", yaml_text(as_template(base) + middle + as_template(extension)),
                      at};
  auto const given = std::ranges::find(pictures.item, "filename", &AxisKey::key);
  if (given == pictures.item.end())
    pictures.item.push_back(named);
  else if (given->value != named.value)
    mistakes_.error(at, "not yet: one picture under two names; it is " + given->value + " already");
}

void AxisActions::ftp(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  auto const* host = options.value("host");
  auto const* src = options.value("src");
  auto const camera = options.number("cam", 1, most_axis_cameras);
  AxisSource last{.what = AxisSource::What::last_shot};
  auto const source = src != nullptr ? axis_source(*src, mistakes_) : std::optional{last};
  options.value("temp");  // it always goes under a temporary name
  bool login = false;
  for (auto const* of_destination : {"user", "pass"})
    login |= options.value(of_destination) != nullptr;
  AxisWord const destination =
      host != nullptr ? *host : AxisWord{.text = "ftp", .at = command.name.at};
  if (auto* pictures = source ? pictures_of(*source, camera, command.name.at) : nullptr) {
    name(*pictures, options, *source);
    pictures->to.push_back(destination);
  } else {
    options.value("dest");
    options.value("suffix");
  }
  options.finish();
  if (login)
    mistakes_.warning(command.name.at, "user and password are those of the destination " +
                                           snapcron::quoted(destination.text) +
                                           ", not the script's");
}

void AxisActions::mail(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  auto const* host = options.value("host");
  auto const* src = options.value("src");
  auto const camera = options.number("cam", 1, most_axis_cameras);
  auto const* subject = options.value("subject");
  auto const* message = options.value("message");
  bool addressed = false;
  for (auto const* of_destination : {"from", "to", "user", "pass"})
    addressed |= options.value(of_destination) != nullptr;
  options.finish();
  AxisWord const destination =
      host != nullptr ? *host : AxisWord{.text = "mail", .at = command.name.at};
  if (addressed)
    mistakes_.warning(command.name.at, "addresses and login are those of the destination " +
                                           snapcron::quoted(destination.text) +
                                           ", not the script's");
  auto const source = src != nullptr ? axis_source(*src, mistakes_) : std::nullopt;
  bool const of_buffer = source && source->what == AxisSource::What::buffer;
  auto* pictures = source ? pictures_of(*source, camera, command.name.at) : nullptr;
  if (of_buffer && pictures != nullptr) {
    pictures->to.push_back(destination);  // a mail each
    if (subject == nullptr && message == nullptr) return;
  }
  AxisItem item{{"mail", yaml_text(destination.text), destination.at}};
  if (subject != nullptr)
    item.push_back({"subject", yaml_text(as_template(subject->text)), subject->at});
  if (message != nullptr)
    item.push_back({"text", yaml_text(as_template(message->text)), message->at});
  if (!source || of_buffer) item.push_back({"picture", "false", command.name.at});
  emit(std::move(item));
}

}  // namespace snapcron
