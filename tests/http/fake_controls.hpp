#pragma once
// A daemon made of values: what was asked of it can be looked at, what it replies can be set.

#include "ports/controls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace snapcron {

class FakeControls : public Controls {
 public:
  FakeControls() {
    zone_ = Zone::find("Europe/Stockholm").value();
    // 2026-03-01 12:22:05 in Stockholm.
    state.now = parse_rfc3339("2026-03-01T11:25:05Z").value();
    state.started = parse_rfc3339("2026-03-01T08:00:00Z").value();
    state.version = "0.1.0";
    state.zone = zone_;
    auto const changed = parse_rfc3339("2026-03-01T11:22:05.25Z").value();
    input_readings = {{1, false, true, 2, changed},
                      {2, true, false, 6, changed + std::chrono::hours{2}}};
    state.inputs = {
        {1, "front-door", false, true, {5, 2, 0, changed, std::chrono::milliseconds{512}}},
        {2, "window", true, true, {}}};
    state.relays = {{1, "strike", false, true}, {2, "lamp", true, true}};
    state.cameras = {{"door", CameraStatus::State::ok, changed, ""},
                     {"yard", CameraStatus::State::lost, {}, "camera 'yard': connection refused"}};
    RuleStatus rule;
    rule.name = "door-open";
    rule.last_fired = changed;
    rule.runs = 3;
    rule.skipped = {{"condition", 2}, {"cooldown", 1}};
    rule.last_skip = "condition: time is not within 18:00-07:00";
    rule.next = changed + std::chrono::hours{10};
    state.rules = {rule};
    state.pictures = 3;
  }

  Status status() const override {
    if (broken) throw std::runtime_error("broken on purpose");
    return state;
  }
  std::vector<InputStatus> inputs() const override { return status().inputs; }
  std::vector<RelayStatus> relays() const override { return status().relays; }
  std::vector<CameraStatus> cameras() const override { return status().cameras; }
  std::vector<RuleStatus> rules() const override { return status().rules; }
  std::vector<DestinationStatus> destinations() const override { return status().destinations; }
  boost::asio::awaitable<Measures> measures() override { co_return measured; }
  std::uint64_t change_moment() const override { return moment; }
  Changes changes_after(std::uint64_t after) const override {
    Changes all{.next = moment};
    if (after < moment) {
      all = changes;
      all.next = moment;
    }
    return all;
  }
  std::shared_ptr<void> follow_changes(std::function<void()> changed) override {
    auto const number = next_follower++;
    followers.emplace(number, std::move(changed));
    return std::shared_ptr<void>{this, [this, number](void*) {
                                   followers.erase(number);
                                   ++unfollowed;
                                 }};
  }
  /// Tells whoever follows.
  void change(Changes what) {
    changes = std::move(what);
    ++moment;
    for (auto const& [number, follower] : followers) follower();
  }
  boost::asio::awaitable<Result<bool>> enable_rule(std::string rule, bool enabled,
                                                   std::string by) override {
    if (rule == "nobody") co_return Error{Fault::not_found, "there is no rule 'nobody'"};
    enabled_rules.emplace_back(rule, enabled, by);
    for (auto& one : state.rules)
      if (one.name == rule) one.enabled = enabled;
    co_return true;
  }
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> stored_picture(
      PictureRecord picture, PictureFit fit) override {
    stored_looks.emplace_back(picture.id, fit);
    co_return stored_reply;
  }
  boost::asio::awaitable<Result<std::string>> check() override {
    ++checks;
    co_return reload_reply;
  }
  Zone zone() const override { return zone_; }
  std::vector<InputReading> readings(bool count) override {
    (count ? reads : peeks) += 1;
    return input_readings;
  }
  Result<void> switch_relay(unsigned number, RelayCommand const& command) override {
    if (relay_error) return *relay_error;
    switched.emplace_back(number, command);
    for (auto& relay : state.relays)
      if (relay.number == number && command.kind != RelayCommand::Kind::toggle)
        relay.on = command.kind != RelayCommand::Kind::off;
    return {};
  }
  boost::asio::awaitable<Result<void>> drive_input(unsigned number, InputDrive drive) override {
    if (real_chip)
      co_return Error{Fault::refused, "input " + std::to_string(number) + " is on a real chip"};
    driven.emplace_back(number, drive);
    for (auto& input : state.inputs)
      if (input.number == number) input.high = drive.kind == InputDrive::Kind::high;
    co_return Result<void>{};
  }
  Result<void> step_relay(unsigned number, std::vector<LevelStep> steps) override {
    if (relay_error) return *relay_error;
    relay_steps.emplace_back(number, std::move(steps));
    return {};
  }
  Result<void> step_input(unsigned number, std::vector<LevelStep> steps) override {
    if (number != virtual_input) return Error{Fault::not_found, "there is no such virtual input"};
    input_steps.emplace_back(number, std::move(steps));
    return {};
  }
  std::uint64_t line_moment() const override { return 0; }
  boost::asio::awaitable<Result<LineNews>> line_news(std::uint64_t after, Duration) override {
    if (after >= line_changes.size()) co_return Error{Fault::gone, "the end"};
    co_return LineNews{{line_changes[after]}, after + 1};
  }
  Result<TriggerReply> trigger(std::string const& rule) override {
    triggered.push_back(rule);
    if (rule == "nobody") return Error{Fault::not_found, "there is no rule 'nobody'"};
    return trigger_reply;
  }
  boost::asio::awaitable<SnapshotReply> snapshot(SnapshotRequest request) override {
    if (broken) throw std::runtime_error("broken on purpose");
    snapshots.push_back(request);
    auto reply = snapshot_reply;
    if (request.store) reply.jpeg.reset();
    co_return reply;
  }
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> look(
      LookRequest request) override {
    looks.push_back(request);
    if (looks.size() > most_looks) co_return Error{Fault::gone, "the camera is lost"};
    co_return look_reply;
  }
  boost::asio::awaitable<Result<PictureSize>> picture_size(std::string camera) override {
    if (camera == "9") co_return Error{Fault::not_found, "there is no camera '9'"};
    co_return PictureSize{640, 480};
  }
  Result<unsigned> webhook(std::string const& name) override {
    if (name == "nobody") return Error{Fault::not_found, "there is no webhook 'nobody'"};
    webhooks.push_back(name);
    return 2u;
  }
  boost::asio::awaitable<Result<LogPage>> log(LogQuery query, Duration wait) override {
    logs.emplace_back(query, wait);
    if (log_waits)
      co_await log_waits->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return log_reply;
  }
  PictureQuery picture_query;
  std::vector<PictureRecord> picture_records;
  boost::asio::awaitable<Result<std::vector<PictureRecord>>> pictures(PictureQuery query) override {
    picture_query = std::move(query);
    std::vector<PictureRecord> found;
    for (auto const& picture : picture_records)
      if (picture.id > picture_query.after &&
          (picture_query.before == 0 || picture.id < picture_query.before))
        found.push_back(picture);
    co_return found;
  }
  boost::asio::awaitable<Result<std::vector<Delivery>>> deliveries(DeliveryQuery query) override {
    delivery_queries.push_back(query);
    co_return outbox;
  }
  boost::asio::awaitable<Result<std::uint64_t>> retry_deliveries(DeliverySelection which) override {
    retried.push_back(which);
    co_return outbox.size();
  }
  boost::asio::awaitable<Result<std::uint64_t>> drop_deliveries(DeliverySelection which) override {
    dropped.push_back(which);
    co_return outbox.size();
  }
  boost::asio::awaitable<Result<std::string>> reload() override {
    ++reloads;
    co_return reload_reply;
  }
  boost::asio::awaitable<Result<std::string>> axis_script() override { co_return script; }
  boost::asio::awaitable<Result<std::string>> set_axis_script(std::string text) override {
    ++reloads;
    script = std::move(text);
    co_return reload_reply;
  }

  /// Nothing was switched, driven, fired, taken or loaded.
  bool untouched() const {
    return relay_steps.empty() && input_steps.empty() && switched.empty() && driven.empty() &&
           triggered.empty() && snapshots.empty() && webhooks.empty() && retried.empty() &&
           dropped.empty() && enabled_rules.empty() && reloads == 0 && checks == 0;
  }

  /// As if nothing had been asked yet.
  void forget() {
    relay_steps.clear();
    input_steps.clear();
    switched.clear();
    driven.clear();
    triggered.clear();
    snapshots.clear();
    webhooks.clear();
    retried.clear();
    dropped.clear();
    looks.clear();
    stored_looks.clear();
    enabled_rules.clear();
    reloads = reads = checks = 0;
  }

  Status state;
  std::vector<InputReading> input_readings;
  TriggerReply trigger_reply{true, "", ""};
  SnapshotReply snapshot_reply{
      {"/pictures/1.jpg"}, std::make_shared<std::string const>("JPEG"), {}, {}};
  std::string script = "* * * * * /I1 :\nsnapshot;\n%\n";
  Result<std::string> reload_reply = std::string{"reloaded"};
  Result<LogPage> log_reply = LogPage{
      {{.id = 7, .at = {}, .rule = "door-open", .event = "e1", .json = R"({"kind":"end"})"}}, 7};
  std::optional<boost::asio::steady_timer> log_waits;  // until it is cancelled
  std::optional<Error> relay_error;
  bool real_chip = false;
  bool broken = false;

  Measures measured;
  std::uint64_t moment = 0;
  Changes changes;
  std::map<int, std::function<void()>> followers;
  int next_follower = 0;
  int unfollowed = 0;
  std::vector<std::tuple<std::string, bool, std::string>> enabled_rules;
  std::vector<std::pair<std::int64_t, PictureFit>> stored_looks;
  Result<std::shared_ptr<std::string const>> stored_reply =
      std::make_shared<std::string const>("0123456789");

  int reads = 0, peeks = 0, reloads = 0, checks = 0;
  std::vector<std::pair<unsigned, RelayCommand>> switched;
  std::vector<std::pair<unsigned, InputDrive>> driven;
  std::vector<LookRequest> looks;
  std::size_t most_looks = 3;
  Result<std::shared_ptr<std::string const>> look_reply =
      std::make_shared<std::string const>("JPEG");
  std::vector<std::pair<unsigned, std::vector<LevelStep>>> relay_steps, input_steps;
  unsigned virtual_input = 6;
  std::vector<LineChange> line_changes;  // one a look, then it is over
  std::vector<std::string> triggered;
  std::vector<SnapshotRequest> snapshots;
  std::vector<DeliveryQuery> delivery_queries;
  std::vector<DeliverySelection> retried, dropped;
  std::vector<Delivery> outbox;
  std::vector<std::string> webhooks;
  std::vector<std::pair<LogQuery, Duration>> logs;

 private:
  Zone zone_;
};

}  // namespace snapcron
