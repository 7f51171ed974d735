#include "config/include.hpp"

#include "core/printable.hpp"

#include <glob.h>

#include <memory>
#include <set>
#include <string_view>
#include <system_error>

namespace snapcron {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 1000;

/// The folder's own characters must not be taken for a pattern's.
std::string escaped(std::string const& path) {
  std::string text;
  for (char const c : path) {
    if (std::string_view{"*?[]\\"}.find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

bool leaves(fs::path const& path, fs::path const& folder) {
  auto const relative = path.lexically_relative(folder);
  return relative.empty() || *relative.begin() == "..";
}

class IncludeReader {
 public:
  IncludeReader(Files const& files, Context const& context, fs::path const& main)
      : files_{files}, context_{context} {
    std::error_code ignored;
    real_folder_ = fs::canonical(files.absolute, ignored);
    seen_.insert(fs::canonical(main, ignored));
    main_ = *seen_.begin();
  }

  void pattern(Value const& value) {
    auto const text =
        read_text(context_, value, "a file's path or a pattern such as rules.d/*.yaml");
    if (!text) return;
    if (text->empty()) return context_.error(value.at(), "'include' is empty");
    if (leaves(files_.resolve(*text), files_.absolute)) return outside(value, *text);

    bool const is_absolute = text->front() == '/' || files_.folder.empty();
    auto const full = is_absolute ? *text : escaped(files_.folder.string()) + "/" + *text;
    glob_t found{};
    int const code = ::glob(full.c_str(), 0, nullptr, &found);
    std::unique_ptr<glob_t, decltype(&::globfree)> const owner{&found, &::globfree};
    bool const is_pattern = text->find_first_of("*?[") != std::string::npos;
    if (code == GLOB_NOMATCH && !is_pattern)
      return context_.error(value.at(), "there is no file " + snapcron::quoted(*text));
    if (code != 0 && code != GLOB_NOMATCH)
      return context_.error(value.at(), "cannot list the files of " + snapcron::quoted(*text));
    for (std::size_t i = 0; i < found.gl_pathc; ++i) file(value, found.gl_pathv[i], is_pattern);
  }

  std::vector<fs::path> take() { return std::move(paths_); }

 private:
  void outside(Value const& value, std::string const& path) {
    context_.error(
        value.at(),
        snapcron::quoted(path) + " leaves the folder of the configuration: copy the file into it");
  }

  void file(Value const& value, fs::path const& path, bool from_pattern) {
    std::error_code failed;
    auto const real = fs::canonical(path, failed);
    if (failed) {
      context_.error(value.at(), "cannot read " + path.string() + ": " + failed.message());
    } else if (leaves(real, real_folder_)) {
      outside(value, path.string());
    } else if (real == main_) {
      // "*.yaml" beside the configuration means the others.
      if (!from_pattern) context_.error(value.at(), "the configuration includes itself");
    } else if (seen_.insert(real).second) {
      if (paths_.size() == most_files)
        context_.error(value.at(), "more than " + std::to_string(most_files) + " included files");
      if (paths_.size() <= most_files) paths_.push_back(path);
    }
  }

  Files const& files_;
  Context const& context_;
  fs::path real_folder_, main_;
  std::set<fs::path> seen_;
  std::vector<fs::path> paths_;
};

}  // namespace

std::vector<fs::path> included_files(Files const& files, Context const& context,
                                     YamlEntry const& entry, fs::path const& main) {
  IncludeReader reader{files, context, main};
  if (entry.value.kind == YamlNode::Kind::sequence) {
    for (auto const& item : entry.value.items) reader.pattern({"include", item});
  } else {
    reader.pattern(entry);
  }
  return reader.take();
}

}  // namespace snapcron
