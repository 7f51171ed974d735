#include "config/devices.hpp"
#include "config/tls.hpp"
#include "config/url.hpp"

#include "core/printable.hpp"

namespace snapcron {
namespace {

constexpr std::string_view default_filename =
    "{camera}/{time:%Y-%m-%d}/{time:%H%M%S}_{rule}_{seq}.jpg";

constexpr std::uint64_t largest_disk = 1'000'000'000'000'000;

void read_retention(Context const& context, YamlEntry const& entry, Retention& retention) {
  auto const* map = read_map(context, entry, "'retention: {age: 30d, min_free: 1GB}'");
  if (map == nullptr) return;
  MapReader reader{context, *map, retention_words(), "retention", entry.at};
  auto const* size = reader.take("size");
  auto const* min_free = reader.take("min_free");
  retention.age = reader.duration("age");
  if (size != nullptr) retention.size = read_size(context, *size, largest_disk);
  if (min_free != nullptr) retention.min_free = read_size(context, *min_free, largest_disk);
  retention.delete_undelivered = reader.flag("delete_undelivered").value_or(false);
  if (!reader.has("age") && size == nullptr && min_free == nullptr)
    context.error(entry.at,
                  "'retention' does not say when: add at least one of 'age', 'size' and "
                  "'min_free'");
  reader.finish();
}

}  // namespace

void read_storage(Context const& context, Files const& files, YamlEntry const* entry, Site& site) {
  site.storage.filename = Template::parse(default_filename, Template::Use::file_name).value();
  if (entry == nullptr) return;
  auto const* map =
      read_map(context, *entry, "'storage: {directory: /var/lib/snapcron/snapshots}'");
  if (map == nullptr) return;
  MapReader reader{context, *map, storage_words(), "storage", entry->at};
  if (auto const* directory = reader.take("directory")) {
    if (auto const text = read_text(context, *directory, "a folder's path")) {
      if (text->empty())
        context.error(directory->value.at, "'directory' is empty");
      else
        site.storage.directory = files.resolve(*text);
    }
  }
  if (auto const* filename = reader.take("filename")) {
    if (auto const text = read_text(context, *filename, "a file-name template")) {
      if (auto parsed = Template::parse(*text, Template::Use::file_name))
        site.storage.filename = std::move(*parsed);
      else
        context.error(filename->value.at, parsed.error().text);
    }
  }
  if (auto const* retention = reader.take("retention"))
    read_retention(context, *retention, site.storage.retention);
  reader.finish();
}

void read_http(Context const& context, Files& files, YamlEntry const* entry, Site& site) {
  if (entry == nullptr) return;
  auto const* map = read_map(context, *entry, "'http: {listen: \"127.0.0.1:8080\"}'");
  if (map == nullptr) return;
  MapReader reader{context, *map, http_words(), "http", entry->at};
  HttpSpec http;
  auto const* listen = reader.take("listen");
  auto const* users_file = reader.take("users_file");
  if (users_file != nullptr)
    http.users = read_users(files, context, *users_file).value_or(std::vector<User>{});
  if (auto const* tls = reader.take("tls")) http.tls = read_tls(files, context, *tls);
  if (listen != nullptr) {
    if (auto const text = read_text(context, *listen, "an address and a port")) {
      auto const parsed = parse_listen(*text);
      if (!parsed) {
        context.error(listen->value.at, parsed.error().text);
      } else {
        http.address = parsed->address;
        http.port = parsed->port;
        if (!parsed->loopback && users_file == nullptr)
          context.error(listen->value.at,
                        "listening on " + parsed->address +
                            " needs passwords: add 'users_file: users' with lines made by snapcron "
                            "passwd NAME, or listen on 127.0.0.1 only");
      }
    }
  }
  http.manual_input_txt = reader.word("input_txt").value_or(0) == 1;
  reader.finish();
  site.http = std::move(http);
}

void read_location(Context const& context, YamlEntry const& entry, Site& site) {
  auto const* map = read_map(context, entry, "'location: {latitude: 59.33, longitude: 18.06}'");
  if (map == nullptr) return;
  MapReader reader{context, *map, location_words(), "location", entry.at};
  auto const degrees = [&](char const* key) {
    auto const* given = reader.require(key);
    return given != nullptr ? read_degrees(context, *given, location_words().find(key)->shape.most)
                            : std::nullopt;
  };
  auto const latitude = degrees("latitude"), longitude = degrees("longitude");
  if (latitude && longitude) site.location = Place{*latitude, *longitude};
  reader.finish();
}

void read_clock(Context const& context, YamlEntry const& entry, Site& site) {
  auto const* map = read_map(context, entry, "'clock: {wait_for_sync: 5m}'");
  if (map == nullptr) return;
  MapReader reader{context, *map, clock_words(), "clock", entry.at};
  reader.require("wait_for_sync");
  site.wait_for_sync = reader.duration("wait_for_sync");
  reader.finish();
}

}  // namespace snapcron
