#pragma once
// The composition root: the engine and everything that performs its decisions, on one loop.

#include "app/board.hpp"
#include "app/certificate_watch.hpp"
#include "app/change_feed.hpp"
#include "app/cleanup.hpp"
#include "app/journal.hpp"
#include "app/line_feed.hpp"
#include "app/log.hpp"
#include "app/login_file.hpp"
#include "app/outbox.hpp"
#include "app/picture_recorder.hpp"
#include "app/picture_viewer.hpp"
#include "app/recorder.hpp"
#include "app/rescue.hpp"
#include "app/step_runner.hpp"
#include "app/wall_timer.hpp"
#include "capture/pictures.hpp"
#include "core/engine.hpp"
#include "core/site.hpp"
#include "curl/http_client.hpp"
#include "curl/multi.hpp"
#include "guard/guarded_relays.hpp"
#include "http/server.hpp"
#include "lines/inputs.hpp"
#include "ports/clock.hpp"
#include "ports/controls.hpp"
#include "store/state_store.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace snapcron {

class Daemon : public Controls, private InputListener {
 public:
  Daemon(Site site, std::filesystem::path control_socket);
  ~Daemon() override;

  /// Takes the control socket, the lines and the port, in this order: a second daemon touches no
  /// line. The error says what could not be had.
  Result<void> start();
  /// Turns the loop until SIGTERM or SIGINT, then stops cleanly.
  void run();

  // Controls: what the pages and the command line ask.
  Status status() const override;
  std::vector<InputStatus> inputs() const override;
  std::vector<RelayStatus> relays() const override;
  std::vector<CameraStatus> cameras() const override { return pictures_.status(); }
  std::vector<RuleStatus> rules() const override { return engine_.status(clock_.now().wall); }
  std::vector<DestinationStatus> destinations() const override;
  boost::asio::awaitable<Measures> measures() override;
  Zone zone() const override { return site_.zone; }
  std::vector<InputReading> readings(bool count) override;
  Result<void> switch_relay(unsigned number, RelayCommand const& command) override;
  boost::asio::awaitable<Result<void>> drive_input(unsigned number, InputDrive drive) override;
  Result<void> step_relay(unsigned number, std::vector<LevelStep> steps) override;
  Result<void> step_input(unsigned number, std::vector<LevelStep> steps) override;
  std::uint64_t line_moment() const override { return line_feed_.now(); }
  boost::asio::awaitable<Result<LineNews>> line_news(std::uint64_t after, Duration wait) override;
  std::uint64_t change_moment() const override { return news_.now(); }
  Changes changes_after(std::uint64_t moment) const override { return news_.after(moment); }
  std::shared_ptr<void> follow_changes(std::function<void()> changed) override {
    return news_.follow(std::move(changed));
  }
  boost::asio::awaitable<Result<bool>> enable_rule(std::string rule, bool enabled,
                                                   std::string by) override;
  Result<TriggerReply> trigger(std::string const& rule) override;
  boost::asio::awaitable<SnapshotReply> snapshot(SnapshotRequest request) override;
  boost::asio::awaitable<Result<PictureSize>> picture_size(std::string camera) override;
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> look(
      LookRequest request) override;
  Result<unsigned> webhook(std::string const& name) override;
  boost::asio::awaitable<Result<LogPage>> log(LogQuery query, Duration wait) override;
  boost::asio::awaitable<Result<std::vector<PictureRecord>>> pictures(PictureQuery query) override;
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> stored_picture(
      PictureRecord picture, PictureFit fit) override {
    return picture_viewer_.read(std::move(picture.path), fit);
  }
  boost::asio::awaitable<Result<std::vector<Delivery>>> deliveries(DeliveryQuery query) override;
  boost::asio::awaitable<Result<std::uint64_t>> retry_deliveries(DeliverySelection which) override;
  boost::asio::awaitable<Result<std::uint64_t>> drop_deliveries(DeliverySelection which) override;
  boost::asio::awaitable<Result<std::string>> check() override;
  boost::asio::awaitable<Result<std::string>> reload() override { return load({}); }
  boost::asio::awaitable<Result<std::string>> axis_script() override;
  boost::asio::awaitable<Result<std::string>> set_axis_script(std::string script) override;

 private:
  // InputListener
  void on_edges(std::span<InputEdge const> edges) override;
  void on_lost(InputSpec const& input, std::uint64_t lost) override;
  void on_chip(LineName const& line, bool available, std::string const& text) override;

  void say_hello();
  void login_refused(std::string const& from, bool limited);
  void watch_certificate();
  void recall();
  void configure_engine();
  void relay_changed(unsigned relay, bool on);
  /// Performs what the engine decided until nothing is left to decide, then tells the facts and
  /// arms the timers.
  void settle();
  void perform(Perform const& task);
  void end(RunId run, bool ok, std::string text);
  /// Performs what takes time, and tells the engine how it ended.
  void spawn_action(boost::asio::awaitable<void> action);
  /// The same for a program, which is ended when its run is.
  void spawn_program(Perform const& task, TemplateValues const& values);
  boost::asio::awaitable<void> take_picture(Perform task, TemplateValues values);
  boost::asio::awaitable<void> take_around(Perform const& task, SnapshotAction const& action,
                                           Pictures::Take take);
  boost::asio::awaitable<bool> picture_stored(Perform const& task, Pictures::Taken taken,
                                              std::vector<std::string> to);
  boost::asio::awaitable<void> record_picture(Pictures::Taken const& taken,
                                              std::vector<std::string> to);
  boost::asio::awaitable<bool> deliver_from_memory(Outbox::Item item);
  boost::asio::awaitable<void> send_mail(Perform task, TemplateValues values);
  boost::asio::awaitable<void> send_alert(Perform task, TemplateValues values);
  void delivery_happened(Outbox::Happened const& what);
  boost::asio::awaitable<void> taken_by_hand(std::string const& head,
                                             std::vector<std::string> const& to,
                                             Result<Pictures::Taken> const& taken);
  boost::asio::awaitable<void> run_program(Perform task, TemplateValues values);
  boost::asio::awaitable<void> make_request(Perform task, TemplateValues values);
  /// `script` is to become the file of `axis_script`.
  boost::asio::awaitable<Result<std::string>> load(std::optional<std::string> script);
  std::string leave_for_the_next_start(Site& next);
  void say_refused(std::string const& text);
  void certificate_renewed(TlsSpec renewed);
  Result<void> apply(Site next);

  void record(Fact const& fact);
  /// How long it is since the edge that fired the rule, if one did.
  void measure(Firing const& firing, Histogram& into) const;
  /// Soon, and not for every event: what the engine would have to know after a restart.
  void remember_soon();
  void remember();
  void camera_changed(std::string const& camera, bool ok, std::string const& text);
  bool cameras_are_asked() const;
  std::string camera_name(std::string const& asked) const;

  boost::asio::awaitable<void> watch_calendar();
  boost::asio::awaitable<void> watch_loop();
  boost::asio::awaitable<void> watch_signals();
  boost::asio::awaitable<void> await_synchronised_clock(Duration longest);
  boost::asio::awaitable<void> watch_cameras();
  boost::asio::awaitable<void> keep_pictures();
  boost::asio::awaitable<void> perform_farewell();
  boost::asio::awaitable<void> feed_watchdog(Duration period);
  boost::asio::awaitable<void> shut_down();
  void arm();
  template <class Coroutine>
  void spawn(Coroutine coroutine);

  Site site_;
  std::filesystem::path const control_socket_;
  SystemClock clock_;
  Moment const started_;
  boost::asio::io_context loop_{1};
  boost::asio::thread_pool workers_{1};  // crypt(3), reading a configuration
  Log log_;
  Journal journal_;
  Board board_;
  Engine engine_;
  GuardedRelays relays_;
  Inputs inputs_;
  LineFeed line_feed_{loop_};
  ChangeFeed news_;
  StepRunner relay_steps_{loop_}, input_steps_{loop_};
  Pictures pictures_;
  StateStore state_;
  Recorder recorder_;
  PictureRecorder picture_recorder_;
  Outbox outbox_;
  Rescue rescue_;
  Cleanup cleanup_;
  PictureViewer picture_viewer_;
  Multi transfers_;
  HttpClient http_client_;
  Server server_;
  LoginFile login_file_;
  CertificateWatch certificate_watch_;
  boost::asio::steady_timer timer_;
  WallTimer calendar_;
  boost::asio::steady_timer memory_timer_;
  boost::asio::steady_timer
      actions_ended_;  // never expires: cancelled when the last action under way has ended

  Decisions decisions_;
  bool settling_ = false;
  bool stopping_ = false;
  Flood record_flood_{100, std::chrono::seconds{10}};
  Flood refused_flood_{1, std::chrono::minutes{1}};
  std::string remembered_;
  bool memory_timer_armed_ = false;
  bool watching_cameras_ = false;
  std::set<std::string> lost_cameras_;
  unsigned actions_under_way_ = 0;
  std::map<RunId, std::shared_ptr<boost::asio::cancellation_signal>> programs_;  // that are running
  std::uint64_t pictures_taken_ = 0;
  std::map<unsigned, std::uint64_t> relay_switches_;  // by number, since the start
  Measures measures_;
  std::string config_error_;
  std::exception_ptr broken_;  // a part of the daemon that must not end has ended
};

}  // namespace snapcron
