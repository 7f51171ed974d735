#pragma once
// The one template language: {name} and {time:FORMAT} in file names, log texts, argv and requests.
// "{{" and "}}" stand for braces. Checked at load, so that expansion cannot fail.

#include "core/error.hpp"
#include "core/time.hpp"
#include "core/zone.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace snapcron {

/// The values a template may name. `time` is the capture's time in a file name and an overlay,
/// the event's elsewhere.
struct TemplateValues {
  Instant time;
  Zone zone;
  std::string camera{};   // empty outside a snapshot
  std::string rule{};     // "manual" without a rule
  std::string trigger{};  // its id, else its kind: "input", "cron", ...
  std::string input{};    // the input's name; empty for other triggers
  std::string edge{};     // "rising", "falling" or empty
  std::string event{};    // the event id
  std::string
      state{};  // what a relay or camera trigger saw: "on", "off", "lost", "found"; else empty
  std::string relay{};    // the relay's name; empty for other triggers
  std::string picture{};  // the path of the run's newest picture; empty before one
  std::map<std::string, std::string>
      reply{};           // the answer to the run's latest http action: the JSON's values by path
  std::string secret{};  // of the http action alone
  unsigned seq = 1;      // number of the picture within its firing, from 1
  // Of a name at a destination alone:
  std::string path{};        // the picture's below the storage folder, which is a safe one
  std::string name{};        // the last part of it
  std::uint64_t number = 0;  // counted for each destination
};

class Template {
 public:
  /// `message` is a text for a machine: it may hold control characters.
  /// `request` is for the texts of an http action: {secret} and {reply:PATH} are for it alone.
  /// `remote_name` is for a picture's name at a destination: {path}, {name} and {number} are.
  enum class Use { file_name, text, message, request, remote_name };

  /// For a file name every value is reduced to letters, digits, '.', '_' and '-' when expanded, and
  /// the template itself must be relative, without empty, "." or ".." parts, parts that begin with
  /// '-' or '.', and control characters; it must end in ".jpg" or ".jpeg". At most 8 folders and
  /// 500 bytes. A remote name is the same with any extension or none; {path} in it may bring
  /// folders of its own.
  static Result<Template> parse(std::string_view text, Use use);

  /// The text as it stands, whatever braces are in it.
  static Template literal(std::string_view text);

  /// A file name or remote name is always a safe relative path, each part at most 200 bytes,
  /// whatever the values.
  std::string expand(TemplateValues const& values) const;

  /// Of an address: every value is percent-encoded but for letters, digits and -._~ (RFC 3986), so
  /// that no value can add a path, a query or a host.
  std::string expand_url(TemplateValues const& values) const;

  /// Whether {name} is in it.
  bool uses(std::string_view name) const;
  /// With every value as "x": what is certain of the expansion.
  std::string skeleton() const;

  std::string const& source() const { return source_; }
  friend bool operator==(Template const& a, Template const& b) { return a.source_ == b.source_; }

 private:
  struct Piece {
    std::string text;  // a literal, or a value's name
    bool value = false;
    std::string format;  // of {time:FORMAT}, or the path of {reply:PATH}
  };
  static Result<Piece> parse_value(std::string_view inside, Use use);
  static Result<Piece> reply_value(Piece piece, std::string_view inside, std::size_t colon);
  static std::string named(Piece const& piece, TemplateValues const& values);
  static std::string value_of(Piece const& piece, TemplateValues const& values);

  std::string source_;
  Use use_ = Use::text;
  std::vector<Piece> pieces_;
};

}  // namespace snapcron
