#include "config/load.hpp"

#include "config/axis_script.hpp"
#include "config/devices.hpp"
#include "config/files.hpp"
#include "config/include.hpp"
#include "config/rules.hpp"
#include "config/yaml.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_socket_path = 107;  // bytes of sockaddr_un::sun_path
constexpr std::size_t most_diagnostics = 1000;

/// The diagnostics of all files in the order of reading, those of one file by position.
std::vector<Diagnostic> collect(std::list<Opened>& opened) {
  std::vector<Diagnostic> all;
  for (auto& file : opened) {
    std::ranges::stable_sort(file.diagnostics, {}, &Diagnostic::at);
    std::ranges::move(file.diagnostics, std::back_inserter(all));
  }
  if (all.size() > most_diagnostics) {
    auto const more = std::to_string(all.size() - most_diagnostics);
    auto& last = all[most_diagnostics];
    last.severity = Diagnostic::Severity::error;  // an error must not be lost among warnings
    last.message = "and " + more + " more mistakes like those above";
    last.suggestion.clear();
    all.resize(most_diagnostics + 1);
  }
  return all;
}

/// The tree of an opened file, a mapping; nothing with the error told.
std::optional<YamlNode> parse(Opened& opened) {
  if (has_errors(opened.diagnostics)) return std::nullopt;  // it could not be read
  auto root = parse_yaml(opened.source, opened.diagnostics);
  if (root && root->kind != YamlNode::Kind::map) {
    opened.context.error(root->at, "a configuration is a mapping: it begins with 'version: 1'");
    return std::nullopt;
  }
  return root;
}

void read_version(Context const& context, YamlEntry const& entry) {
  bool const known =
      entry.value.kind == YamlNode::Kind::scalar && !entry.value.quoted && entry.value.text == "1";
  if (!known)
    context.error(entry.value.at, "'version' must be 1: that is what this snapcron reads");
}

/// A file with `rules` and nothing else but `version`.
void read_rules_file(Opened& opened, RulesScope& scope) {
  auto const root = parse(opened);
  if (!root) return;
  auto const& context = opened.context;
  MapReader map{context, *root, rules_file_words(), "a file with rules", {}};
  map.elsewhere(site_words(), "belongs into the configuration itself: this file holds rules only");
  if (auto const* version = map.take("version")) read_version(context, *version);
  if (auto const* rules = map.require("rules")) read_rules(context, *rules, scope);
  map.finish();
}

/// What rules of a file by itself may refer to.
RulesScope scope_for(Files const& files, Site const* site) {
  RulesScope scope{files};
  scope.references = site != nullptr ? References::of(*site) : References::anything();
  scope.zone = site != nullptr ? site->zone : Zone::system();
  scope.place = site != nullptr ? site->location : std::nullopt;
  return scope;
}

class SiteReader {
 public:
  SiteReader(Files& files, fs::path file) : files_{files}, file_{std::move(file)} {
    files_.folder = file_.parent_path();
    std::error_code failed;  // the present folder is gone: relative paths stay relative
    auto absolute = fs::absolute(file_, failed);
    site_.file = (failed ? file_ : absolute).lexically_normal();
    files_.absolute = site_.file.parent_path();
  }

  void read(Opened& opened) {
    auto const root = parse(opened);
    if (!root) return;
    auto const& context = opened.context;
    MapReader map{context, *root, site_words(), "the configuration", {}};
    if (auto const* version = map.require("version", "begin with 'version: 1'"))
      read_version(context, *version);
    auto const* timezone = map.take("timezone");
    site_.zone = read_zone(context, timezone, timezone == nullptr ? Zone::system() : Zone{});
    if (auto const* location = map.take("location")) {
      scope_.place_is_given = true;
      read_location(context, *location, site_);
    }
    if (auto const* clock = map.take("clock")) read_clock(context, *clock, site_);
    LinesReader lines{context, site_, scope_.references};
    lines.gpio(map.take("gpio"));
    lines.inputs(map.take("inputs"));
    lines.relays(map.take("relays"));
    read_cameras(context, files_, map.take("cameras"), site_, scope_.references);
    read_storage(context, files_, map.take("storage"), site_);
    read_destinations(context, files_, map.take("destinations"), site_, scope_.references);
    read_http(context, files_, map.take("http"), site_);
    control_socket(context, map.take("control_socket"));
    scope_.zone = site_.zone;
    scope_.place = site_.location;
    if (auto const* rules = map.take("rules")) read_rules(context, *rules, scope_);
    if (auto const* script = map.take("axis_script"))
      axis_ = read_axis_script(context, files_, *script, scope_);
    site_.axis_script = axis_.file;
    site_.axis_upload = axis_.upload;
    if (auto const* include = map.take("include")) this->include(context, *include);
    check_mentioned_rules(scope_);
    map.finish();
  }

  Loaded take() {
    Loaded loaded;
    loaded.rules = scope_.count;
    loaded.axis = std::move(axis_);
    loaded.diagnostics = collect(files_.opened);
    site_.rules = std::move(scope_.rules);
    if (!has_errors(loaded.diagnostics)) loaded.site = std::move(site_);
    return loaded;
  }

 private:
  void control_socket(Context const& context, YamlEntry const* entry) {
    if (entry == nullptr) return;
    auto const text = read_text(context, *entry, "a path");
    if (!text) return;
    if (text->empty()) return context.error(entry->value.at, "'control_socket' is empty");
    site_.control_socket = files_.resolve(*text);
    auto const size = site_.control_socket.native().size();
    if (size > longest_socket_path)
      context.error(entry->value.at, "'control_socket' is a path of " + std::to_string(size) +
                                         " bytes from the root: a unix socket's has at most " +
                                         std::to_string(longest_socket_path));
  }

  void include(Context const& context, YamlEntry const& entry) {
    if (!files_.touch) return;
    for (auto const& path : included_files(files_, context, entry, file_))
      read_rules_file(open(files_, path), scope_);
  }

  Files& files_;
  fs::path file_;
  Site site_;
  AxisSettings axis_;
  RulesScope scope_{files_};
};

}  // namespace

Loaded load_site(fs::path const& file, std::optional<std::string> script) {
  Files files;
  files.script = std::move(script);
  auto& opened = open(files, file);
  SiteReader reader{files, file};
  reader.read(opened);
  return reader.take();
}

Loaded load_text(std::string_view text, std::string const& name) {
  Files files;
  files.touch = false;
  auto& opened = files.opened.emplace_back(name, std::string{text});
  SiteReader reader{files, name};
  reader.read(opened);
  return reader.take();
}

Loaded check_rules_file(fs::path const& file, Site const* site) {
  Files files;
  auto scope = scope_for(files, site);
  read_rules_file(open(files, file), scope);
  if (site != nullptr)
    for (auto const& rule : site->rules) scope.names.emplace(rule.name, site->file.string());
  check_mentioned_rules(scope);
  Loaded loaded;
  loaded.rules = scope.count;
  loaded.rules_only = true;
  loaded.diagnostics = collect(files.opened);
  return loaded;
}

Result<ImportedScript> import_axis_script(fs::path const& script, Loaded const* around) {
  Files files;
  std::error_code failed;
  files.absolute = fs::absolute(script, failed).parent_path();
  auto scope = scope_for(files, around != nullptr ? &*around->site : nullptr);
  auto const opened = open_axis_script(files, script);
  if (!opened) return opened.error();
  ImportedScript imported;
  imported.rules =
      read_axis_rules(**opened, around != nullptr ? around->axis : AxisSettings{}, scope);
  imported.diagnostics = collect(files.opened);
  return imported;
}

bool is_rules_file(fs::path const& file) {
  Files files;
  auto const root = parse(open(files, file));
  return root && root->find("rules") != nullptr &&
         std::ranges::all_of(root->entries, [](auto const& entry) {
           return entry.key == "rules" || entry.key == "version";
         });
}

}  // namespace snapcron
