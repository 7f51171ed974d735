#include "upload/message.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <limits>
#include <utility>

namespace snapcron::upload {
namespace {

namespace json = boost::json;

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Verdict = UploadResult::Verdict;

constexpr std::array<std::pair<std::string_view, Verdict>, 5> verdicts{
    {{"done", Verdict::done},
     {"again", Verdict::again},
     {"never", Verdict::never},
     {"down", Verdict::down},
     {"refused", Verdict::refused}}};

/// Writes members into an object.
class Writer {
 public:
  void member(char const* key, std::string const& value) { object_[key] = value; }
  void member(char const* key, std::filesystem::path const& value) {
    object_[key] = value.native();
  }
  void member(char const* key, bool value) { object_[key] = value; }
  void member(char const* key, unsigned value) { object_[key] = std::uint64_t{value}; }
  void member(char const* key, std::int64_t value) { object_[key] = value; }
  void member(char const* key, std::uint64_t value) { object_[key] = value; }
  void member(char const* key, Duration value) { object_[key] = value.count(); }
  void member(char const* key, std::optional<unsigned> value) {
    if (value) member(key, *value);
  }
  void member(char const* key, HttpTarget::Method value) {
    member(key, value == HttpTarget::Method::post);
  }
  void member(char const* key, Verdict value) {
    for (auto const& [word, verdict] : verdicts)
      if (verdict == value) object_[key] = word;
  }
  void member(char const* key, std::vector<std::string> const& values) {
    object_[key] = json::array(values.begin(), values.end());
  }
  void member(char const* key, Pairs const& values) {
    json::array all;
    for (auto const& [name, value] : values) all.push_back(json::array{name, value});
    object_[key] = std::move(all);
  }
  json::object take() { return std::move(object_); }

 private:
  json::object object_;
};

/// Reads the same members; what is missing or of another kind makes the whole invalid.
class Reader {
 public:
  explicit Reader(json::object const& object) : object_(object) {}

  void member(char const* key, std::string& value) { valid_ &= text(find(key), value); }
  void member(char const* key, std::filesystem::path& value) {
    std::string native;
    member(key, native);
    valid_ &= native.find('\0') == std::string::npos;
    value = std::move(native);
  }
  void member(char const* key, bool& value) {
    auto const* found = find(key);
    auto const* flag = found ? found->if_bool() : nullptr;
    valid_ &= flag != nullptr;
    if (flag) value = *flag;
  }
  void member(char const* key, std::int64_t& value) { number(key, value); }
  void member(char const* key, std::uint64_t& value) { number(key, value); }
  void member(char const* key, unsigned& value) { number(key, value); }
  void member(char const* key, Duration& value) {
    constexpr Duration longest = std::chrono::hours{24 * 3650};
    Duration::rep count = 0;
    number(key, count);
    value = Duration{count};
    valid_ &= value > Duration::zero() && value <= longest;
  }
  void member(char const* key, std::optional<unsigned>& value) {
    if (object_.if_contains(key)) member(key, value.emplace());
  }
  void member(char const* key, HttpTarget::Method& value) {
    bool post = false;
    member(key, post);
    value = post ? HttpTarget::Method::post : HttpTarget::Method::put;
  }
  void member(char const* key, Verdict& value) {
    std::string word;
    member(key, word);
    for (auto const& [name, verdict] : verdicts)
      if (name == word) return void(value = verdict);
    valid_ = false;
  }
  void member(char const* key, std::vector<std::string>& values) {
    for (auto const& value : array(find(key))) valid_ &= text(&value, values.emplace_back());
  }
  void member(char const* key, Pairs& values) {
    for (auto const& value : array(find(key))) {
      auto const& pair = array(&value);
      auto& [name, content] = values.emplace_back();
      valid_ &= pair.size() == 2 && text(&pair[0], name) && text(&pair[1], content);
    }
  }
  bool valid() const { return valid_; }

 private:
  json::value const* find(char const* key) const { return object_.if_contains(key); }

  static bool text(json::value const* found, std::string& value) {
    auto const* string = found ? found->if_string() : nullptr;
    if (string) value.assign(string->data(), string->size());
    return string != nullptr;
  }

  json::array const& array(json::value const* found) {
    static json::array const none;
    auto const* array = found ? found->if_array() : nullptr;
    valid_ &= array != nullptr;
    return array ? *array : none;
  }

  template <class Number>
  void number(char const* key, Number& value) {
    auto const* found = find(key);
    boost::system::error_code error;
    if (found && found->is_number() && !found->is_double())
      value = found->to_number<Number>(error);
    else
      valid_ = false;
    valid_ &= !error;
  }

  json::object const& object_;
  bool valid_ = true;
};

// Each kind of value names its members once, for both directions.

template <class Archive>
void members(Archive& a, FtpTarget& t) {
  a.member("url", t.url);
  a.member("starttls", t.starttls);
  a.member("rename", t.rename);
}

template <class Archive>
void members(Archive& a, SftpTarget& t) {
  a.member("url", t.url);
  a.member("key_file", t.key_file);
  a.member("host_key", t.host_key);
  a.member("known_hosts", t.known_hosts);
  a.member("rename", t.rename);
}

template <class Archive>
void members(Archive& a, HttpTarget& t) {
  a.member("url", t.url);
  a.member("post", t.method);
  a.member("field", t.field);
  a.member("headers", t.headers);
  a.member("form", t.form);
}

template <class Archive>
void members(Archive& a, S3Target& t) {
  a.member("url", t.url);
  a.member("region", t.region);
}

template <class Archive>
void members(Archive& a, MailTarget& t) {
  a.member("url", t.url);
  a.member("starttls", t.starttls);
  a.member("from", t.from);
  a.member("to", t.to);
}

template <class Archive>
void members(Archive& a, FolderTarget& t) {
  a.member("folder", t.folder);
  a.member("mounted", t.mounted);
}

template <class Archive>
void members(Archive& a, DestinationSpec& s) {
  a.member("name", s.name);
  a.member("username", s.username);
  a.member("password", s.password);
  a.member("verify_tls", s.verify_tls);
  a.member("wrap", s.wrap);
  a.member("timeout", s.timeout);
  a.member("connect_timeout", s.connect_timeout);
  a.member("stall_timeout", s.stall_timeout);
}

template <class Archive>
void members(Archive& a, Upload& u) {
  a.member("id", u.id);
  a.member("file", u.file);
  a.member("name", u.name);
  a.member("attempt", u.attempt);
  a.member("key", u.key);
  a.member("subject", u.subject);
  a.member("text", u.text);
}

template <class Archive>
void members(Archive& a, UploadResult& r) {
  a.member("id", r.id);
  a.member("verdict", r.verdict);
  a.member("text", r.text);
  a.member("bytes", r.bytes);
}

/// By their order in DestinationSpec's variant.
constexpr std::array<std::string_view, 6> kinds{"ftp", "sftp", "http", "s3", "mail", "folder"};
static_assert(kinds.size() == std::variant_size_v<decltype(DestinationSpec::target)>);

template <class Value>
json::object object_of(Value value) {
  Writer writer;
  members(writer, value);
  return writer.take();
}

template <class Value>
bool read(json::object const& object, Value& value) {
  Reader reader{object};
  members(reader, value);
  return reader.valid();
}

std::string line_of(json::object const& object) {
  return json::serialize(object) + '\n';
}

std::optional<json::object> parse(std::string_view line) {
  if (line.size() >= longest_line) return std::nullopt;
  json::parse_options options;
  options.max_depth = 4;
  options.allow_invalid_utf8 = true;  // a path of this machine may be anything
  boost::system::error_code error;
  auto value = json::parse(line, error, {}, options);
  auto* const object = error ? nullptr : value.if_object();
  return object ? std::optional{std::move(*object)} : std::nullopt;
}

template <class Value>
std::optional<Value> decode(std::string_view line) {
  auto const object = parse(line);
  Value value;
  return object && read(*object, value) ? std::optional{std::move(value)} : std::nullopt;
}

template <std::size_t kind = 0>
bool read_target(json::object const& object, decltype(DestinationSpec::target)& target) {
  auto const* members_of = object.if_contains(kinds[kind]);
  if (members_of && members_of->is_object())
    return read(members_of->get_object(), target.emplace<kind>());
  if constexpr (kind + 1 < kinds.size()) return read_target<kind + 1>(object, target);
  return false;
}

}  // namespace

std::string encode(DestinationSpec const& spec) {
  auto object = object_of(spec);
  object[kinds[spec.target.index()]] =
      std::visit([](auto const& target) { return object_of(target); }, spec.target);
  return line_of(object);
}

std::string encode(Upload const& upload) {
  return line_of(object_of(upload));
}

std::string encode(UploadResult const& result) {
  return line_of(object_of(result));
}

std::optional<DestinationSpec> decode_destination(std::string_view line) {
  auto const object = parse(line);
  DestinationSpec spec;
  bool const valid = object && read(*object, spec) && read_target(*object, spec.target);
  return valid ? std::optional{std::move(spec)} : std::nullopt;
}

std::optional<Upload> decode_upload(std::string_view line) {
  return decode<Upload>(line);
}

std::optional<UploadResult> decode_result(std::string_view line) {
  return decode<UploadResult>(line);
}

}  // namespace snapcron::upload
