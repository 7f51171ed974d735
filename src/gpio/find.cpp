#include "gpio/find.hpp"

#include "core/diagnostic.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace snapcron {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

unsigned number_of(std::string const& device) {
  unsigned number = 0;
  auto const digits = device.find_last_not_of("0123456789") + 1;
  std::from_chars(device.data() + digits, device.data() + device.size(), number);
  return number;
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

std::string user_name() {
  auto const* const user = ::getpwuid(::geteuid());
  return user ? user->pw_name : std::to_string(::geteuid());
}

/// How to be allowed to open a device.
std::string how_to_join(std::string const& device) {
  struct stat status {};
  if (::stat(device.c_str(), &status) != 0) return {};
  auto const* const group = ::getgrgid(status.st_gid);
  std::string const name = group ? group->gr_name : std::to_string(status.st_gid);
  if ((status.st_mode & S_IRGRP) == 0 || status.st_gid == 0)
    return "; it is for root only: let udev give it to a group (snapcron's package has such a "
           "rule)";
  return "; it belongs to the group '" + name + "': sudo usermod -aG " + name + " " + user_name() +
         ", then log in again";
}

std::string list(std::span<ChipReport const> chips) {
  if (chips.empty()) return "this machine has no GPIO chip; chip: sim is the simulated one";
  std::string text = "there is";
  for (auto const& chip : chips)
    text += (&chip == &chips.front() ? " " : ", ") + chip_text(chip.name, chip.label);
  return text;
}

/// Up to three names near to `line`, else the first few there are.
std::vector<std::string> nearest_names(std::string const& line,
                                       std::span<std::string const> names) {
  std::vector<std::string> known, near;
  std::copy_if(names.begin(), names.end(), std::back_inserter(known),
               [](auto const& name) { return !name.empty(); });
  while (near.size() < 3) {
    auto const found = nearest_word(line, known);
    if (!found) break;
    near.push_back(*found);
    std::erase(known, *found);
  }
  if (near.empty())
    near.assign(known.begin(), known.begin() + std::min<std::ptrdiff_t>(std::ssize(known), 8));
  return near;
}

}  // namespace

std::vector<std::string> chip_devices() {
  std::vector<std::string> devices;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator{"/dev", ignored}) {
    auto const name = entry.path().filename().string();
    if (name.starts_with("gpiochip") && all_digits(std::string_view{name}.substr(8)))
      devices.push_back(entry.path());
  }
  std::sort(devices.begin(), devices.end(),
            [](auto const& a, auto const& b) { return number_of(a) < number_of(b); });
  return devices;
}

Result<std::string> find_device(std::string const& who, std::string const& chip,
                                std::span<ChipReport const> chips) {
  if (chip.starts_with('/')) {
    std::error_code ignored;
    if (std::filesystem::exists(chip, ignored)) return chip;
    return Error{Fault::not_found, who + ": there is no " + chip + "; " + list(chips)};
  }
  std::vector<ChipReport const*> matches;
  for (auto const& report : chips) {
    if (report.name == chip) return report.device;
    if (report.label == chip) matches.push_back(&report);
  }
  if (matches.size() == 1) return matches.front()->device;
  if (matches.size() > 1) {
    std::string text =
        who + ": several chips have the label '" + chip + "'; use the path or name of one:";
    for (auto const* match : matches) text += " " + match->name;
    return Error{Fault::invalid, text};
  }
  for (auto const& report : chips)  // it may be one whose label we may not read
    if (!report.problem.empty()) return Error{Fault::denied, who + ": " + report.problem};
  return Error{Fault::not_found,
               who + ": no GPIO chip '" + chip + "' by label, path or name; " + list(chips)};
}

bool is_offset(std::string const& line) {
  return all_digits(line);
}

Error open_error(std::string const& device, int error) {
  if (error == EACCES || error == EPERM)
    return {Fault::denied, "may not open " + device + ": permission denied" + how_to_join(device)};
  if (error == ENOTTY || error == ENODEV || error == EINVAL)
    return {Fault::not_found, device + " is not a GPIO chip"};
  auto const fault = error == ENOENT || error == ENXIO ? Fault::not_found : Fault::failed;
  return {fault, "cannot open " + device + ": " + reason(error)};
}

Error no_line(std::string const& who, std::string const& chip, std::string const& line,
              std::span<std::string const> names) {
  if (is_offset(line))
    return {Fault::not_found, who + ": " + chip + " has no line " + line + "; it has " +
                                  std::to_string(names.size()) + ", counted from 0"};
  auto text = who + ": " + chip + " has no line named '" + line + "'";
  auto const near = nearest_names(line, names);
  for (auto const& name : near)
    text += (&name == &near.front() ? "; it has '" : ", '") + name + "'";
  if (near.empty()) text += "; none of its lines has a name: use the line's number, its offset";
  return {Fault::not_found, text};
}

Error request_error(std::string const& who, std::string const& line, std::string const& consumer,
                    int error) {
  if (error == EBUSY)
    return {Fault::busy, who + ": " + line + " is held by " +
                             (consumer.empty() ? "somebody (the kernel does not say who)"
                                               : "'" + consumer + "'") +
                             "; end that, or use another line"};
  if (error == EACCES || error == EPERM)
    return {Fault::denied, who + ": may not use " + line + ": permission denied"};
  if (error == ENODEV) return {Fault::gone, who + ": " + line + ": its chip is gone"};
  if (error == EINVAL || error == ENOTSUP)
    return {Fault::invalid, who + ": " + line + " cannot be used in this way: " + reason(error) +
                                "; does the chip know this bias, and interrupts?"};
  return {Fault::failed, who + ": cannot use " + line + ": " + reason(error)};
}

Error line_error(std::string const& who, std::string const& line, char const* what, int error) {
  if (error == ENODEV) return {Fault::gone, who + ": " + line + ": its chip is gone"};
  return {Fault::failed, who + ": cannot " + what + " " + line + ": " + reason(error)};
}

std::string chip_text(std::string const& name, std::string const& label) {
  return label.empty() ? name : name + " (" + label + ")";
}

std::string line_text(std::string const& chip, unsigned offset, std::string const& name) {
  auto text = chip + " line " + std::to_string(offset);
  return name.empty() ? text : text + " '" + name + "'";
}

}  // namespace snapcron
