#include "config/files.hpp"

#include "config/yaml.hpp"
#include "core/printable.hpp"
#include "core/program_token.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

namespace snapcron {
namespace {

constexpr std::size_t largest_password = 4096;
constexpr std::size_t largest_users_file = 100'000;

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// What crypt(3) makes: "$y$...", "$6$...": at least three fields, no blanks. A plain password is
/// none.
bool is_hash(std::string_view text) {
  return text.size() >= 13 && text.front() == '$' && std::ranges::count(text, '$') >= 3 &&
         std::ranges::none_of(text, [](char c) {
           return c <= ' ' || c == 0x7f ||
                  std::string_view{":;*!\\"}.find(c) != std::string_view::npos;
         });
}

class UsersReader {
 public:
  explicit UsersReader(Context const& context) : context_{context} {}

  std::vector<User> read(std::string_view text) {
    for (unsigned number = 1; !text.empty(); ++number) {
      auto const end = std::min(text.find('\n'), text.size());
      auto line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.find_first_not_of(" \t") == std::string_view::npos || line.front() == '#') continue;
      this->line(number, line);
    }
    return std::move(users_);
  }

 private:
  void line(unsigned number, std::string_view line) {
    auto const error = [&](std::size_t column, std::string message) {
      context_.error({number, static_cast<unsigned>(column + 1)}, std::move(message));
    };
    auto const colon = line.find(':');
    if (colon == std::string_view::npos)
      return error(
          0, "a user's line is NAME:HASH or NAME:HASH:viewer (snapcron passwd NAME makes one)");
    auto const name = line.substr(0, colon);
    if (name.empty() || name.size() > 64 || printable(name) != name ||
        name.find_first_of(" \t") != std::string_view::npos)
      return error(0, "a user's name has 1 to 64 printable characters and no blanks");
    if (std::ranges::any_of(users_, [&](auto const& user) { return user.name == name; }))
      return error(0, "user " + snapcron::quoted(name) + " stands twice");
    auto const rest = line.substr(colon + 1);
    auto const second = std::min(rest.find(':'), rest.size());
    auto const hash = rest.substr(0, second);
    if (!is_hash(hash) && !hash.starts_with(token_mark))
      return error(colon + 1, "this is no crypt(3) hash, such as snapcron passwd " +
                                  std::string{name} + " makes");
    bool const has_role = second < rest.size();
    if (hash.starts_with(token_mark)) {
      auto const role = rest.substr(std::min(second + 1, rest.size()));
      if (!is_token_hash(hash))
        return error(colon + 1, "this is no token's hash, such as snapcron token makes");
      if (role != "read" && role != "switch")
        return error(colon + 1 + second, "after a token's hash ':read' or ':switch' must follow");
      users_.push_back({std::string{name}, std::string{hash}, role == "read"});
      return;
    }
    if (has_role && rest.substr(second + 1) != "viewer")
      return error(colon + 1 + second + 1, "after the hash only ':viewer' may follow");
    users_.push_back({std::string{name}, std::string{hash}, has_role});
  }

  Context const& context_;
  std::vector<User> users_;
};

}  // namespace

void warn_of_readers(Context const& context, YamlEntry const& entry, FileText const& file,
                     std::filesystem::path const& path) {
  if (file.others_may_read)
    context.warning(entry.value.at,
                    path.string() + " can be read by everybody: chmod o-rwx " + path.string());
}

Opened& open(Files& files, std::filesystem::path const& path) {
  auto text = read_regular_file(path, YamlLimits::bytes);
  auto& opened =
      files.opened.emplace_back(path.string(), text ? std::move(text->text) : std::string{});
  if (!text) opened.context.error({}, text.error().text);
  return opened;
}

std::filesystem::path resolve(Context const& context, std::string const& path) {
  std::error_code failed;  // the present folder is gone: relative paths stay relative
  auto file = std::filesystem::absolute(context.source().name(), failed);
  if (failed) file = context.source().name();
  return (file.parent_path() / path).lexically_normal();
}

std::string read_secret(Files const& files, Context const& context, YamlEntry const& entry,
                        std::string_view without) {
  auto const text = read_text(context, entry, "a file's path");
  if (!text) return {};
  if (text->empty()) {
    context.error(entry.value.at, snapcron::quoted(entry.key) + " is empty");
    return {};
  }
  if (!files.touch) return {};
  auto const path = resolve(context, *text);
  auto file = read_regular_file(path, largest_password);
  std::string const what = entry.key == "password_file" ? "password" : "secret";
  if (!file) {
    if (file.error().fault == Fault::invalid)
      context.error(entry.value.at, file.error().text);
    else
      context.warning(entry.value.at, file.error().text + ", so " + std::string{without});
    return {};
  }
  warn_of_readers(context, entry, *file, path);
  auto& password = file->text;
  if (password.ends_with('\n')) password.pop_back();
  if (password.ends_with('\r')) password.pop_back();
  if (password.empty()) {
    context.error(entry.value.at, path.string() + " is empty: write the " + what + " into it");
  } else if (has_control(password)) {
    context.error(entry.value.at,
                  path.string() + " holds more than one line of text: a " + what + " is one line");
    password.clear();
  }
  return std::move(password);
}

std::optional<std::vector<User>> read_users(Files& files, Context const& context,
                                            YamlEntry const& entry) {
  auto const text = read_text(context, entry, "a file's path");
  if (!text) return std::nullopt;
  if (text->empty()) {
    context.error(entry.value.at, "'users_file' is empty");
    return std::nullopt;
  }
  if (!files.touch) return std::nullopt;
  auto const path = files.resolve(*text);
  auto const file = read_regular_file(path, largest_users_file);
  if (!file) {
    context.error(entry.value.at, file.error().text);
    return std::nullopt;
  }
  warn_of_readers(context, entry, *file, path);
  // A source without text: a hash must not stand in a diagnostic.
  auto& opened = files.opened.emplace_back(path.string(), std::string{});
  auto users = UsersReader{opened.context}.read(file->text);
  if (users.empty() && opened.diagnostics.empty())
    context.error(entry.value.at,
                  path.string() + " holds no user: snapcron passwd NAME makes a line for it");
  if (users.empty()) return std::nullopt;
  return users;
}

}  // namespace snapcron
