#pragma once
// From "take a picture" to a durable file: a frame, grabbed now or from the camera's buffer; the
// check that it is whole; the disk. Cameras do not wait for one another; on one camera the captures
// go one after another.

#include "core/picture_fit.hpp"
#include "core/site.hpp"
#include "core/status.hpp"
#include "core/template.hpp"
#include "jpeg/check.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// All calls are made on the loop's thread; the blocking parts run on threads of its own.
class Pictures {
 public:
  struct Take {
    std::string camera;                // empty: the first one
    std::optional<Template> filename;  // instead of the storage's
    TemplateValues values;             // time, zone and camera are filled in here
    bool store = true;                 // false: only the bytes are wanted, nothing is written
    std::optional<Moment> edge{};      // of the trigger, which the picture tells; else now
    /// A frame of the camera's buffer that is older than the call by no more than this will do;
    /// without it, and for a camera without a buffer, it is taken after the call.
    std::optional<Duration> max_age{};
    PictureFit fit{};
    std::vector<std::string> to{};  // destinations, which the picture tells
  };
  /// All frames of a camera's buffer from `before` the edge to `after` it, `interval` apart at
  /// least. On a side that is asked for, the frame next to the edge is always one of them, even
  /// where frames are rarer than that.
  struct Around {
    Moment edge;
    Duration before{}, after{}, interval{};
  };
  /// What became of them.
  struct Series {
    unsigned pictures = 0;         // durable, one at least
    std::optional<Error> trouble;  // the first that one more came to
  };
  struct Taken {
    std::filesystem::path path;               // empty when not stored
    std::shared_ptr<std::string const> jpeg;  // as stored: with a comment that tells its facts
    Moment captured;
    TemplateValues values;   // of a stored one: those that its name was made of
    bool in_memory = false;  // the disk did not take it: see keep_in_memory()
    PictureSize size;
    Duration took{};      // from the call to the durable file
    std::string warning;  // lastshot.jpg could not be renewed; empty mostly
  };
  /// Awaited for each durable picture, before the next; false: no more are wanted.
  using OnPicture = std::function<boost::asio::awaitable<bool>(Taken taken)>;
  /// The disk did not take a picture; true: there is room now, and it is tried once more.
  using MakeRoom = std::function<boost::asio::awaitable<bool>()>;
  using OnCamera = std::function<void(std::string const& camera, bool ok, std::string const& text)>;

  Pictures(boost::asio::io_context& loop, Clock const& clock, Zone zone,
           std::vector<CameraSpec> const& cameras, StorageSpec const& storage);
  /// Before the loop goes. Waits for what its threads are doing at the moment.
  ~Pictures();
  Pictures(Pictures const&) = delete;
  Pictures& operator=(Pictures const&) = delete;

  /// Errors are the disk's or the camera's (Fault::camera, bad_picture and timed_out),
  /// Fault::not_found for an unknown camera, and Fault::busy when 32 others wait for the same
  /// camera already. A broken picture is asked for once
  /// more, but of a command.
  boost::asio::awaitable<Result<Taken>> take(Take request);

  /// In the order of their times, numbered from 1; over when the last one is durable. The error is
  /// that there is none. Fault::invalid for a camera without a buffer.
  boost::asio::awaitable<Result<Series>> take_around(Take request, Around around,
                                                     OnPicture on_picture);

  /// The newest stored picture of a camera, from the disk; Fault::not_found when there is none.
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> last_stored(std::string camera,
                                                                                 PictureFit fit);

  /// After a reload. Cameras that did not change keep their connections, states and buffers;
  /// captures under way finish with the old ones.
  void configure(Zone zone, std::vector<CameraSpec> const& cameras, StorageSpec const& storage);

  /// In the configuration's order.
  std::vector<CameraStatus> status() const;
  /// Called when a camera's state changes: found (ok) or lost, with the reason.
  void on_camera(OnCamera listener);
  void on_full(MakeRoom make_room);
  /// What the disk does not take, and is to be delivered, goes to `folder` instead, if `has_room`
  /// says so. Once, before the loop goes.
  void keep_in_memory(std::filesystem::path const& folder, MakeRoom has_room);

  /// Ends grabs under way and refuses new ones; returns when what is being written is durable.
  boost::asio::awaitable<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace snapcron
