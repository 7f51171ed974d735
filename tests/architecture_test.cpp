// Who may include whom. This table *is* the architecture; docs/architecture.md only explains it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

using Folders = std::set<std::string>;

std::map<std::string, Folders> const may_include = {
    {"core", {}},
    {"async", {}},
    {"axis", {"core"}},
    {"tls", {"core"}},
    {"config", {"core", "axis", "tls"}},
    {"facts", {"core"}},
    {"replay", {"core", "config"}},
    {"jpeg", {"core"}},
    {"imprint", {"core", "jpeg"}},
    {"store", {"core", "ports"}},
    {"ports", {"core"}},
    {"gpio", {"core", "ports"}},
    {"sim", {"core", "ports"}},
    {"lines", {"core", "ports", "async"}},
    {"curl", {"core", "ports", "async"}},
    {"process", {"core", "ports", "async"}},
    {"guard", {"core", "ports", "async", "lines", "process"}},
    {"v4l2", {"core", "ports", "jpeg", "process"}},
    {"capture", {"core", "ports", "async", "store", "jpeg", "imprint", "curl", "process", "v4l2"}},
    {"upload", {"core", "curl", "store", "imprint"}},
    {"web", {}},
    {"http", {"core", "ports", "async", "tls", "web"}},
    {"app", {"core",  "axis",   "config", "tls",   "ports",   "store",  "async",
             "gpio",  "sim",    "lines",  "curl",  "process", "jpeg",   "capture",
             "guard", "upload", "http",   "facts", "replay",  "imprint"}},
};

/// A foreign header, and the only folders that may see it.
struct Foreign {
  std::regex header;
  Folders homes;
};
std::map<std::string, Foreign> const foreign = {
    {"libgpiod", {std::regex{"<gpiod"}, {"gpio"}}},
    {"V4L2", {std::regex{"<linux/videodev2"}, {"v4l2"}}},
    {"libcurl", {std::regex{"<curl/"}, {"curl", "upload"}}},
    {"yaml-cpp", {std::regex{"<yaml-cpp/"}, {"config"}}},
    {"SQLite", {std::regex{"<sqlite3"}, {"store"}}},
    {"libjpeg", {std::regex{"<j(peglib|error)\\.h>"}, {"jpeg"}}},
    {"Beast", {std::regex{"<boost/beast"}, {"http"}}},
    {"OpenSSL", {std::regex{"<openssl/"}, {"http", "imprint", "tls"}}},
    {"crypt", {std::regex{"<crypt\\.h>"}, {"http"}}},
    {"CLI11", {std::regex{"<CLI/"}, {"app"}}},
    {"JSON", {std::regex{"<boost/json"}, {"http", "app", "facts", "upload", "imprint"}}},
    {"cctz", {std::regex{"<cctz/"}, {"core"}}},
};

template <class Visit>
void for_each_line(Visit visit) {
  std::filesystem::path const src{SOURCE_DIR "/src"};
  for (auto const& entry : std::filesystem::recursive_directory_iterator{src}) {
    auto const path = entry.path().lexically_relative(src);
    if (!entry.is_regular_file() || std::distance(path.begin(), path.end()) < 2) continue;
    std::ifstream in{entry.path()};
    int number = 0;
    for (std::string line; std::getline(in, line);)
      visit(path.begin()->string(), line,
            path.string() + ":" + std::to_string(++number) + ": " + line);
  }
}

TEST(Architecture, EveryIncludeFollowsTheArrows) {
  std::regex const own{R"re(^#include "([a-z]+)/)re"};
  for_each_line([&](std::string const& folder, std::string const& line, std::string const& where) {
    ASSERT_TRUE(may_include.contains(folder)) << "no row for this folder: " << where;
    std::smatch m;
    if (std::regex_search(line, m, own) && m[1] != folder) {
      EXPECT_TRUE(may_include.at(folder).contains(m[1])) << where;
    }
  });
}

TEST(Architecture, AForeignLibraryIsSeenByItsOwnFolderOnly) {
  for_each_line([&](std::string const& folder, std::string const& line, std::string const& where) {
    if (!line.starts_with("#include <")) return;
    for (auto const& [name, library] : foreign) {
      if (!library.homes.contains(folder)) {
        EXPECT_FALSE(std::regex_search(line, library.header)) << name << ": " << where;
      }
    }
  });
}

TEST(Architecture, TheCoreHasNoLoopNoFileAndNoClock) {
  std::regex const impure{R"re(<boost/asio|<fstream>|<unistd\.h>|<sys/|<thread>|_clock::now\()re"};
  for_each_line([&](std::string const& folder, std::string const& line, std::string const& where) {
    if (folder == "core") {
      EXPECT_FALSE(std::regex_search(line, impure)) << where;
    }
  });
}

TEST(Architecture, NoShellAnywhere) {
  std::regex const shell{
      R"re((^|[^:\w])(std::)?(system|popen|execlp|execvp|wordexp)\s*\(\s*[^)\s]|/bin/(ba)?sh)re"};
  for_each_line([&](std::string const&, std::string const& line, std::string const& where) {
    EXPECT_FALSE(std::regex_search(line, shell)) << where;
  });
}

}  // namespace
