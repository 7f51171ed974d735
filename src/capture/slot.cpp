#include "capture/slot.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "core/template.hpp"

namespace snapcron {
namespace {

std::string folder_of(std::string const& camera) {
  static auto const name = Template::parse("{camera}/x.jpg", Template::Use::file_name).value();
  TemplateValues values;
  values.camera = camera;
  auto const path = name.expand(values);
  return path.substr(0, path.find('/'));
}

}  // namespace

Slot::Slot(CameraSpec const& s) : spec(s), folder(folder_of(s.name)), frozen(s.stale_after) {
  status.name = s.name;
}

std::string Slot::who() const {
  return "camera " + snapcron::quoted(spec.name) + ": ";
}

Error Slot::no_frame() const {
  if (warm->lost()) return *warm->lost();
  return {Fault::timed_out, who() + "no frame came within " + to_text(spec.timeout)};
}

}  // namespace snapcron
