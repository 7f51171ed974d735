#include "guard/message.hpp"

#include <cstring>
#include <type_traits>

namespace snapcron::guard {
namespace {

constexpr std::size_t longest_text = 4096;
// Whatever is added to or taken from a time within these limits is still a time.
constexpr Duration longest_duration = std::chrono::hours{24 * 3650};
constexpr std::int64_t farthest_time = std::int64_t{1} << 61;

// `fields` names what a message consists of, once for the Writer and the Reader. A field that is
// out of bounds makes the Reader's `good` false; what it reads from then on is of no interest.

class Writer {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T const& value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof raw);
    bytes.append(raw, sizeof raw);
  }
  void flag(bool const& value) { number(static_cast<std::uint8_t>(value)); }
  template <class E>
  void choice(E const& value, E) {
    number(static_cast<std::uint8_t>(value));
  }
  void text(std::string const& value) {
    auto const size = std::min(value.size(), longest_text);
    number(static_cast<std::uint16_t>(size));
    bytes.append(value, 0, size);
  }
  void time(Steady const& value) { number(std::int64_t{value.time_since_epoch().count()}); }
  void duration(Duration const& value) { number(std::int64_t{value.count()}); }
  template <class T, class Each>
  void maybe(std::optional<T> const& value, Each each) {
    flag(value.has_value());
    if (value) each(*value);
  }
  template <class T, class Each>
  void list(std::vector<T> const& values, Each each) {
    number(static_cast<std::uint16_t>(values.size()));
    for (auto const& value : values) each(value);
  }

  std::string bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view from) : bytes{from} {}

  template <class T>
  requires std::is_arithmetic_v<T>
  void number(T& value) {
    if (bytes.size() < sizeof value) return fail();
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
  }
  void flag(bool& value) {
    std::uint8_t raw = 0;
    number(raw);
    value = raw == 1;
    if (raw > 1) fail();
  }
  template <class E>
  void choice(E& value, E last) {
    std::uint8_t raw = 0;
    number(raw);
    if (raw > static_cast<std::uint8_t>(last)) return fail();
    value = static_cast<E>(raw);
  }
  void text(std::string& value) {
    std::uint16_t size = 0;
    number(size);
    if (size > longest_text || size > bytes.size()) return fail();
    value = bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  void time(Steady& value) {
    std::int64_t raw = 0;
    number(raw);
    if (raw > farthest_time || raw < -farthest_time) return fail();
    value = Steady{Duration{raw}};
  }
  void duration(Duration& value) {
    std::int64_t raw = 0;
    number(raw);
    if (raw < 0 || raw > longest_duration.count()) return fail();
    value = Duration{raw};
  }
  template <class T, class Each>
  void maybe(std::optional<T>& value, Each each) {
    bool there = false;
    flag(there);
    if (there && good) each(value.emplace());
  }
  template <class T, class Each>
  void list(std::vector<T>& values, Each each) {
    std::uint16_t size = 0;
    number(size);
    if (size > most_relays) return fail();
    for (; size > 0 && good; --size) each(values.emplace_back());
  }

  std::string_view bytes;
  bool good = true;

 private:
  void fail() {
    good = false;
    bytes = {};
  }
};

// `Value` is `T const` for the Writer, `T` for the Reader.
template <class Value, class T>
concept Is = std::is_same_v<std::remove_const_t<Value>, T>;

void fields(auto& io, Is<RelayCommand> auto& value) {
  io.choice(value.kind, RelayCommand::Kind::pulse);
  io.duration(value.duration);
  io.number(value.count);
  io.duration(value.gap);
}

void fields(auto& io, Is<RelayState> auto& value) {
  io.flag(value.on);
  io.time(value.on_since);
  io.maybe(value.phase_ends, [&](auto& at) { io.time(at); });
  io.number(value.pulses_left);
  fields(io, value.train);
}

void fields(auto& io, Is<RelaySpec> auto& value) {
  io.number(value.number);
  io.text(value.name);
  io.text(value.line.chip);
  io.text(value.line.line);
  io.flag(value.active_low);
  io.flag(value.initial);
  io.flag(value.on_exit);
  io.maybe(value.max_on, [&](auto& most) { io.duration(most); });
}

void fields(auto& io, Is<Standing> auto& value) {
  io.number(value.relay);
  fields(io, value.state);
  io.flag(value.available);
  io.text(value.description);
}

void fields(auto& io, Is<Hello> auto& value) {
  io.number(value.version);
}

void fields(auto& io, Is<Welcome> auto& value) {
  io.number(value.version);
}

void fields(auto& io, Is<Configure> auto& value) {
  io.list(value.relays, [&](auto& relay) { fields(io, relay); });
  io.list(value.states, [&](auto& state) { fields(io, state); });
}

void fields(auto& io, Is<Switch> auto& value) {
  io.number(value.relay);
  fields(io, value.command);
}

void fields(auto&, Is<Stop> auto&) {}

void fields(auto& io, Is<Answer> auto& value) {
  io.list(value.relays, [&](auto& relay) { fields(io, relay); });
  io.maybe(value.error, [&](auto& error) {
    io.choice(error.fault, Fault::failed);
    io.text(error.text);
  });
}

void fields(auto& io, Is<Report> auto& value) {
  fields(io, value.relay);
  io.text(value.problem);
}

template <class T>
constexpr char letter = '?';
template <>
constexpr char letter<Hello> = 'H';
template <>
constexpr char letter<Configure> = 'C';
template <>
constexpr char letter<Switch> = 'R';
template <>
constexpr char letter<Stop> = 'S';
template <>
constexpr char letter<Welcome> = 'W';
template <>
constexpr char letter<Answer> = 'A';
template <>
constexpr char letter<Report> = 'N';

template <class... T>
std::string encode_any(std::variant<T...> const& message) {
  Writer out;
  std::visit(
      [&](auto const& m) {
        out.bytes.push_back(letter<std::remove_cvref_t<decltype(m)>>);
        fields(out, m);
      },
      message);
  return std::move(out.bytes);
}

template <class T>
bool decode_one(std::string_view bytes, auto& message) {
  if (bytes.empty() || bytes.front() != letter<T>) return false;
  Reader in{bytes.substr(1)};
  T value{};
  fields(in, value);
  if (in.good && in.bytes.empty()) message = std::move(value);
  return true;
}

template <class... T>
void decode_any(std::string_view bytes, std::optional<std::variant<T...>>& message) {
  (decode_one<T>(bytes, message) || ...);
}

}  // namespace

std::string encode(Request const& request) {
  return encode_any(request);
}

std::string encode(Reply const& reply) {
  return encode_any(reply);
}

std::optional<Request> decode_request(std::string_view bytes) {
  std::optional<Request> request;
  decode_any(bytes, request);
  // One state for each relay, or none at all.
  if (auto const* all = request ? std::get_if<Configure>(&*request) : nullptr)
    if (!all->states.empty() && all->states.size() != all->relays.size()) return std::nullopt;
  return request;
}

std::optional<Reply> decode_reply(std::string_view bytes) {
  std::optional<Reply> reply;
  decode_any(bytes, reply);
  return reply;
}

}  // namespace snapcron::guard
