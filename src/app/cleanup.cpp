#include "app/cleanup.hpp"

#include "core/quantity.hpp"
#include "core/retention.hpp"
#include "store/remove_picture.hpp"

#include <filesystem>

namespace snapcron {
namespace {

namespace asio = boost::asio;

constexpr unsigned batch = 64;          // pictures between two looks at the disk
constexpr unsigned most_batches = 100;  // of one sweep: captures wait for the journal meanwhile
/// What is made free when the disk is full and no `min_free` says more: a few pictures.
constexpr std::uint64_t least_room = 16'000'000;

}  // namespace

Cleanup::Cleanup(Clock const& clock, PictureRecorder& recorder, std::filesystem::path storage,
                 Say say)
    : clock_{clock}, recorder_{recorder}, storage_{std::move(storage)}, say_{std::move(say)} {}

/// The files go first: on a full disk the journal needs their room. A row whose file is gone is
/// forgotten the next time.
asio::awaitable<Cleanup::Swept> Cleanup::delete_beyond(Retention limits,
                                                       std::optional<Instant> now) {
  // Named before it is awaited: GCC 12 destroys the captures of a temporary twice.
  auto const one_batch = [limits, now, storage = storage_](PictureJournal& journal) {
    Swept swept;
    auto const fail = [&swept](Error const& why) {
      swept.trouble = why;
      return swept;
    };
    auto const stored = journal.stored();
    if (!stored) return fail(stored.error());
    std::error_code failed;
    auto const space = std::filesystem::space(storage, failed);
    if (failed) return fail({Fault::failed, storage.string() + ": " + failed.message()});
    auto const oldest = journal.oldest(batch, limits.delete_undelivered);
    if (!oldest) return fail(oldest.error());
    auto const count = to_delete(limits, {*stored, space.available}, now, *oldest);
    swept.short_of_space = count == 0 && limits.min_free && space.available < *limits.min_free;
    for (auto const& picture : std::span{*oldest}.first(count)) {
      if (auto const removed = remove_picture(storage, picture.path);
          !removed && removed.error().fault != Fault::invalid)
        return fail(removed.error());
      ++swept.pictures;
      swept.bytes += picture.bytes;
    }
    if (count == 0) return swept;
    if (auto const done = journal.forget(std::span{*oldest}.first(count)); !done)
      return fail(done.error());
    return swept;
  };
  Swept all;
  for (unsigned n = 0; n < most_batches; ++n) {
    auto const swept = co_await recorder_.ask(one_batch);
    all.pictures += swept.pictures;
    all.bytes += swept.bytes;
    all.trouble = swept.trouble;
    all.short_of_space = swept.short_of_space;
    if (swept.pictures < batch || swept.trouble) break;
  }
  co_return all;
}

asio::awaitable<void> Cleanup::sweep(bool clock_trusted) {
  auto const limits = limits_;
  if (!limits.any()) co_return;
  auto const swept = co_await delete_beyond(
      limits, clock_trusted ? std::optional{clock_.now().wall} : std::nullopt);
  if (swept.pictures > 0)
    say_(true, "retention: " + std::to_string(swept.pictures) + " pictures deleted, " +
                   size_text(swept.bytes));
  std::string complaint;
  if (swept.trouble)
    complaint = "retention: " + swept.trouble->text;
  else if (swept.short_of_space)
    complaint =
        "the disk has less free than min_free says, and no picture may be deleted: all of "
        "them wait to be delivered, or none is left (see snapcron outbox)";
  if (complaint != said_ && !complaint.empty()) say_(false, complaint);
  said_ = complaint;
}

asio::awaitable<bool> Cleanup::make_room() {
  auto limits = limits_;
  if (!limits.any()) co_return false;
  limits.age.reset();
  limits.min_free = std::max(limits.min_free.value_or(0), least_room);
  auto const swept = co_await delete_beyond(limits, std::nullopt);
  if (swept.pictures > 0)
    say_(true, "the disk is full: " + std::to_string(swept.pictures) +
                   " of the oldest pictures deleted, " + size_text(swept.bytes));
  co_return swept.pictures > 0;
}

}  // namespace snapcron
