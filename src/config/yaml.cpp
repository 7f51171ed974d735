#include "config/yaml.hpp"

#include "config/scan.hpp"
#include "config/syntax.hpp"
#include "core/printable.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace snapcron {
namespace {

/// What stands for a question mark that yaml-cpp would stumble over; check_characters() lets no
/// text with it through.
constexpr char hidden_question_mark = '\x1a';

/// Thrown through yaml-cpp to end the parsing once the reason is told.
struct Stop {};

/// Builds the tree from events and tells what is refused.
class Builder : public YAML::EventHandler {
 public:
  Builder(Source const& source, std::size_t shift, std::vector<Diagnostic>& diagnostics)
      : source_{source}, shift_{shift}, diagnostics_{diagnostics} {}

  std::optional<YamlNode> take() { return std::exchange(root_, std::nullopt); }
  bool begun() const { return begun_; }
  /// Where the innermost [ or { that is still open stands.
  std::optional<Position> open_flow() const {
    for (auto frame = stack_.rbegin(); frame != stack_.rend(); ++frame)
      if (frame->flow) return frame->node.at;
    return std::nullopt;
  }
  /// yaml-cpp's marks count bytes from 0, after a byte order mark.
  std::size_t offset(YAML::Mark const& mark) const {
    return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos) + shift_;
  }

  void OnDocumentStart(YAML::Mark const& mark) override {
    if (begun_) second_document(mark);
    begun_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    auto node = make(YamlNode::Kind::null, mark);
    if (anchor != YAML::NullAnchor) refuse_property(node.at);
    attach(std::move(node), offset(mark));
  }
  void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override {
    refuse_property(make(YamlNode::Kind::null, mark).at);
    drop();
  }
  void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                std::string const& value) override {
    auto node = make(YamlNode::Kind::scalar, mark);
    node.text = value;
    if (byte(offset(mark)) != '"') std::ranges::replace(node.text, hidden_question_mark, '?');
    properties(mark, tag, anchor);
    check_scalar(node, offset(mark));
    attach(std::move(node), offset(mark));
  }
  void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(YamlNode::Kind::sequence, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(YamlNode::Kind::map, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    bool flow = false;
    std::size_t offset = 0;
    // Of a map: the key whose value comes next, and where each key stands.
    bool has_key = false, keep = true;
    std::string key;
    Position key_at;
    std::map<std::string, Position, std::less<>> keys;
  };

  void error(Position at, std::string message) {
    diagnostics_.push_back(source_.diagnostic(Diagnostic::Severity::error, at, std::move(message)));
  }
  [[noreturn]] void stop(Position at, std::string message) {
    error(at, std::move(message));
    throw Stop{};
  }
  char byte(std::size_t at) const { return at < source_.text().size() ? source_.text()[at] : '\0'; }

  YamlNode make(YamlNode::Kind kind, YAML::Mark const& mark) {
    YamlNode node;
    node.kind = kind;
    node.at = source_.position(offset(mark));
    if (++nodes_ > YamlLimits::nodes)
      stop(node.at,
           "the file holds more than " + std::to_string(YamlLimits::nodes) + " keys and values");
    return node;
  }

  void second_document(YAML::Mark const& mark) {
    auto const at = source_.position(offset(mark));
    auto const line = source_.line(at.line);
    if (line.starts_with("---") || line.starts_with("..."))
      stop(at, "a second document begins here: a file holds one only");
    stop(at, "this line does not belong to what stands above: check the indentation");
  }

  void refuse_property(Position at) {
    switch (byte(source_.offset(at))) {
      case '&':
        return error(at,
                     "anchors ('&') are not used here: write the value out, or put a text that "
                     "begins with '&' in quotes");
      case '*':
        return error(at,
                     "aliases ('*') are not used here: write the value out, or put a text that "
                     "begins with '*' in quotes");
      case '!':
        return error(at, "tags ('!') are not used here: put a text that begins with '!' in quotes");
      default:
        return error(at, "tags and anchors are not used here");
    }
  }
  void properties(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor) {
    // "?" and "!" are what yaml-cpp calls plain and quoted; a lone "!" shows in the text.
    bool const tagged = !tag.empty() && tag != "?" && tag != "!";
    if (tagged || anchor != YAML::NullAnchor || byte(offset(mark)) == '!')
      refuse_property(source_.position(offset(mark)));
  }

  void check_scalar(YamlNode& node, std::size_t at) {
    if (node.text.find('\0') != std::string::npos) {
      error(node.at, "a text cannot hold a NUL character");
      std::erase(node.text, '\0');
    }
    std::string_view const text{source_.text()};
    switch (byte(at)) {
      case '"':
      case '\'':
        node.quoted = true;
        // yaml-cpp accepts the end of the file for the closing quote.
        if (closing_quote(text, at) == npos) stop(node.at, "this quote is never closed");
        return;
      case '|':
      case '>':
      case '!':
      case '&':
        return;
      default:
        break;
    }
    // A plain text over several lines is almost always a line that lost its ':' or its '-'.
    if (text.substr(at, node.text.size()) == node.text) return;
    auto next = text.find('\n', at);
    if (next != npos) next = text.find_first_not_of(" \t\r\n", next);
    if (next == npos) return;
    error(source_.position(next), "this line goes on with the text of line " +
                                      std::to_string(node.at.line) +
                                      ": is a ':' or a '-' missing? (a text over several lines "
                                      "needs quotes, or '>-' after its key)");
  }

  void open(YamlNode::Kind kind, YAML::Mark const& mark, std::string const& tag,
            YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    Frame frame;
    frame.node = make(kind, mark);
    frame.flow = style == YAML::EmitterStyle::Flow;
    frame.offset = offset(mark);
    properties(mark, tag, anchor);
    if (stack_.size() >= YamlLimits::depth)
      stop(frame.node.at, "nested deeper than " + std::to_string(YamlLimits::depth) + " levels");
    stack_.push_back(std::move(frame));
  }
  void close() {
    auto frame = std::move(stack_.back());
    stack_.pop_back();
    attach(std::move(frame.node), frame.offset);
  }

  /// A value that was refused: whoever reads the tree shall not complain of it again.
  void drop() {
    if (stack_.empty()) return;
    auto& frame = stack_.back();
    if (frame.node.kind == YamlNode::Kind::map) {
      if (!frame.has_key) frame.keep = false;
      frame.has_key = !frame.has_key;
    }
  }

  void attach(YamlNode node, std::size_t at) {
    if (stack_.empty()) {
      root_ = std::move(node);
    } else if (auto& frame = stack_.back(); frame.node.kind == YamlNode::Kind::sequence) {
      if (node.kind == YamlNode::Kind::null) place_null(node, at, std::nullopt);
      frame.node.items.push_back(std::move(node));
    } else if (!frame.has_key) {
      key(frame, node, at);
    } else {
      frame.has_key = false;
      if (node.kind == YamlNode::Kind::null) {
        place_null(node, at, frame.key_at);
        if (!frame.flow) check_colon(frame);
      }
      if (frame.keep)
        frame.node.entries.push_back({std::move(frame.key), frame.key_at, std::move(node)});
    }
  }

  /// yaml-cpp takes the last line of a file for a key even when it has no colon.
  void check_colon(Frame& frame) {
    std::string_view const text{source_.text()};
    auto end = source_.offset(frame.key_at);
    end = byte(end) == '"' || byte(end) == '\'' ? closing_quote(text, end) + 1
                                                : end + frame.key.size();
    end = text.find_first_not_of(" \t", std::min(end, text.size()));
    if (!frame.keep || (end != npos && text[end] == ':')) return;
    error(frame.key_at, "a ':' is missing after " + snapcron::quoted(frame.key));
    frame.keep = false;
  }

  void key(Frame& frame, YamlNode const& node, std::size_t at) {
    frame.has_key = true;
    frame.keep = false;
    frame.key_at = node.at;
    // {{value}}: a template without quotes.
    if (node.kind == YamlNode::Kind::map && byte(at) == '{' && frame.flow)
      stop(frame.node.at, "a text that begins with '{' needs quotes");
    if (node.kind != YamlNode::Kind::scalar)
      return error(node.at, "a key must be a word or a number, not nothing, a list or a mapping");
    if (node.text == "<<" && byte(at) == '<')
      return error(node.at, "merge keys ('<<') are not used here: write the keys out");
    auto const [first, is_new] = frame.keys.emplace(node.text, node.at);
    if (!is_new)
      return error(node.at, "double key " + snapcron::quoted(node.text) +
                                ": the first one stands on line " +
                                std::to_string(first->second.line));
    frame.keep = true;
    frame.key = node.text;
  }

  /// yaml-cpp gives nothing at all the place of whatever comes next: give it that of its key or
  /// dash.
  void place_null(YamlNode& node, std::size_t at, std::optional<Position> key) const {
    if (char const c = byte(at); c == '~' || c == ',' || c == ']' || c == '}') return;
    bool const written = source_.text().compare(at, 4, "null") == 0 ||
                         source_.text().compare(at, 4, "Null") == 0 ||
                         source_.text().compare(at, 4, "NULL") == 0;
    if (key) {
      if (!written || node.at.line != key->line || node.at <= *key) node.at = *key;
    } else if (!written && at > 0) {
      if (auto const dash = source_.text().rfind('-', at - 1); dash != std::string::npos)
        node.at = source_.position(dash);
    }
  }

  Source const& source_;
  std::size_t shift_;
  std::vector<Diagnostic>& diagnostics_;
  std::optional<YamlNode> root_;
  std::vector<Frame> stack_;
  std::size_t nodes_ = 0;
  bool begun_ = false;
};

/// What the scan of the bytes found; the earliest line with such a mistake.
unsigned report_shape(Source const& source, Shape const& shape,
                      std::vector<Diagnostic>& diagnostics) {
  unsigned first = ~0u;
  auto const error = [&](std::size_t offset, std::string message) {
    auto const at = source.position(offset);
    first = std::min(first, at.line);
    diagnostics.push_back(source.diagnostic(Diagnostic::Severity::error, at, std::move(message)));
  };
  for (auto const offset : shape.tabs) error(offset, "a tab in the indentation: use spaces");
  for (auto const offset : shape.odd_spaces) {
    auto const code = character_at(source.text(), offset).code;
    error(offset,
          (code == 0xa0 ? "no-break space (U+00A0)"
                        : "a space that is none (" + code_point(code) + ")") +
              std::string{" outside quotes: YAML takes it for a letter, type an ordinary space"});
  }
  return first;
}

}  // namespace

YamlEntry const* YamlNode::find(std::string_view key) const {
  for (auto const& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

std::optional<YamlNode> parse_yaml(Source const& source, std::vector<Diagnostic>& diagnostics) {
  auto const error = [&](Position at, std::string message) {
    diagnostics.push_back(source.diagnostic(Diagnostic::Severity::error, at, std::move(message)));
  };
  if (source.text().size() > YamlLimits::bytes) {
    error({}, "the file is larger than " + std::to_string(YamlLimits::bytes) + " bytes");
    return std::nullopt;
  }
  if (!check_characters(source, diagnostics)) return std::nullopt;
  auto const shape = scan_shape(source.text());
  auto const misshapen_line = report_shape(source, shape, diagnostics);

  std::size_t const shift = source.text().starts_with("\xef\xbb\xbf") ? 3 : 0;
  auto text = source.text();
  for (auto const offset : shape.question_marks) text[offset] = hidden_question_mark;
  std::istringstream in{text.substr(shift)};
  Builder builder{source, shift, diagnostics};
  auto const of_shape = static_cast<std::ptrdiff_t>(diagnostics.size());
  try {
    YAML::Parser parser{in};
    parser.HandleNextDocument(builder);
    auto root = builder.take();
    if (!root || root->kind == YamlNode::Kind::null) {
      error({}, "the file is empty");
      return std::nullopt;
    }
    parser.HandleNextDocument(builder);  // throws Stop when there is a second one
    if (!shape.odd_spaces.empty())
      return std::nullopt;  // keys and values are not what they look like
    return root;
  } catch (Stop const&) {
    return std::nullopt;
  } catch (YAML::Exception const& e) {
    if (shape.open_quote) {
      error(source.position(*shape.open_quote), "this quote is not closed, or closed too late");
      return std::nullopt;
    }
    auto const syntax = explain(source, e, builder.offset(e.mark), builder.open_flow());
    // What was said of the lines after a bracket that is not closed is not true of them.
    if (builder.open_flow() == syntax.at) {
      auto const after = std::remove_if(diagnostics.begin() + of_shape, diagnostics.end(),
                                        [&](auto const& d) { return d.at > syntax.at; });
      diagnostics.erase(after, diagnostics.end());
    }
    // What a tab or an odd space made of the structure, or what is told of this line already, needs
    // no second message.
    bool const told = std::ranges::any_of(
        diagnostics, [&](auto const& d) { return d.at.line == syntax.at.line; });
    if (misshapen_line > syntax.at.line && !told) error(syntax.at, syntax.message);
    return std::nullopt;
  }
}

}  // namespace snapcron
