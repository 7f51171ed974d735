#include "config/devices.hpp"
#include "config/rules.hpp"
#include "config/url.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"
#include "core/quantity.hpp"

#include <algorithm>

namespace snapcron {
namespace {

constexpr std::size_t most_cameras = 256;
constexpr std::uint64_t largest_picture = 256'000'000;
constexpr std::size_t longest_overlay = 100;
constexpr std::uint64_t largest_buffer = 1'000'000'000;

/// A camera's name is a folder's.
bool is_folder_name(std::string_view name) {
  return name.front() != '.' && name.front() != '-' && is_path_word(name);
}

class CameraReader {
 public:
  CameraReader(Context const& context, Files& files, YamlEntry const& entry, YamlNode const& map)
      : context_{context},
        files_{files},
        map_{context, map, camera_words(), "camera " + snapcron::quoted(entry.key), entry.at} {
    camera_.name = entry.key;
  }

  CameraSpec read() {
    source();
    times();
    if (auto const* size = map_.take("max_size"))
      camera_.max_bytes = read_size(context_, *size, largest_picture).value_or(camera_.max_bytes);
    if (auto const* entry = map_.take("buffer")) buffer(*entry);
    if (auto const* entry = map_.take("overlay")) overlay(*entry);
    map_.finish();
    return std::move(camera_);
  }

 private:
  void source() {
    YamlEntry const* given = nullptr;
    for (auto const& key : camera_words().one_of) {
      auto const* const one = map_.take(key);
      if (one == nullptr) continue;
      if (given != nullptr) {
        auto const [first, second] =
            given->at < one->at ? std::pair{given, one} : std::pair{one, given};
        context_.error(second->at, map_.what() + " has both " + snapcron::quoted(first->key) +
                                       " and " + snapcron::quoted(second->key) +
                                       ": keep one of them");
      }
      given = one;
    }
    if (given == nullptr) {
      context_.error(map_.at(), map_.what() +
                                    " has no picture to take: add one of 'url', 'mjpeg', 'rtsp', "
                                    "'v4l2', 'command' and 'test_pattern'");
      for (auto const* key :
           {"username", "password_file", "verify_tls", "connect_timeout", "width", "height", "fps"})
        map_.take(key);
      return;
    }
    if (given->key == "command") command(*given);
    if (given->key == "test_pattern") test_pattern(*given);
    if (given->key == "url") camera_.source = network<UrlCamera>(*given);
    if (given->key == "mjpeg") camera_.source = network<MjpegCamera>(*given);
    if (given->key == "rtsp") camera_.source = network<RtspCamera>(*given, "rtsp");
    if (given->key == "v4l2") video(*given);
    bool const http = given->key == "url" || given->key == "mjpeg";
    only_for(http || given->key == "rtsp", {"username", "password_file", "verify_tls"},
             "'url', 'mjpeg' and 'rtsp'");
    only_for(http, {"connect_timeout"}, "'url' and 'mjpeg'");
    only_for(given->key == "v4l2", {"width", "height", "fps"}, "'v4l2'");
  }

  /// What means nothing to other cameras.
  void only_for(bool good, std::initializer_list<char const*> keys, std::string const& kinds) {
    for (auto const* key : keys) {
      auto const* entry = map_.take(key);
      if (entry != nullptr && !good)
        context_.error(entry->at, snapcron::quoted(key) + " goes with " + kinds + " only");
    }
  }

  template <class Source>
  Source network(YamlEntry const& entry, std::string const& scheme = "http") {
    Source source;
    auto const text = read_text(context_, entry,
                                scheme == "rtsp" ? "an rtsp address" : "an http or https address");
    std::optional<Url> url;
    if (text) {
      if (auto parsed = parse_url(*text, scheme)) {
        url = *parsed;
        source.url = *text;
      } else {
        context_.error(entry.value.at, parsed.error().text);
      }
    }
    auto const* username = map_.take("username");
    if (username != nullptr) {
      source.username = read_text(context_, *username).value_or("");
      if (source.username.find_first_of(":\r\n") != std::string::npos)
        context_.error(username->value.at, "a username may not hold a ':' or a line end");
    }
    if (auto const* file = map_.take("password_file")) {
      source.password =
          read_secret(files_, context_, *file, "the camera is asked without a password");
      if (username != nullptr && url && !url->tls && !url->loopback && scheme == "http")
        context_.warning(entry.value.at, "the password of " + map_.what() +
                                             " goes over plain http, where others may read it: use "
                                             "https if the camera has it");
    }
    camera_.verify_tls = map_.flag("verify_tls").value_or(true);
    if (url && url->tls && scheme == "rtsp" && camera_.verify_tls)
      context_.error(entry.value.at,
                     "ffmpeg does not verify who answers by rtsps: if that is good "
                     "enough here, say so with 'verify_tls: false'");
    return source;
  }

  void video(YamlEntry const& entry) {
    V4l2Camera source;
    source.device = read_text(context_, entry, "a device such as /dev/video0").value_or("");
    if (!source.device.empty() && !source.device.starts_with('/'))
      context_.error(entry.value.at,
                     "'v4l2' takes the path of a device, such as /dev/video0 or one "
                     "of /dev/v4l/by-id/, not " +
                         snapcron::quoted(source.device));
    source.width = map_.number("width").value_or(source.width);
    source.height = map_.number("height").value_or(source.height);
    source.fps = map_.number("fps");
    camera_.source = std::move(source);
  }

  void command(YamlEntry const& entry) {
    CommandCamera source;
    if (auto const argv = read_argv(context_, entry))
      for (auto const* argument : *argv) source.argv.push_back(argument->text);
    camera_.source = std::move(source);
  }

  void test_pattern(YamlEntry const& entry) {
    TestPatternCamera source;
    camera_.source = source;
    if (is_nothing(entry.value)) return;
    auto const* map = read_map(context_, entry, "'test_pattern: {width: 640, height: 480}'");
    if (map == nullptr) return;
    MapReader reader{context_, *map, test_pattern_words(), "test_pattern", entry.at};
    source.width = reader.number("width").value_or(source.width);
    source.height = reader.number("height").value_or(source.height);
    reader.finish();
    camera_.source = source;
  }

  void buffer(YamlEntry const& entry) {
    auto& buffer = camera_.buffer.emplace();
    if (is_nothing(entry.value)) return;
    auto const* map = read_map(context_, entry, "'buffer: {seconds: 10s, fps: 5}'");
    if (map == nullptr) return;
    MapReader reader{context_, *map, buffer_words(), "buffer", entry.at};
    buffer.seconds = reader.duration("seconds").value_or(buffer.seconds);
    if (auto const* size = reader.take("max_bytes"))
      buffer.max_bytes = read_size(context_, *size, largest_buffer).value_or(buffer.max_bytes);
    buffer.fps = reader.number("fps").value_or(buffer.fps);
    reader.finish();
  }

  void overlay(YamlEntry const& entry) {
    camera_.overlay = read_template(context_, entry);
    if (!camera_.overlay) return;
    auto const& text = camera_.overlay->source();
    auto const length = text.size();
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
      context_.error(entry.value.at, "'overlay' is empty: leave it out to draw nothing");
    if (text.find_first_of("\r\n") != std::string::npos)
      context_.error(entry.value.at, "'overlay' is one line");
    if (length > longest_overlay)
      context_.error(entry.value.at, "'overlay' has " + std::to_string(length) +
                                         " characters: at most " + std::to_string(longest_overlay) +
                                         " fit in a picture");
  }

  void times() {
    camera_.timeout = map_.duration("timeout").value_or(camera_.timeout);
    part("connect_timeout", camera_.connect_timeout);
    part("stall_timeout", camera_.stall_timeout);
    camera_.stale_after = map_.duration("stale_after");
  }
  void part(std::string_view key, Duration& time) {
    auto const given = map_.duration(key);
    if (!given) {
      if (!map_.has(key)) time = std::min(time, camera_.timeout);
      return;
    }
    time = *given;
    if (time <= camera_.timeout) return;
    auto const& value = map_.take(key)->value;
    context_.error(value.at, snapcron::quoted(key) + " " + value.text +
                                 " is longer than the whole 'timeout' of " +
                                 to_text(camera_.timeout));
  }

  Context const& context_;
  Files& files_;
  MapReader map_;
  CameraSpec camera_;
};

}  // namespace

void read_cameras(Context const& context, Files& files, YamlEntry const* entry, Site& site,
                  References& references) {
  if (entry == nullptr || entry->value.kind == YamlNode::Kind::null) return;
  auto const* map = read_map(context, *entry, "'door: {url: \"http://camera/image.jpg\"}'");
  if (map == nullptr) return;
  if (map->entries.size() > most_cameras)
    return context.error(entry->at, "more than " + std::to_string(most_cameras) + " cameras");
  for (auto const& camera : map->entries) {
    references.cameras.push_back(camera.key);
    if (!check_name(context, camera.at, camera.key, "camera")) continue;
    if (!is_folder_name(camera.key)) {
      context.error(camera.at, "camera name " + snapcron::quoted(camera.key) +
                                   " must do for a folder: letters, digits, '.', '_' and '-', not "
                                   "beginning with '.' or '-'");
      continue;
    }
    auto const* keys = read_map(context, camera, "'{url: \"http://camera/image.jpg\"}'");
    if (keys == nullptr) continue;
    auto& added = site.cameras.emplace_back(CameraReader{context, files, camera, *keys}.read());
    if (added.buffer) references.buffers.emplace(added.name, added.buffer->seconds);
  }
}

}  // namespace snapcron
