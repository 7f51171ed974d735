#include "axis/actions.hpp"

#include "axis/reader.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

constexpr unsigned default_alert_port = 15;  // of the units that came after
std::string with_port(std::string const& host, unsigned port) {
  bool const is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

void AxisActions::add(AxisCommand const& command) {
  using Translate = void (AxisActions::*)(AxisCommand const&);
  // In the order of axis_commands.
  static constexpr std::array<Translate, axis_commands.size()> translate{
      &AxisActions::alert,       &AxisActions::buffer_init, &AxisActions::buffer_start,
      &AxisActions::buffer_stop, &AxisActions::ftp,         &AxisActions::log,
      &AxisActions::mail,        &AxisActions::ppp,         &AxisActions::ppp,
      &AxisActions::ptz,         &AxisActions::relay,       &AxisActions::reset,
      &AxisActions::sleep,       &AxisActions::snapshot};
  comments_ = command.comments;
  refuse_bytes(command);
  if (std::exchange(waits_, false))
    mistakes_.error(command.name.at,
                    "this would wait for a buffer_init: a buffer_stop with '-duration inf' goes on "
                    "until then. Put it behind that buffer_init");
  auto const& name = command.name.text;
  auto const found = std::ranges::find(axis_commands, name);
  if (found != axis_commands.end())
    return (this->*translate[static_cast<std::size_t>(found - axis_commands.begin())])(command);
  std::vector<std::string> const known{axis_commands.begin(), axis_commands.end()};
  mistakes_.error(command.name.at, "there is no command " + snapcron::quoted(name),
                  nearest_word(name, known).value_or(""));
}

AxisAction& AxisActions::emit(List& list, AxisItem item) {
  list.push_back({.comments = std::exchange(comments_, {}), .item = std::move(item), .to = {}});
  return list.back();
}

void AxisActions::refuse_bytes(AxisCommand const& command) {
  auto const refuse = [&](AxisWord const& word) {
    if (word.byte)
      mistakes_.error(
          *word.byte,
          "only the message of an alert may have this byte: other texts are UTF-8 here");
  };
  for (auto const& option : command.options)
    if (option.value && !(command.name.text == "alert" && option.name.text == "message"))
      refuse(*option.value);
  for (auto const& word : command.words) refuse(word);
}

void AxisActions::nothing(AxisCommand const& command, std::string const& why) {
  emit({{"log", yaml_text(command.name.text + ": " + why), command.name.at}});
}

void AxisActions::alert(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  auto const* host = options.value("host");
  auto const port = options.number("port", 1, 65535).value_or(default_alert_port);
  auto const* message = options.value("message");
  options.finish();
  if (host == nullptr || message == nullptr)
    return mistakes_.error(command.name.at, "'alert' needs -host and -message");
  AxisItem item{{"alert", yaml_text(with_port(host->text, port)), host->at},
                {"text", yaml_text(as_template(message->text)), message->at}};
  if (message->byte) item.push_back({"encoding", "latin-1", *message->byte});
  emit(std::move(item));
}

void AxisActions::log(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  auto const* message = options.value("message");
  if (message == nullptr) message = options.word();
  options.finish();
  if (message == nullptr)
    return mistakes_.error(command.name.at, "'log' needs a text: log \"the door is open\";");
  emit({{"log", yaml_text(as_template(message->text)), message->at}});
}

void AxisActions::ppp(AxisCommand const& command) {
  mistakes_.warning(command.name.at, snapcron::quoted(command.name.text) +
                                         " does nothing here: the network is the computer's own");
  nothing(command, "nothing is dialled here");
}

void AxisActions::ptz(AxisCommand const& command) {
  if (settings_.ptz.empty())
    return mistakes_.error(command.name.at,
                           "'ptz' needs to know where: write 'axis_script: {file: ..., ptz: "
                           "\"http://CAMERA/axis-cgi/com/ptz.cgi\"}'");
  AxisOptions options{command, mistakes_};
  std::string url = settings_.ptz;
  for (auto const& option : options.all()) {
    auto const* value = options.value(option.name.text);
    if (value == nullptr) continue;
    url += url.find('?') == std::string::npos ? '?' : '&';
    url += (option.name.text == "cam" ? "camera" : option.name.text) + "=";
    for (char const c : value->text) {
      constexpr std::string_view hex = "0123456789ABCDEF";
      auto const byte = static_cast<unsigned char>(c);
      if (is_alphanumeric(c) || std::string_view{"-._~,"}.find(c) != std::string_view::npos)
        url += c;
      else
        ((url += '%') += hex[byte >> 4]) += hex[byte & 15];
    }
  }
  options.finish();
  AxisItem item{{"http", yaml_text(as_template(url)), command.name.at}};
  if (!settings_.username.empty())
    item.push_back({"username", yaml_text(settings_.username), command.name.at});
  if (!settings_.password_file.empty())
    item.push_back({"password_file", yaml_text(settings_.password_file), command.name.at});
  emit(std::move(item));
}

void AxisActions::switch_relay(Position at, char const* state) {
  emit({{"relay", "1", at}, {"set", state, at}});
}

void AxisActions::relay(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  bool const on = options.flag("on"), off = options.flag("off");
  options.finish();
  if (on == off) return mistakes_.error(command.name.at, "'relay' needs one of -on and -off");
  switch_relay(command.name.at, on ? "on" : "off");
}

void AxisActions::reset(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  bool const soft = options.flag("soft"), hard = options.flag("hard");
  bool const on = options.flag("on"), off = options.flag("off");
  options.finish();
  auto const at = command.name.at;
  if (soft + hard + on + off > 1)
    return mistakes_.error(at, "'reset' takes one of -soft and -hard");
  if (on || off) {
    mistakes_.warning(
        at, "'reset' is taken for 'relay' here: that is what the manual's misprint means");
    return switch_relay(at, on ? "on" : "off");
  }
  if (!hard) return void(emit({{"run", "[snapcron, reload]", at}}));
  if (!settings_.reboot)
    return mistakes_.error(at,
                           "'reset -hard' would restart this computer, which needs a leave: write "
                           "'axis_script: {file: ..., reboot: true}'");
  emit({{"run", "[systemctl, reboot]", at}});
}

void AxisActions::sleep(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  auto const* given = options.word();
  options.finish();
  auto const seconds = given != nullptr ? axis_number(given->text) : std::nullopt;
  auto const time = seconds            ? std::optional<Duration>{std::chrono::seconds{*seconds}}
                    : given != nullptr ? axis_time(given->text)
                                       : std::nullopt;
  if (!time)
    return mistakes_.error(given != nullptr ? given->at : command.name.at,
                           "'sleep' needs a number of seconds: sleep 30;");
  if (*time == Duration::zero()) return nothing(command, "no time at all");
  slept_ += *time;
  emit({{"delay", to_text(*time), given->at}});
}

void AxisActions::snapshot(AxisCommand const& command) {
  AxisOptions options{command, mistakes_};
  auto const camera = options.number("cam", 1, most_axis_cameras).value_or(1);
  std::optional<unsigned> image;
  if (auto const* src = options.value("src")) {
    auto const source = axis_source(*src, mistakes_);
    if (source && source->what != AxisSource::What::image)
      mistakes_.error(src->at, "a snapshot is taken of halfsize.jpg, fullsize.jpg or hugesize.jpg");
    if (source) image = source->image;
  }
  if (auto const* state = options.value("relay")) {
    auto const word = small(state->text);
    if (word == "on" || word == "off")
      switch_relay(state->at, word.c_str());
    else if (word == "pulse")
      emit({{"relay", "1", state->at}, {"pulse", "", state->at}});
    else
      mistakes_.error(state->at,
                      "'-relay' must be on, off or pulse, not " + snapcron::quoted(state->text));
  }
  options.finish();
  take(camera, image, command.name.at);
}

}  // namespace snapcron
