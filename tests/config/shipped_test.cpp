// Everything in rules/ and examples/ loads as it is shipped.

#include "config/load.hpp"

#include "folder.hpp"
#include "rules_around.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> yaml_files(fs::path const& folder) {
  std::vector<fs::path> files;
  for (auto const& entry : fs::recursive_directory_iterator{folder})
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// A site with every name that the ready rules use.
Site site_with_the_names() {
  auto const loaded = load_text(R"(version: 1
location: {latitude: 59.33, longitude: 18.06}
gpio: {chip: sim}
inputs:
  1: {name: front-door, line: 1}
  2: {name: window, line: 2}
  3: {name: gate, line: 3}
  4: {name: bell, line: 4}
  5: {name: tamper, line: 5}
relays:
  1: {name: chime, line: 8}
  2: {name: lamp, line: 9}
cameras: {door: {test_pattern: }, yard: {test_pattern: }, gate: {test_pattern: }}
)",
                                "site.yaml");
  EXPECT_TRUE(loaded.site) << said(loaded);
  return loaded.site.value_or(Site{});
}

TEST(ReadyRules, AreADozenAndEachIsGoodByItselfAndOnASiteWithItsNames) {
  auto const site = site_with_the_names();
  auto const files = yaml_files(SOURCE_DIR "/rules");
  EXPECT_GE(files.size(), 12u);
  for (auto const& file : files) {
    EXPECT_TRUE(is_rules_file(file)) << file;
    auto const alone = check_rules_file(file, nullptr);
    EXPECT_EQ(said(alone), "") << file;
    EXPECT_GE(alone.rules, 1u) << file;
    EXPECT_EQ(said(check_rules_file(file, &site)), "") << file;
  }
}

TEST(ReadyRules, CanAllBeIncludedTogether) {
  Folder folder;
  fs::create_directory(folder.path() / "rules.d");
  for (auto const& file : yaml_files(SOURCE_DIR "/rules"))
    fs::copy_file(file, folder.path() / "rules.d" / file.filename());
  auto const loaded = load_site(folder.write("snapcron.yaml", R"(version: 1
include: rules.d/*.yaml
location: {latitude: 59.33, longitude: 18.06}
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}, 2: {name: window, line: 2}, 3: {name: gate, line: 3}, 4: {name: bell, line: 4}, 5: {name: tamper, line: 5}}
relays: {1: {name: chime, line: 8}, 2: {name: lamp, line: 9}}
cameras: {door: {test_pattern: }, yard: {test_pattern: }, gate: {test_pattern: }}
)"));
  EXPECT_TRUE(loaded.site) << said(loaded);
  EXPECT_GE(loaded.rules, 16u);
}

TEST(Examples, AllLoadWithoutAWord) {
  auto const files = yaml_files(SOURCE_DIR "/examples");
  EXPECT_GE(files.size(), 4u);
  for (auto const& file : files) {
    auto const name = file.parent_path().filename();
    if (name == "raspberry-pi" || name == "phone" || name == "warehouse")
      continue;  // they need files of their users
    auto const loaded = load_site(file);
    EXPECT_TRUE(loaded.site) << said(loaded);
    EXPECT_EQ(said(loaded), "") << file;
  }
}

TEST(Examples, TheRaspberryPiNeedsItsPasswordFile) {
  fs::path const example{SOURCE_DIR "/examples/raspberry-pi"};
  Folder folder;
  auto const file = folder.path() / "snapcron.yaml";
  fs::copy_file(example / "snapcron.yaml", file);
  EXPECT_THAT(said(load_site(file)), testing::HasSubstr("warning: cannot read "));

  fs::copy_file(example / "door.pw.example", folder.path() / "door.pw");
  fs::permissions(folder.path() / "door.pw", fs::perms::owner_read);
  auto const loaded = load_site(file);
  EXPECT_TRUE(loaded.site);
  EXPECT_EQ(said(loaded), "");
}

TEST(Examples, TheWarehouseNeedsItsPasswordFile) {
  Folder folder;
  auto const file = folder.path() / "snapcron.yaml";
  fs::copy_file(SOURCE_DIR "/examples/warehouse/snapcron.yaml", file);
  EXPECT_THAT(said(load_site(file)), testing::HasSubstr("sprinkler.pw"));

  fs::permissions(folder.write("sprinkler.pw", "secret\n"), fs::perms::owner_read);
  auto const loaded = load_site(file);
  EXPECT_TRUE(loaded.site);
  EXPECT_EQ(said(loaded), "");
}

TEST(Examples, ThePhoneNeedsItsSecretFiles) {
  for (std::string const service : {"ntfy", "telegram", "matrix"}) {
    Folder folder;
    auto const file = folder.path() / "snapcron.yaml";
    fs::copy_file(fs::path{SOURCE_DIR "/examples/phone"} / (service + ".yaml"), file);
    EXPECT_THAT(said(load_site(file)), testing::HasSubstr(service + ".token"));

    fs::permissions(folder.write(service + ".token", "a-token\n"), fs::perms::owner_read);
    auto const loaded = load_site(file);
    EXPECT_TRUE(loaded.site) << said(loaded);
    EXPECT_EQ(said(loaded), "") << service;
  }
}

/// The yaml blocks of a page.
std::vector<std::string> blocks(fs::path const& page) {
  std::vector<std::string> found;
  bool within = false;
  std::ifstream in{page};
  for (std::string line; std::getline(in, line);) {
    if (line == "```yaml" || line == "```") {
      within = line == "```yaml";
      if (within) found.emplace_back();
    } else if (within) {
      found.back() += line + "\n";
    }
  }
  return found;
}

TEST(Examples, WhateverThePageOnDeliveryShowsLoadsWithoutAWord) {
  Folder folder;
  for (auto const* secret : {"mail.pw", "nas.pw", "ftp.pw", "dav.pw", "s3.pw"})
    fs::permissions(folder.write(secret, "secret\n"), fs::perms::owner_read);
  for (auto const* file : {"id_ed25519", "known_hosts"}) folder.write(file, "");
  auto const shown = blocks(SOURCE_DIR "/docs/delivery.md");
  EXPECT_GE(shown.size(), 10u);
  for (auto const& block : shown) {
    auto const loaded = load_site(folder.write("snapcron.yaml", R"(version: 1
gpio: {chip: sim}
inputs: {3: {name: gate, line: 3}}
cameras: {gate: {test_pattern: }}
)" + block));
    EXPECT_EQ(said(loaded), "") << block;
  }
}

TEST(Examples, TheConfigurationThatIsInstalledLoads) {
  auto const loaded = load_site(SOURCE_DIR "/packaging/snapcron.yaml");
  EXPECT_TRUE(loaded.site) << said(loaded);
  EXPECT_EQ(said(loaded), "");
}

}  // namespace
}  // namespace snapcron
