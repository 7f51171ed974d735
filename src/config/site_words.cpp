// The words of a site outside its rules.

#include "config/words.hpp"
#include "core/site.hpp"

namespace snapcron {
namespace {

using Kind = ValueShape::Kind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

ValueShape numbered(Table const& (*table)()) {
  auto shape = takes::map(table);
  shape.kind = Kind::numbered;
  shape.most = most_lines;
  return shape;
}
ValueShape named(Table const& (*table)()) {
  auto shape = takes::map(table);
  shape.kind = Kind::named;
  return shape;
}
ValueShape list_of(Table const& (*table)()) {
  auto shape = takes::map(table);
  shape.kind = Kind::list;
  return shape;
}
ValueShape degrees(unsigned most) {
  auto shape = takes::of(Kind::degrees);
  shape.most = most;
  return shape;
}

Word version() {
  return {"version", takes::number(1, 1), "the version of the configuration's language: 1"};
}
Word rules() {
  return {"rules", list_of(rule_words), "what happens when"};
}

}  // namespace

Table const& site_words() {
  static Table const table{
      "site",
      "the configuration of snapcron",
      {version().must(),
       Word{"timezone", takes::of(Kind::text), "an IANA name such as Europe/Stockholm"}.or_else(
           "the system's zone"),
       {"location", takes::map(location_words), "where on Earth: for sunrise and sunset"},
       {"clock", takes::map(clock_words), "how far the clock is trusted"},
       {"gpio", takes::map(gpio_words), "the chip with the lines of inputs and relays"},
       {"inputs", numbered(input_words), "the inputs by number"},
       {"relays", numbered(relay_words), "the relays by number"},
       {"cameras", named(camera_words), "the cameras by name; the first is the default"},
       {"storage", takes::map(storage_words), "where pictures go"},
       {"destinations", named(destination_words), "where pictures are delivered to, by name"},
       {"http", takes::map(http_words), "the pages and the API; without it no port is opened"},
       Word{"control_socket", takes::of(Kind::text), "the unix socket of the command line"}.or_else(
           "/run/snapcron/snapcron.sock"),
       {"include", takes::or_list(takes::of(Kind::text)),
        "files that hold rules only, or patterns of them: rules.d/*.yaml"},
       rules(),
       {"axis_script", takes::or_text(takes::map(axis_script_words)),
        "the file of a CRON script of an AXIS camera server, which runs as it is"},
       later("mqtt", "the broker")}};
  return table;
}

Table const& rules_file_words() {
  static Table const table{"rules-file", "a file with rules", {version(), rules().must()}};
  return table;
}

Table const& axis_script_words() {
  static Table const table{
      "axis-script",
      "a CRON script of an AXIS camera server, and what it cannot know",
      {Word{"file", takes::of(Kind::text), "the script"}.must(),
       Word{"button", takes::of(Kind::reference), "the input that is the Control button, B"}
           .or_else("button"),
       {"ptz", takes::of(Kind::text), "the address of the camera's ptz.cgi"},
       Word{"username", takes::of(Kind::text), "for that, by Basic authentication"}.with({"ptz"}),
       Word{"password_file", takes::of(Kind::text), "a file that holds the password in one line"}
           .with({"username"}),
       Word{"upload", takes::of(Kind::flag), "true: another may be put in its place by HTTP"}
           .or_else("false"),
       Word{"reboot", takes::of(Kind::flag), "true: 'reset -hard' may restart this computer"}
           .or_else("false")}};
  return table;
}

Table const& location_words() {
  static Table const table{"location",
                           "where on Earth: for sunrise and sunset",
                           {Word{"latitude", degrees(90), "degrees, north is positive"}.must(),
                            Word{"longitude", degrees(180), "degrees, east is positive"}.must()}};
  return table;
}

Table const& clock_words() {
  static Table const table{
      "clock",
      "how far the clock is trusted",
      {Word{"wait_for_sync", takes::duration(takes::a_day),
            "how long rules by the calendar wait at start for a synchronised clock"}
           .must()}};
  return table;
}

Table const& gpio_words() {
  static Table const table{
      "gpio",
      "the chip of all lines that name no other",
      {Word{"chip", takes::of(Kind::text), "its label, path or name; sim: the simulated chip"}
           .must()}};
  return table;
}

Table const& input_words() {
  static Table const table{
      "input",
      "a digital input",
      {Word{"name", takes::of(Kind::name), "how rules and people call it"}.or_else("the number"),
       {"line", takes::of(Kind::text), "digits are the line's offset, anything else its name"},
       {"virtual", takes::of(Kind::flag),
        "true: it has no line; other programs set its level, by HTTP or snapcron input"},
       {"chip", takes::of(Kind::text), "another chip than gpio's"},
       Word{"bias", takes::word({"as-is", "disabled", "pull-up", "pull-down"}), "the resistor"}
           .or_else("as-is"),
       Word{"active_low", takes::of(Kind::flag), "true: a low voltage is logically high"}.or_else(
           "false"),
       Word{"debounce", takes::duration({Duration::zero(), minutes{1}}),
            "how long a level must hold before it counts"}
           .or_else("none")},
      {"line", "virtual"}};
  return table;
}

Table const& relay_words() {
  static Table const table{
      "relay",
      "an output that switches something",
      {Word{"name", takes::of(Kind::name), "how rules and people call it"}.or_else("the number"),
       Word{"line", takes::of(Kind::text), "digits are the line's offset, anything else its name"}
           .must(),
       {"chip", takes::of(Kind::text), "another chip than gpio's"},
       Word{"active_low", takes::of(Kind::flag), "true: on is a low voltage"}.or_else("false"),
       Word{"initial", takes::word({"off", "on"}), "the state at start"}.or_else("off"),
       Word{"on_exit", takes::word({"off", "on"}), "the state after a clean stop"}.or_else("off"),
       Word{"max_on", takes::duration(), "the longest time that it stays on, whoever asks"}.or_else(
           "no limit")}};
  return table;
}

Table const& camera_words() {
  auto const time = takes::duration({milliseconds{10}, hours{1}});
  static Table const table{
      "camera",
      "where pictures come from: url, mjpeg, rtsp, v4l2, command or test_pattern",
      {{"url", takes::of(Kind::text), "http or https, without user and password"},
       {"mjpeg", takes::of(Kind::text), "the same of a stream of pictures"},
       {"rtsp", takes::of(Kind::text), "rtsp, without user and password; ffmpeg decodes it"},
       {"v4l2", takes::of(Kind::text),
        "a video device such as /dev/video0, or one of /dev/v4l/by-id/: a USB camera"},
       Word{"width", takes::number(16, 8192), "of a v4l2 camera's pictures, in pixels"}
           .with({"height"})
           .or_else("1280"),
       Word{"height", takes::number(16, 8192), "the device's nearest size is taken"}
           .with({"width"})
           .or_else("720"),
       Word{"fps", takes::number(1, 240), "of a v4l2 camera: frames a second that it is asked for"}
           .or_else("the device's own"),
       {"command", takes::of(Kind::argv), "a program whose stdout is the picture; never a shell"},
       {"test_pattern", takes::or_nothing(takes::map(test_pattern_words)),
        "a picture that needs no camera"},
       {"username", takes::of(Kind::text), "for Basic and Digest authentication"},
       Word{"password_file", takes::of(Kind::text), "a file that holds the password in one line"}
           .with({"username"}),
       Word{"verify_tls", takes::of(Kind::flag), "false: take any certificate"}.or_else("true"),
       Word{"timeout", time, "of the whole capture"}.or_else("10s"),
       Word{"connect_timeout", time, "until connected"}.or_else("5s"),
       Word{"stall_timeout", time, "without a byte"}.or_else("5s"),
       Word{"stale_after", takes::duration({std::chrono::seconds{1}, hours{24}}),
            "the same picture for that long, byte by byte: the camera is lost"}
           .or_else("never"),
       Word{"max_size", takes::of(Kind::size), "of a picture, at most 256MB"}.or_else("16MB"),
       {"buffer", takes::or_nothing(takes::map(buffer_words)),
        "the camera is kept running, for pictures from before the trigger"},
       {"overlay", takes::of(Kind::text), "a line of text with values, drawn into each picture"}},
      {"url", "mjpeg", "rtsp", "v4l2", "command", "test_pattern"}};
  return table;
}

Table const& buffer_words() {
  static Table const table{
      "buffer",
      "the newest frames of a camera",
      {Word{"seconds", takes::duration({milliseconds{100}, minutes{10}}), "how far it reaches back"}
           .or_else("10s"),
       Word{"max_bytes", takes::of(Kind::size), "of all its frames, at most 1GB"}.or_else("32MB"),
       Word{"fps", takes::number(1, 30),
            "so many frames a second are kept; a camera of single pictures is asked so often"}
           .or_else("5")}};
  return table;
}

Table const& test_pattern_words() {
  static Table const table{"test-pattern",
                           "a picture with the time and the camera's name in it",
                           {Word{"width", takes::number(16, 4096), "in pixels"}.or_else("640"),
                            Word{"height", takes::number(16, 4096), "in pixels"}.or_else("480")}};
  return table;
}

Table const& storage_words() {
  static Table const table{
      "storage",
      "where pictures go",
      {Word{"directory", takes::of(Kind::text), "the folder; it is made when it is missing"}
           .or_else("/var/lib/snapcron/snapshots"),
       Word{"filename", takes::of(Kind::file_name), "a template below it, ending in .jpg or .jpeg"}
           .or_else("{camera}/{time:%Y-%m-%d}/{time:%H%M%S}_{rule}_{seq}.jpg"),
       {"retention", takes::map(retention_words), "when pictures are deleted"}}};
  return table;
}

Table const& retention_words() {
  static Table const table{
      "retention",
      "when pictures are deleted, the oldest first: at least one of age, size and min_free",
      {{"age", takes::duration({.least = minutes{1}}), "those that are older"},
       {"size", takes::of(Kind::size), "while all of them take more"},
       {"min_free", takes::of(Kind::size), "while the disk has less left"},
       Word{"delete_undelivered", takes::of(Kind::flag),
            "true: also what waits to be delivered, and is then never"}
           .or_else("false")}};
  return table;
}

Table const& http_words() {
  static Table const table{
      "http",
      "the pages and the API",
      {Word{"listen", takes::of(Kind::text),
            "ADDRESS:PORT; another than a loopback address needs users_file"}
           .or_else("127.0.0.1:8080"),
       Word{"users_file", takes::of(Kind::text), "lines made by snapcron passwd"}.or_else(
           "no password, loopback only"),
       {"tls", takes::map(tls_words), "the port speaks HTTPS, and nothing else"},
       Word{"input_txt", takes::word({"help", "manual"}),
            "which of the two printed formats /io/input.txt has"}
           .or_else("help")}};
  return table;
}

Table const& tls_words() {
  static Table const table{
      "tls",
      "what the port shows to browsers: a certificate and its key, read again when they change",
      {Word{"certificate", takes::of(Kind::text),
            "a PEM file: the server's own certificate, then those up to the root's"}
           .must(),
       Word{"key", takes::of(Kind::text), "a PEM file: its key, without a passphrase"}.must()}};
  return table;
}

}  // namespace snapcron
