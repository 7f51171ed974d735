// The daemon performs what the engine decided, and tells it how that ended.
#include "app/daemon.hpp"
#include "app/http_action.hpp"
#include "core/quantity.hpp"
#include "process/child.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace snapcron {
namespace {

namespace asio = boost::asio;

}  // namespace

void Daemon::settle() {
  if (settling_) return;  // the call further out goes on with what was added
  settling_ = true;
  // Performing may bring new decisions, which are appended: hence the index.
  for (std::size_t i = 0; i < decisions_.perform.size(); ++i) {
    Perform const task = decisions_.perform[i];
    bool const first = task.seq == 1 && task.action == &task.firing->rule->actions.front();
    if (first) measure(*task.firing, measures_.edge_to_action);
    perform(task);
  }
  for (RunId const run : decisions_.cancelled)
    if (auto const program = programs_.find(run); program != programs_.end())
      program->second->emit(asio::cancellation_type::terminal);
  for (auto const& fact : decisions_.facts) {
    journal_.tell(fact);
    record(fact);
  }
  decisions_.clear();
  settling_ = false;
  remember_soon();
  arm();
}

void Daemon::arm() {
  calendar_.arm(engine_.wakes_wall());
  auto const at = engine_.wakes_steady();
  if (!at) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::chrono::time_point_cast<asio::steady_timer::duration>(*at));
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled || stopping_) return;
    engine_.tick(clock_.now(), decisions_);
    settle();
  });
}

void Daemon::perform(Perform const& task) {
  auto const* values = engine_.values(task.run);
  if (!values) return;
  struct Performer {
    Daemon& daemon;
    Perform const& task;
    TemplateValues const& values;
    void operator()(RelayAction const& a) const {
      auto const done = daemon.relays_.command(a.relay, a.command);
      daemon.end(task.run, done.has_value(), done ? std::string{} : done.error().text);
    }
    void operator()(LogAction const& a) const { daemon.end(task.run, true, a.text.expand(values)); }
    void operator()(SnapshotAction const&) const {
      daemon.spawn_action(daemon.take_picture(task, values));
    }
    void operator()(RunAction const&) const { daemon.spawn_program(task, values); }
    void operator()(HttpAction const&) const {
      daemon.spawn_action(daemon.make_request(task, values));
    }
    void operator()(MailAction const&) const {
      daemon.spawn_action(daemon.send_mail(task, values));
    }
    void operator()(AlertAction const&) const {
      daemon.spawn_action(daemon.send_alert(task, values));
    }
    // The engine's own.
    void operator()(DelayAction const&) const {}
    void operator()(WaitForAction const&) const {}
    void operator()(EnableAction const&) const {}
    void operator()(IfAction const&) const {}
  };
  std::visit(Performer{*this, task, *values}, task.action->what);
}

void Daemon::end(RunId run, bool ok, std::string text) {
  engine_.ended(run, ok, std::move(text), clock_.now(), decisions_);
  settle();
}

void Daemon::spawn_action(asio::awaitable<void> action) {
  ++actions_under_way_;
  asio::co_spawn(loop_, std::move(action), [this](std::exception_ptr why) {
    if (--actions_under_way_ == 0) actions_ended_.cancel();
    if (!why || stopping_) return;
    broken_ = why;
    loop_.stop();
  });
}

void Daemon::spawn_program(Perform const& task, TemplateValues const& values) {
  auto const signal = programs_[task.run] = std::make_shared<asio::cancellation_signal>();
  ++actions_under_way_;
  auto const ended = [this, signal, run = task.run](std::exception_ptr why) {
    if (why) end(run, false, "it broke off");  // of a run that was ended nobody takes notice
    // The run's next action may be a program, too, and has begun by now.
    if (auto const it = programs_.find(run); it != programs_.end() && it->second == signal)
      programs_.erase(it);
    if (--actions_under_way_ == 0) actions_ended_.cancel();
  };
  asio::co_spawn(loop_, run_program(task, values),
                 asio::bind_cancellation_slot(signal->slot(), ended));
}

asio::awaitable<void> Daemon::take_picture(Perform task, TemplateValues values) {
  auto const& action = std::get<SnapshotAction>(task.action->what);
  Pictures::Take take{
      .camera = action.camera, .filename = action.filename, .values = std::move(values)};
  take.values.seq = task.seq;
  take.edge = task.firing->at;
  take.max_age = action.max_age;
  take.fit = {action.most.width, action.most.height};
  take.to = action.to;
  if (action.around()) {
    co_await take_around(task, action, std::move(take));
    co_return;
  }
  auto taken = co_await pictures_.take(std::move(take));
  if (!taken) {
    end(task.run, false, taken.error().text);
    co_return;
  }
  auto text = taken->path.string() + " (" +
              to_text(std::chrono::ceil<std::chrono::milliseconds>(taken->took)) + ")" +
              (taken->warning.empty() ? "" : "; " + taken->warning);
  co_await picture_stored(task, std::move(*taken), action.to);
  end(task.run, true, std::move(text));
}

asio::awaitable<void> Daemon::take_around(Perform const& task, SnapshotAction const& action,
                                          Pictures::Take take) {
  std::string newest;
  // Not a coroutine itself: what it captures would be gone when it is resumed.
  Pictures::OnPicture const stored = [this, &newest, &action, &task](Pictures::Taken taken) {
    newest = taken.path.string();
    return picture_stored(task, std::move(taken), action.to);
  };
  auto const series = co_await pictures_.take_around(
      std::move(take), {task.firing->at, action.pre_capture, action.post_capture, action.interval},
      stored);
  if (!series) {
    end(task.run, false, series.error().text);
    co_return;
  }
  auto text = std::to_string(series->pictures) +
              (series->pictures == 1 ? " picture: " : " pictures, the newest ") + newest;
  if (series->trouble) text += "; not all of them: " + series->trouble->text;
  end(task.run, true, std::move(text));
}

/// Every durable picture of a run comes through here; false: the run is over, it wants no more.
asio::awaitable<bool> Daemon::picture_stored(Perform const& task, Pictures::Taken taken,
                                             std::vector<std::string> to) {
  ++pictures_taken_;
  measure(*task.firing, measures_.edge_to_picture);
  co_await record_picture(taken, std::move(to));
  engine_.took_picture(task.run, taken.path.string());
  co_return engine_.values(task.run) != nullptr;
}

asio::awaitable<void> Daemon::run_program(Perform task, TemplateValues values) {
  auto const& action = std::get<RunAction>(task.action->what);
  ChildSpec child;
  for (auto const& word : action.argv) child.argv.push_back(word.expand(values));
  child.timeout = action.timeout;
  child.environment = {{"SNAPCRON_EVENT", values.event},
                       {"SNAPCRON_RULE", values.rule},
                       {"SNAPCRON_TRIGGER", values.trigger},
                       {"SNAPCRON_INPUT", values.input},
                       {"SNAPCRON_EDGE", values.edge},
                       {"SNAPCRON_TIME", rfc3339(values.time, site_.zone, 3)},
                       // So that `snapcron` and `snapshot` find this daemon.
                       {"SNAPCRON_SOCKET", control_socket_.string()}};
  if (!values.picture.empty()) child.environment.emplace_back("SNAPCRON_PICTURE", values.picture);
  auto const result = co_await run_child(std::move(child));
  if (!result) {
    end(task.run, false, result.error().text);
    co_return;
  }
  auto const first_line = result->errors.substr(0, result->errors.find('\n'));
  auto const how = result->exit_code < 0 ? "ended by signal " + std::to_string(-result->exit_code)
                                         : "exit code " + std::to_string(result->exit_code);
  end(task.run, result->exit_code == 0,
      how + ", " + to_text(std::chrono::ceil<std::chrono::milliseconds>(result->took)) +
          (first_line.empty() ? "" : ": " + first_line));
}

asio::awaitable<void> Daemon::make_request(Perform task, TemplateValues values) {
  auto const& action = std::get<HttpAction>(task.action->what);
  auto outcome = co_await perform_http(http_client_, workers_, action, std::move(values));
  if (!outcome) {
    end(task.run, false, outcome.error().text);
    co_return;
  }
  engine_.replied(task.run, std::move(outcome->reply));
  end(task.run, true, outcome->text);
}

}  // namespace snapcron
