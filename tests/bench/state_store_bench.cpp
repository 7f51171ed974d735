// What a record costs the disk: bytes that go to its block layer (write_bytes of /proc/self/io,
// without the filesystem's own journal) and the time of a durable write; beside it a bare append
// with fdatasync. The folder is $TMPDIR's: it means something on a real filesystem only.
#include "store/state_store.hpp"

#include "disk_cost.hpp"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace snapcron {
namespace {

constexpr int rounds = 1000;

/// As long as those of a door: 280 bytes and a rule of ten rules.
Record record(int number) {
  Record made;
  made.at = Instant{std::chrono::seconds{1'770'000'000 + number}};
  made.rule = "door-" + std::to_string(number % 10);
  made.event = "k3f9x2-" + std::to_string(number);
  made.json = "{\"text\":\"" + std::string(280 - 11, 'x') + "\"}";
  return made;
}

void report(benchmark::State& state, double before) {
  auto const records = static_cast<double>(state.iterations() * state.range(0));
  state.counters["bytes_per_record"] = (written_bytes() - before) / records;
  state.counters["bytes_per_write"] =
      (written_bytes() - before) / static_cast<double>(state.iterations());
}

void write_records(benchmark::State& state, bool with_memory) {
  auto const folder = new_folder();
  double const before = written_bytes();
  {
    StateStore store{folder};
    std::vector<Record> const group(static_cast<std::size_t>(state.range(0)), record(1));
    int number = 0;
    for (auto _ : state) {
      std::optional<std::string> memory;
      if (with_memory) memory = std::to_string(number++) + std::string(1000, 'm');
      if (!store.write(group, memory)) state.SkipWithError("not written");
    }
  }
  report(state, before);
  std::filesystem::remove_all(folder);
}

void with_memory(benchmark::State& state) {
  write_records(state, true);
}
void without_memory(benchmark::State& state) {
  write_records(state, false);
}

void bare_append(benchmark::State& state) {
  auto const folder = new_folder();
  double const before = written_bytes();
  int const file = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::string group;
  for (int i = 0; i < state.range(0); ++i) group += record(i).json + "\n";
  for (auto _ : state)
    if (::write(file, group.data(), group.size()) < 0 || ::fdatasync(file) != 0)
      state.SkipWithError("not written");
  ::close(file);
  report(state, before);
  std::filesystem::remove_all(folder);
}

/// A full file: how large it is, how long the look through it after a crash, and the search for a
/// rare rule take.
void full_file(benchmark::State& state) {
  auto const folder = new_folder();
  {
    StateStore store{folder};
    for (int written = 0; written < StateStore::most_records;) {
      std::vector<Record> group;
      for (int i = 0; i < 5000; ++i) group.push_back(record(written++));
      if (!store.write(group, std::nullopt)) state.SkipWithError("not written");
    }
  }
  auto const file = folder / ".snapcron" / "state.db";
  state.counters["megabytes"] = static_cast<double>(std::filesystem::file_size(file)) / 1e6;
  for (auto _ : state) {
    if (state.range(0) == 0) std::ofstream{file.string() + "-wal"} << "as after a crash";
    StateStore store{folder};
    LogQuery query;
    if (state.range(0) == 1) query.rule = "nobody";
    if (!store.read(query)) state.SkipWithError("not read");
  }
  std::filesystem::remove_all(folder);
}

void records_in_a_transaction(benchmark::internal::Benchmark* bench) {
  bench->Arg(1)->Arg(10)->Arg(100);
  bench->Iterations(rounds)->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(with_memory)->Apply(records_in_a_transaction);
BENCHMARK(without_memory)->Apply(records_in_a_transaction);
BENCHMARK(bare_append)->Apply(records_in_a_transaction);
BENCHMARK(full_file)
    ->ArgName("0:check,1:rule,2:newest")
    ->DenseRange(0, 2)
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace snapcron

BENCHMARK_MAIN();
