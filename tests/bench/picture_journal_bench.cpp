// What recording a picture with one delivery costs the disk, and noting that it was delivered:
// bytes that go to its block layer (write_bytes of /proc/self/io) and the time of a durable write;
// beside it a bare append of as many bytes with fdatasync. The folder is $TMPDIR's: it means
// something on a real filesystem only.
#include "store/picture_journal.hpp"

#include "disk_cost.hpp"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace snapcron {
namespace {

constexpr int rounds = 500;

PictureJournal::Entry picture(int number) {
  auto const path = "gate/2026-11-25/225452_opened_" + std::to_string(number) + ".jpg";
  PictureJournal::Entry entry;
  entry.picture = {.path = path,
                   .camera = "gate",
                   .rule = "opened",
                   .event = "tp2ybc-" + std::to_string(number),
                   .captured = Instant{std::chrono::seconds{1'790'000'000 + number}},
                   .bytes = 100'000};
  entry.deliveries = {{.destination = "archive",
                       .file = path,
                       .name = path,
                       .event = entry.picture.event,
                       .queued = entry.picture.captured,
                       .bytes = 100'000}};
  return entry;
}

void report(benchmark::State& state, double before) {
  auto const pictures = static_cast<double>(state.iterations() * state.range(0));
  state.counters["bytes_per_picture"] = (written_bytes() - before) / pictures;
  state.counters["bytes_per_write"] =
      (written_bytes() - before) / static_cast<double>(state.iterations());
}

/// Range: how many pictures are written together.
void record(benchmark::State& state) {
  auto const folder = new_folder();
  double const before = written_bytes();
  {
    PictureJournal journal{folder};
    int number = 0;
    for (auto _ : state) {
      PictureJournal::Batch batch;
      for (int i = 0; i < state.range(0); ++i) batch.entries.push_back(picture(number++));
      if (!journal.write(batch)) state.SkipWithError("not written");
    }
  }
  report(state, before);
  std::filesystem::remove_all(folder);
}

void note_delivered(benchmark::State& state) {
  auto const folder = new_folder();
  PictureJournal::Batch all;
  for (int i = 0; i < rounds * state.range(0); ++i) all.entries.push_back(picture(i));
  if (!PictureJournal{folder}.write(all)) state.SkipWithError("not written");
  double const before = written_bytes();
  {
    PictureJournal journal{folder};
    std::int64_t id = 0;
    for (auto _ : state) {
      PictureJournal::Batch batch;
      for (int i = 0; i < state.range(0); ++i)
        batch.outcomes.push_back({.id = ++id, .destination = "archive", .verdict = {}});
      if (!journal.write(batch)) state.SkipWithError("not written");
    }
  }
  report(state, before);
  std::filesystem::remove_all(folder);
}

void bare_append(benchmark::State& state) {
  auto const folder = new_folder();
  double const before = written_bytes();
  int const file = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::string const group(static_cast<std::size_t>(state.range(0)) * 300, 'x');
  for (auto _ : state)
    if (::write(file, group.data(), group.size()) < 0 || ::fdatasync(file) != 0)
      state.SkipWithError("not written");
  ::close(file);
  report(state, before);
  std::filesystem::remove_all(folder);
}

void pictures_in_a_transaction(benchmark::internal::Benchmark* bench) {
  bench->Arg(1)->Arg(10)->Iterations(rounds)->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(record)->Apply(pictures_in_a_transaction);
BENCHMARK(note_delivered)->Apply(pictures_in_a_transaction);
BENCHMARK(bare_append)->Apply(pictures_in_a_transaction);

}  // namespace
}  // namespace snapcron

BENCHMARK_MAIN();
