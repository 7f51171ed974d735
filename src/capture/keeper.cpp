#include "capture/keeper.hpp"

#include "async/offload.hpp"
#include "jpeg/fit.hpp"
#include "jpeg/overlay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <utility>

namespace snapcron {

namespace asio = boost::asio;

namespace {

/// How long the disk thread, with the bytes safe already, waits for the check of one picture before
/// it turns to others. Common pictures take a millisecond or a few.
constexpr auto patience = std::chrono::milliseconds{50};

Result<std::shared_ptr<std::string const>> fitted(std::shared_ptr<std::string const> jpeg,
                                                  PictureFit const& how) {
  if (how == PictureFit{}) return jpeg;
  auto const size = check_jpeg(*jpeg);
  if (!size) return size.error();
  auto made = fit_picture(*jpeg, *size, how);
  if (!made) return made.error();
  return made->empty() ? jpeg : std::make_shared<std::string const>(std::move(*made));
}

}  // namespace

/// The check of one picture, on a worker.
struct Keeper::Check {
  explicit Check(asio::io_context& loop) : done(loop, asio::steady_timer::time_point::max()) {}
  bool decided() const {
    return verdict.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  }
  std::shared_future<Result<PictureSize>> verdict;
  asio::steady_timer done;  // cancelled when the verdict is there
};

void Keeper::use(std::filesystem::path const& directory) {
  if (store_ && store_->directory() == directory) return;
  store_ = std::make_shared<PictureStore>(directory);
  asio::post(disk_, [store = store_] { store->remove_leftovers(); });
}

void Keeper::use_memory(std::filesystem::path const& folder) {
  memory_.emplace(1);
  memory_store_ = std::make_shared<PictureStore>(folder);
}

/// The picture gets its name when both are done.
asio::awaitable<Keeper::Outcome> Keeper::keep(std::shared_ptr<std::string const> bytes,
                                              std::optional<File> file) {
  auto const checked = check(bytes);
  Result<Saved> saved = Saved{};
  if (file) saved = co_await save(bytes, *file, checked);
  while (!checked->decided())
    co_await checked->done.async_wait(asio::as_tuple(asio::use_awaitable));
  // The disk went on without the verdict; it may have come between that and here.
  bool const too_early = !saved && saved.error().fault == Fault::busy;
  if (too_early && checked->verdict.get()) saved = co_await save(bytes, *file, checked);
  co_return Outcome{checked->verdict.get(), std::move(saved)};
}

std::shared_ptr<Keeper::Check> Keeper::check(std::shared_ptr<std::string const> bytes) {
  std::packaged_task<Result<PictureSize>()> task{
      [bytes = std::move(bytes)] { return check_jpeg(*bytes); }};
  auto checked = std::make_shared<Check>(loop_);
  checked->verdict = task.get_future().share();
  asio::post(workers_, [&l = loop_, checked, run = std::move(task)]() mutable {
    run();
    asio::post(l, [checked] { checked->done.cancel(); });
  });
  return checked;
}

asio::awaitable<Result<Keeper::Saved>> Keeper::save(std::shared_ptr<std::string const> bytes,
                                                    File const& file,
                                                    std::shared_ptr<Check> checked) {
  if (closed_)
    co_return Error{Fault::refused, "no picture is stored any more: the program is ending"};
  auto work = [store = file.in_memory ? memory_store_ : store_, file, bytes,
               checked]() -> Result<Saved> {
    auto const approve = [&checked]() -> Result<void> {
      if (checked->verdict.wait_for(patience) != std::future_status::ready)
        return Error{Fault::busy, "the picture is not checked yet"};
      if (auto const& size = checked->verdict.get(); !size) return size.error();
      return {};
    };
    auto const jpeg = std::make_shared<std::string const>(with_imprint(*bytes, file.facts));
    auto path = store->save(file.relative, file.folder, *jpeg, file.captured, approve);
    if (!path) return path.error();
    return Saved{std::move(*path), jpeg, store->lastshot_error()};
  };
  co_return co_await offload(file.in_memory ? *memory_ : disk_, std::move(work));
}

asio::awaitable<Result<std::shared_ptr<std::string const>>> Keeper::draw(
    std::shared_ptr<std::string const> bytes, std::string text) {
  using Drawn = Result<std::shared_ptr<std::string const>>;
  auto work = [bytes = std::move(bytes), text = std::move(text)]() -> Drawn {
    auto drawn = with_overlay(*bytes, text);
    if (!drawn) return drawn.error();
    return std::make_shared<std::string const>(std::move(*drawn));
  };
  co_return co_await offload(workers_, std::move(work));
}

asio::awaitable<Result<std::shared_ptr<std::string const>>> Keeper::fit(
    std::shared_ptr<std::string const> bytes, PictureFit how) {
  auto work = [bytes = std::move(bytes), how] { return fitted(bytes, how); };
  co_return co_await offload(workers_, std::move(work));
}

asio::awaitable<Result<std::shared_ptr<std::string const>>> Keeper::lastshot(std::string folder,
                                                                             std::uint64_t most,
                                                                             PictureFit how) {
  using Found = Result<std::shared_ptr<std::string const>>;
  auto work = [store = store_, folder = std::move(folder), most, how]() -> Found {
    auto bytes = store->lastshot(folder, most);
    if (!bytes) return bytes.error();
    return fitted(std::make_shared<std::string const>(std::move(*bytes)), how);
  };
  co_return co_await offload(workers_, std::move(work));
}

void Keeper::close() {
  if (std::exchange(closed_, true)) return;
  workers_.join();
  disk_.join();
  if (memory_) memory_->join();
}

}  // namespace snapcron
