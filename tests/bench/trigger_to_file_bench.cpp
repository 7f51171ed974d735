// From the trigger to the durable file: Pictures.take() of a url camera (fetched, checked, saved)
// beside a plain keep-alive libcurl loop with write, fsync, rename and fsync of the folder, in
// turns within one run. nginx serves a real JPEG of about 100 KB where it is installed, else a
// thread of ours. The check is work that the plain loop does not do: its own time is shown, and the
// plain loop with it at its end. A frame from before the edge is in memory already: there the disk
// is all that is unavoidable.
//
// trigger_to_file_bench [COUNT] [FOLDER]   (FOLDER on the disk that is meant; default /var/tmp)
#include "../support/fake_camera.hpp"
#include "../support/nginx.hpp"
#include "../support/photo.hpp"
#include "capture/pictures.hpp"
#include "jpeg/check.hpp"
#include "store/picture_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <curl/curl.h>
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace snapcron {
namespace {

namespace asio = boost::asio;
using Times = std::vector<Duration>;

Steady now() {
  return SystemClock{}.now().steady;
}

double milliseconds(Times times, unsigned percent) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  auto const at = std::min(times.size() - 1, times.size() * percent / 100);
  return std::chrono::duration<double, std::milli>(times[at]).count();
}

void print(char const* what, Times const& times) {
  std::printf("%-66s %7.3f ms   p99 %7.3f ms\n", what, milliseconds(times, 50),
              milliseconds(times, 99));
}

[[noreturn]] void give_up(std::string const& why) {
  std::fprintf(stderr, "trigger_to_file_bench: %s\n", why.c_str());
  std::exit(1);
}

/// What anybody would write in ten minutes, with the same durability.
class PlainLoop {
 public:
  PlainLoop(std::string const& url, std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &PlainLoop::take);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &body_);
  }
  ~PlainLoop() { curl_easy_cleanup(easy_); }

  std::string const& fetch() {
    body_.clear();
    if (curl_easy_perform(easy_) != CURLE_OK) give_up("the plain loop got no picture");
    return body_;
  }
  void save(int number) const {
    auto const part = folder_ + "/.part";
    auto const name = folder_ + "/" + std::to_string(number) + ".jpg";
    int const file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (::write(file, body_.data(), body_.size()) != static_cast<ssize_t>(body_.size()))
      give_up("cannot write");
    ::fsync(file);
    ::close(file);
    ::rename(part.c_str(), name.c_str());
    int const folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::fsync(folder);
    ::close(folder);
  }

 private:
  static std::size_t take(char const* data, std::size_t, std::size_t size, void* body) {
    static_cast<std::string*>(body)->append(data, size);
    return size;
  }
  std::string folder_;
  std::string body_;
  CURL* easy_ = curl_easy_init();
};

struct Figures {
  Times plain, checked, ours, unstored, check, fetch, save, store;
  Times before, disk;  // a frame from before the edge; a plain save in turn with it
};

template <class Work>
void time(Times& into, Work work) {
  auto const begun = now();
  work();
  into.push_back(now() - begun);
}

asio::awaitable<void> measure(Pictures& pictures, PlainLoop& plain, PictureStore& store, int count,
                              Figures& figures) {
  for (int i = 0; i < count; ++i) {
    time(figures.plain, [&] {
      plain.fetch();
      plain.save(2 * i);
    });
    for (bool const stored : {true, false}) {
      Pictures::Take take;
      take.values.seq = static_cast<unsigned>(i);
      take.store = stored;
      auto const begun = now();
      auto const taken = co_await pictures.take(std::move(take));
      (stored ? figures.ours : figures.unstored).push_back(now() - begun);
      if (!taken) give_up(taken.error().text);
    }
    time(figures.checked, [&] {
      if (!check_jpeg(plain.fetch())) give_up("not a picture");
      plain.save(2 * i + 1);
    });
    time(figures.fetch, [&] { plain.fetch(); });
    auto const& body = plain.fetch();
    time(figures.check, [&] { (void)check_jpeg(body); });
    time(figures.save, [&] { plain.save(1'000'000 + i); });
    time(figures.store,
         [&] { (void)store.save("store/" + std::to_string(i) + ".jpg", "store", body); });
  }
}

/// From the edge to the first picture from before it.
asio::awaitable<Duration> first_before(Pictures& pictures, int event) {
  Pictures::Take take;
  take.camera = "kept-running";
  take.values.event = std::to_string(event);
  auto const edge = SystemClock{}.now();
  auto durable = edge.steady;
  auto const on_picture = [&](Pictures::Taken) -> asio::awaitable<bool> {
    durable = now();
    co_return false;
  };
  auto const series = co_await pictures.take_around(
      std::move(take), {.edge = edge, .before = std::chrono::seconds{1}, .interval = {}},
      on_picture);
  if (!series) give_up(series.error().text);
  co_return durable - edge.steady;
}

asio::awaitable<void> measure_before(Pictures& pictures, PlainLoop& plain, int count,
                                     Figures& figures) {
  Pictures::Take first;  // the buffer has a frame when this has one
  first.camera = "kept-running";
  if (auto const taken = co_await pictures.take(std::move(first)); !taken)
    give_up(taken.error().text);
  plain.fetch();
  for (int i = 0; i < count; ++i) {
    time(figures.disk, [&] { plain.save(2'000'000 + i); });
    figures.before.push_back(co_await first_before(pictures, i));
  }
  co_await pictures.stop();
}

void print(Figures const& figures) {
  print("plain libcurl, write, fsync, rename, fsync of the folder", figures.plain);
  print("the same, and the strict check of the picture", figures.checked);
  print("Pictures.take(): fetched, checked, durable, lastshot renewed", figures.ours);
  print("  of which: fetched and checked only (not stored)", figures.unstored);
  print("  plain fetch alone", figures.fetch);
  print("  plain save alone", figures.save);
  print("  PictureStore.save() alone, lastshot renewed", figures.store);
  print("  strict check alone", figures.check);
  auto const ours = milliseconds(figures.ours, 50);
  std::printf("ratio to the plain loop %.2f, to the plain loop with the same check %.2f\n",
              ours / milliseconds(figures.plain, 50), ours / milliseconds(figures.checked, 50));
  print("from the edge to the first picture from before it, durable", figures.before);
  print("  plain save alone, in turn with it", figures.disk);
  std::printf("ratio %.2f; without the check %.2f\n",
              milliseconds(figures.before, 50) / milliseconds(figures.disk, 50),
              (milliseconds(figures.before, 50) - milliseconds(figures.check, 50)) /
                  milliseconds(figures.disk, 50));
}

void run(int count, std::string const& where) {
  ::setenv("TMPDIR", where.c_str(), 1);
  TemporaryFolder const folder;
  auto const picture = photo({.width = 1024, .height = 768, .quality = 80, .noise = 16});
  folder.write("still.jpg", picture, std::filesystem::perms{0644});
  Nginx const nginx{folder, "listen 127.0.0.1:PORT;"};
  std::optional<FakeCamera> fake;
  std::string url = "http://127.0.0.1:" + std::to_string(nginx.port()) + "/still.jpg";
  if (!nginx.why_not().empty()) {
    fake.emplace([&](FakeCamera::Connection& c) {
      while (!c.request().empty()) c.picture(picture);
    });
    url = fake->url();
  }
  std::printf("%zu bytes, %s, %s\n", picture.size(),
              nginx.why_not().empty() ? "from nginx" : "from a thread", where.c_str());

  asio::io_context loop{1};
  SystemClock const clock;
  CameraSpec camera;
  camera.name = "door";
  camera.source = UrlCamera{url, {}, {}};
  StorageSpec const storage{
      folder / "ours",
      Template::parse("{camera}/{event}{seq}.jpg", Template::Use::file_name).value()};
  Pictures pictures{loop, clock, Zone{}, {camera}, storage};
  PlainLoop plain{url, folder / "plain"};
  PictureStore store{folder / "store"};
  Figures figures;
  for (int const rounds : {10, count}) {  // the first few warm up
    figures = {};
    asio::co_spawn(loop, measure(pictures, plain, store, rounds, figures),
                   [](std::exception_ptr failure) {
                     if (failure) std::rethrow_exception(failure);
                   });
    loop.restart();
    loop.run();
  }

  camera.name = "kept-running";
  camera.buffer = BufferSpec{.fps = 10};
  Pictures running{loop, clock, Zone{}, {camera}, storage};
  asio::co_spawn(loop, measure_before(running, plain, count, figures),
                 [](std::exception_ptr failure) {
                   if (failure) std::rethrow_exception(failure);
                 });
  loop.restart();
  loop.run();
  print(figures);
}

}  // namespace
}  // namespace snapcron

int main(int argc, char** argv) {
  snapcron::run(argc > 1 ? std::atoi(argv[1]) : 500, argc > 2 ? argv[2] : "/var/tmp");
}
