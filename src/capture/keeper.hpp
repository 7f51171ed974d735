#pragma once
// From a frame to a durable file: the strict check on a worker beside the writing on the disk's own
// thread.

#include "core/error.hpp"
#include "core/picture_fit.hpp"
#include "core/time.hpp"
#include "imprint/imprint.hpp"
#include "jpeg/check.hpp"
#include "store/picture_store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace snapcron {

class Keeper {
 public:
  /// Where a picture goes, and what it says of itself.
  struct File {
    std::string relative, folder;  // as PictureStore::save() has them
    Steady captured;
    PictureFacts facts;
    bool in_memory = false;  // in the folder of use_memory(), not on the disk
  };
  struct Saved {
    std::filesystem::path path;
    std::shared_ptr<std::string const> jpeg;  // as it was written
    std::string warning;
  };
  struct Outcome {
    Result<PictureSize> size;  // what the check says of the picture
    Result<Saved> saved;       // what the disk says; empty when nothing was to be written
  };

  explicit Keeper(boost::asio::io_context& loop) : loop_(loop) {}
  ~Keeper() { close(); }

  /// Pictures that are being written finish where they began.
  void use(std::filesystem::path const& directory);

  /// A folder in memory, for pictures that the disk does not take.
  void use_memory(std::filesystem::path const& folder);

  /// Without a file the picture is checked only.
  boost::asio::awaitable<Outcome> keep(std::shared_ptr<std::string const> bytes,
                                       std::optional<File> file);

  /// The picture with a line of text drawn into it; the errors are with_overlay()'s.
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> draw(
      std::shared_ptr<std::string const> bytes, std::string text);
  /// The picture made to fit. The errors are check_jpeg()'s and fit_picture()'s.
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> fit(
      std::shared_ptr<std::string const> bytes, PictureFit how);
  /// PictureStore::lastshot(), made to fit.
  boost::asio::awaitable<Result<std::shared_ptr<std::string const>>> lastshot(std::string folder,
                                                                              std::uint64_t most,
                                                                              PictureFit how);

  /// For what else may block.
  boost::asio::thread_pool& workers() { return workers_; }

  /// Waits for what the threads are doing; nothing is kept any more.
  void close();

 private:
  struct Check;
  std::shared_ptr<Check> check(std::shared_ptr<std::string const> bytes);
  boost::asio::awaitable<Result<Saved>> save(std::shared_ptr<std::string const> bytes,
                                             File const& file, std::shared_ptr<Check> checked);

  boost::asio::io_context& loop_;
  boost::asio::thread_pool disk_{1};
  boost::asio::thread_pool workers_{2};
  std::optional<boost::asio::thread_pool> memory_;  // a thread, which the disk does not hold up
  std::shared_ptr<PictureStore> store_;             // used on the disk's thread only
  std::shared_ptr<PictureStore> memory_store_;
  bool closed_ = false;
};

}  // namespace snapcron
