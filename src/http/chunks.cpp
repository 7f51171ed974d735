#include "http/chunks.hpp"

#include <algorithm>

namespace snapcron::http {
namespace {

constexpr unsigned most_digits = 8;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkReader::State ChunkReader::read(std::string_view& bytes, std::string& body) {
  while (!bytes.empty()) {
    if (at_ == At::data) {
      auto const part = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      body += part;
      bytes.remove_prefix(part.size());
      left_ -= part.size();
      if (left_ == 0) at_ = At::data_cr;
      continue;
    }
    auto const state = step(bytes.front());
    bytes.remove_prefix(1);
    if (state != State::more) return state;
    if (at_ == At::data && body.size() + left_ > limit_) return State::too_large;
    // Nobody sends a body in single bytes to be kind.
    if (++framing_ > limit_) return State::too_large;
  }
  return State::more;
}

ChunkReader::State ChunkReader::step(char c) {
  auto const expect = [&](char wanted, At next) {
    at_ = next;
    return c == wanted ? State::more : State::malformed;
  };
  switch (at_) {
    case At::size: {
      int const digit = hex_digit(c);
      if (digit < 0) return digits_ > 0 ? expect('\r', At::size_lf) : State::malformed;
      left_ = left_ * 16 + static_cast<unsigned>(digit);
      return ++digits_ <= most_digits ? State::more : State::malformed;
    }
    case At::size_lf:
      digits_ = 0;
      return expect('\n', left_ > 0 ? At::data : At::end_cr);
    case At::data_cr:
      return expect('\r', At::data_lf);
    case At::data_lf:
      return expect('\n', At::size);
    case At::end_cr:
      return expect('\r', At::end_lf);
    case At::end_lf:
      return c == '\n' ? State::done : State::malformed;
    case At::data:
      break;
  }
  return State::malformed;
}

}  // namespace snapcron::http
