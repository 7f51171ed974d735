#pragma once
// The parts of a site other than its rules: lines, cameras, storage, destinations, pages.

#include "config/context.hpp"
#include "config/files.hpp"
#include "config/references.hpp"
#include "core/site.hpp"

#include <map>
#include <string>
#include <utility>

namespace snapcron {

/// Reads `gpio`, `inputs` and `relays`. What has a number and a name can be referred to, even when
/// something else is wrong with it: one mistake should not be told twice.
class LinesReader {
 public:
  LinesReader(Context const& context, Site& site, References& references)
      : context_{context}, site_{site}, references_{references} {}
  void gpio(YamlEntry const* entry);
  void inputs(YamlEntry const* entry);
  void relays(YamlEntry const* entry);

 private:
  void input(YamlEntry const& entry, unsigned number);
  void relay(YamlEntry const& entry, unsigned number);
  std::string name(MapReader& map, unsigned number, std::vector<References::Line> const& others);
  LineName line(MapReader& map);
  LineName no_line(MapReader& map, unsigned number);
  std::string chip(YamlEntry const& entry);

  Context const& context_;
  Site& site_;
  References& references_;
  std::string chip_;
  bool chip_given_ = false;
  std::map<std::pair<std::string, std::string>, std::string> users_of_lines_;  // "input 1"
};

void read_cameras(Context const& context, Files& files, YamlEntry const* entry, Site& site,
                  References& references);
/// After the storage.
void read_destinations(Context const& context, Files const& files, YamlEntry const* entry,
                       Site& site, References& references);
void read_storage(Context const& context, Files const& files, YamlEntry const* entry, Site& site);
void read_location(Context const& context, YamlEntry const& entry, Site& site);
void read_clock(Context const& context, YamlEntry const& entry, Site& site);
void read_http(Context const& context, Files& files, YamlEntry const* entry, Site& site);

}  // namespace snapcron
