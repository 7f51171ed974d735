#pragma once
// A whole configuration as values: what the loader makes of the YAML file, and all that the
// daemon and the tools know of it. Paths are absolute; secrets are read from their files.

#include "core/destination.hpp"
#include "core/rule.hpp"
#include "core/sun.hpp"
#include "core/template.hpp"
#include "core/zone.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace snapcron {

inline constexpr unsigned most_lines = 64;  // inputs of a site, and relays

/// A line as the user named it: chip by label, path or name ("sim" for the simulated chip), line by
/// name or, when all digits, by offset.
struct LineName {
  std::string chip;
  std::string line;
  friend bool operator==(LineName const&, LineName const&) = default;
};

/// The chip of inputs that have no line: other programs set their levels.
inline constexpr char const* virtual_chip = "virtual";

enum class Bias { as_is, disabled, pull_up, pull_down };

struct InputSpec {
  unsigned number = 0;
  std::string name;  // the number's digits when not given
  LineName line;
  Bias bias = Bias::as_is;
  bool active_low = false;
  Duration debounce{};  // zero: none
  friend bool operator==(InputSpec const&, InputSpec const&) = default;
};

struct RelaySpec {
  unsigned number = 0;
  std::string name;
  LineName line;
  bool active_low = false;
  bool initial = false;
  bool on_exit = false;
  std::optional<Duration> max_on;
  friend bool operator==(RelaySpec const&, RelaySpec const&) = default;
};

struct UrlCamera {
  std::string url;  // http or https, without user and password
  std::string username, password;
  friend bool operator==(UrlCamera const&, UrlCamera const&) = default;
};
/// A stream of JPEG parts, multipart/x-mixed-replace.
struct MjpegCamera {
  std::string url;  // as of a UrlCamera
  std::string username, password;
  friend bool operator==(MjpegCamera const&, MjpegCamera const&) = default;
};
/// Video by RTSP; a program decodes it.
struct RtspCamera {
  std::string url;  // rtsp or rtsps, without user and password
  std::string username, password;
  friend bool operator==(RtspCamera const&, RtspCamera const&) = default;
};
/// A video device; the size and the rate are the nearest that it has.
struct V4l2Camera {
  std::string device;  // an absolute path
  unsigned width = 1280, height = 720;
  std::optional<unsigned> fps{};  // none: its own
  friend bool operator==(V4l2Camera const&, V4l2Camera const&) = default;
};
struct CommandCamera {
  std::vector<std::string> argv;  // the picture comes on its stdout
  friend bool operator==(CommandCamera const&, CommandCamera const&) = default;
};
struct TestPatternCamera {
  unsigned width = 640, height = 480;
  friend bool operator==(TestPatternCamera const&, TestPatternCamera const&) = default;
};

/// The newest frames of a camera that is kept running, for pictures from before the trigger.
struct BufferSpec {
  Duration seconds = std::chrono::seconds{10};
  std::uint64_t max_bytes = 32'000'000;
  unsigned fps = 5;  // that many are kept; a camera of single pictures is asked so often
  friend bool operator==(BufferSpec const&, BufferSpec const&) = default;
};

struct CameraSpec {
  std::string name;
  std::variant<UrlCamera, MjpegCamera, RtspCamera, V4l2Camera, CommandCamera, TestPatternCamera>
      source;
  Duration timeout = std::chrono::seconds{10};  // the whole capture; of a stream, to the next frame
  Duration connect_timeout = std::chrono::seconds{5};  // never longer than timeout
  Duration stall_timeout = std::chrono::seconds{5};    // no byte for that long
  std::uint64_t max_bytes = 16'000'000;
  std::optional<Duration> stale_after{};  // the same picture for that long: it is taken for lost
  bool verify_tls = true;
  std::optional<BufferSpec> buffer{};
  std::optional<Template> overlay{};  // drawn into the pictures that are kept
  friend bool operator==(CameraSpec const&, CameraSpec const&) = default;
};

/// When pictures are deleted, the oldest first: those older than `age`, and more while all of them
/// take more than `size` or the disk has less than `min_free`. Nothing is given: never.
struct Retention {
  std::optional<Duration> age{};
  std::optional<std::uint64_t> size{}, min_free{};  // bytes
  bool delete_undelivered = false;                  // also what waits to be delivered
  bool any() const { return age || size || min_free; }
  friend bool operator==(Retention const&, Retention const&) = default;
};

struct StorageSpec {
  std::filesystem::path directory = "/var/lib/snapcron/snapshots";
  Template filename;
  Retention retention{};
  friend bool operator==(StorageSpec const&, StorageSpec const&) = default;
};

/// A line of the users file.
struct User {
  std::string name;
  std::string hash;  // crypt(3)
  bool viewer = false;
  friend bool operator==(User const&, User const&) = default;
};

/// The files of a certificate and of its key, and the PEM texts that are in them.
struct TlsSpec {
  std::filesystem::path certificate_file, key_file;  // absolute
  std::string certificate, key;
  friend bool operator==(TlsSpec const&, TlsSpec const&) = default;
};

struct HttpSpec {
  std::string address = "127.0.0.1";  // an IP literal
  std::uint16_t port = 8080;
  std::vector<User> users;        // empty: no password, loopback only
  bool manual_input_txt = false;  // "time_of_change:" as the printed manuals have it
  std::optional<TlsSpec> tls{};   // none: plain HTTP
  friend bool operator==(HttpSpec const&, HttpSpec const&) = default;
};

struct Site {
  std::filesystem::path file;  // the configuration file itself
  Zone zone;
  std::optional<Place> location;  // for the Sun
  std::optional<Duration>
      wait_for_sync;  // clock: how long calendar rules wait at start for a synchronised clock
  std::vector<InputSpec> inputs;    // by number
  std::vector<RelaySpec> relays;    // by number
  std::vector<CameraSpec> cameras;  // in the file's order: the first is the default
  StorageSpec storage;
  std::vector<DestinationSpec> destinations;  // in the file's order
  std::optional<HttpSpec> http;
  std::filesystem::path axis_script{};  // absolute; empty: there is none
  bool axis_upload = false;             // another may be put in its place by HTTP
  std::filesystem::path control_socket = "/run/snapcron/snapcron.sock";
  std::vector<Rule> rules;
};

}  // namespace snapcron
