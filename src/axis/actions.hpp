#pragma once
// The commands of one entry as actions of a rule; those that run in the background as actions of
// rules beside it.

#include "axis/buffers.hpp"
#include "axis/mistakes.hpp"
#include "axis/rules.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

class AxisActions {
 public:
  AxisActions(AxisBuffers const& buffers, AxisSettings const& settings, AxisMistakes mistakes)
      : buffers_{buffers}, settings_{settings}, mistakes_{mistakes} {}

  void add(AxisCommand const& command);

  using List = std::deque<AxisAction>;  // an action stays where it is
  List const& actions() const { return actions_; }
  std::deque<List> const& recordings() const { return recordings_; }

 private:
  void alert(AxisCommand const& command);
  void buffer_init(AxisCommand const& command);
  void buffer_start(AxisCommand const& command);
  void buffer_stop(AxisCommand const& command);
  void ftp(AxisCommand const& command);
  void log(AxisCommand const& command);
  void mail(AxisCommand const& command);
  void ppp(AxisCommand const& command);
  void ptz(AxisCommand const& command);
  void relay(AxisCommand const& command);
  void reset(AxisCommand const& command);
  void sleep(AxisCommand const& command);
  void snapshot(AxisCommand const& command);

  AxisAction& emit(AxisItem item) { return emit(actions_, std::move(item)); }
  AxisAction& emit(List& list, AxisItem item);
  /// A line in the log in place of what needs not be done here.
  void nothing(AxisCommand const& command, std::string const& why);
  /// Only the message of an alert may have bytes that are no text.
  void refuse_bytes(AxisCommand const& command);
  void switch_relay(Position at, char const* state);
  /// "width: 352, height: 288": an image's name is a size.
  static void add_size(AxisItem& item, unsigned image, Position at);
  void ring(AxisShots const& shots, AxisBuffers::Buffer const& buffer, Position at);

  /// An action that takes pictures: a single one, or those of a buffer.
  struct Pictures {
    AxisAction* action = nullptr;
    unsigned camera = 1;
    unsigned buffer = 0;  // the image's number; 0: a single picture
  };
  /// As the camera has it, or in the size of an image.
  AxisAction& take(unsigned camera, std::optional<unsigned> image, Position at);
  AxisAction* pictures_of(AxisSource const& source, std::optional<unsigned> camera, Position at);
  AxisAction* buffered(unsigned camera, unsigned image, Position at);
  void name(AxisAction& pictures, AxisOptions& options, AxisSource const& source);

  AxisBuffers const& buffers_;
  AxisSettings const& settings_;
  AxisMistakes mistakes_;
  List actions_;
  std::deque<List> recordings_;
  std::vector<Pictures> pictures_;
  std::vector<std::string> comments_;  // of the command that is being translated
  Duration slept_{};                   // by the commands so far
  bool waits_ = false;                 // for a buffer_init, with a buffer_stop that has no end
};

}  // namespace snapcron
