#include "curl/multipart.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <utility>

namespace snapcron {
namespace {

constexpr std::size_t most_part_headers = 16 * 1024;
constexpr std::size_t bytes_before = 4;  // bytes in front of a boundary that tell whether it is one
constexpr std::size_t most_dashes = 16;
constexpr std::size_t spare_bytes = 4096;
constexpr std::string_view jpeg_begin = "\xff\xd8";
constexpr std::string_view jpeg_end = "\xff\xd9";

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Zero when it is no number, or one that nothing can hold.
std::size_t length_of(std::string_view digits) {
  std::size_t length = 0;
  if (digits.empty() || digits.size() > 12) return 0;
  for (char const c : digits) {
    if (c < '0' || c > '9') return 0;
    length = length * 10 + static_cast<std::size_t>(c - '0');
  }
  return length;
}

}  // namespace

std::string boundary_of(std::string_view content_type) {
  constexpr std::string_view key = "boundary=";
  std::string small{content_type};
  std::ranges::transform(small, small.begin(), lower);
  auto const at = small.find(key);
  if (!small.starts_with("multipart/") || at == std::string::npos) return {};
  auto value = content_type.substr(at + key.size());
  if (value.starts_with('"')) {
    value.remove_prefix(1);
    value = value.substr(0, value.find('"'));
  } else {
    value = trimmed(value.substr(0, value.find(';')));
  }
  // Some cameras give the dashes of the delimiter as part of the boundary, and some do not.
  value.remove_prefix(std::min(value.find_first_not_of('-'), value.size()));
  return std::string{value.substr(0, 200)};
}

Multipart::Multipart(std::string_view boundary, std::size_t max_bytes, Take take)
    : delimiter_("--" + std::string{boundary}), max_bytes_(max_bytes), take_(std::move(take)) {}

bool Multipart::feed(std::string_view bytes, Moment now) {
  if (place_ == Place::over) return false;
  now_ = now;
  buffer_.append(bytes);
  while (step()) {
  }
  return place_ != Place::over;
}

void Multipart::finish() {
  if (place_ != Place::body || skipping_ || buffer_.empty()) return;
  // Without its end it is a picture cut off.
  if (buffer_.find(jpeg_end, buffer_.size() - std::min(buffer_.size(), spare_bytes)) !=
      std::string::npos)
    end_part(buffer_.size(), buffer_.size(), Place::between);
}

/// False when the next bytes are needed.
bool Multipart::step() {
  switch (place_) {
    case Place::between:
      return step_between();
    case Place::line:
      return step_line();
    case Place::headers:
      return step_headers();
    case Place::body:
      return step_body();
    case Place::over:
      break;
  }
  return false;
}

bool Multipart::step_between() {
  auto const found = find_boundary();
  if (found.end == std::string::npos) {
    if (buffer_.size() > delimiter_.size() + bytes_before)
      drop(buffer_.size() - delimiter_.size() - bytes_before);
    return false;
  }
  drop(found.end);
  place_ = Place::line;
  return true;
}

/// What follows a boundary in its line says nothing.
bool Multipart::step_line() {
  auto const end = buffer_.find('\n');
  headers_ += std::min(end, buffer_.size());
  drop(std::min(end == std::string::npos ? end : end + 1, buffer_.size()));
  if (headers_ > most_part_headers) return break_off("a part of it has headers without end");
  if (end == std::string::npos) return false;
  place_ = Place::headers;
  return true;
}

bool Multipart::step_headers() {
  if (buffer_.size() < jpeg_begin.size()) return false;
  if (buffer_.starts_with(jpeg_begin)) return begin_body();  // without a blank line in front
  auto const end = buffer_.find('\n');
  if (headers_ + std::min(end, buffer_.size()) > most_part_headers)
    return break_off("a part of it has headers without end");
  if (end == std::string::npos) return false;
  auto const line = trimmed(std::string_view{buffer_}.substr(0, end));
  bool const blank = line.empty();
  header(line);
  headers_ += end + 1;
  drop(end + 1);
  return blank ? begin_body() : true;
}

void Multipart::header(std::string_view line) {
  constexpr std::string_view key = "content-length:";
  auto const is_key = [](char a, char b) { return lower(a) == b; };
  if (line.size() < key.size() || !std::ranges::equal(line.substr(0, key.size()), key, is_key))
    return;
  length_ = length_of(trimmed(line.substr(key.size())));
}

bool Multipart::begin_body() {
  place_ = Place::body;
  skipping_ = false;
  begun_.reset();
  buffer_.reserve(std::min(max_bytes_, std::max(length_, expected_ + expected_ / 8)) + spare_bytes);
  return true;
}

bool Multipart::step_body() {
  if (buffer_.empty()) return false;
  if (!begun_) begun_ = now_;
  auto const found = find_boundary();
  if (ends_by_length() && length_ <= found.begin) return end_part(length_, length_, Place::between);
  if (found.end != std::string::npos) return end_part(found.begin, found.end, Place::line);
  if (buffer_.size() > max_bytes_ + delimiter_.size() + bytes_before) skipping_ = true;
  if (skipping_ && buffer_.size() > delimiter_.size() + bytes_before)
    drop(buffer_.size() - delimiter_.size() - bytes_before);
  return false;
}

/// A boundary stands at the beginning of a line, or, as some cameras have it, right behind a
/// picture; so that the same bytes within a picture are hardly ever taken for one.
Multipart::Boundary Multipart::find_boundary() {
  std::string_view const all = buffer_;
  std::size_t at = searched_;
  for (; (at = all.find(delimiter_, at)) != std::string_view::npos; ++at) {
    auto const end = at + delimiter_.size();
    if (end >= all.size()) break;
    if (std::string_view{"\r\n- \t"}.find(all[end]) == std::string_view::npos) continue;
    auto begin = at;
    while (begin > 0 && at - begin < most_dashes && all[begin - 1] == '-') --begin;
    auto const before = all.substr(0, begin);
    if (before.ends_with("\r\n")) return {begin - 2, end};
    if (before.ends_with('\n')) return {begin - 1, end};
    if (before.empty() || before.ends_with(jpeg_end)) return {begin, end};
  }
  auto const last = all.size() - std::min(all.size(), delimiter_.size());
  searched_ = std::max(searched_, std::min(at, last));
  return {std::string::npos, std::string::npos};
}

bool Multipart::ends_by_length() const {
  return !skipping_ && length_ > 0 && buffer_.size() >= length_ &&
         std::string_view{buffer_}.substr(0, length_).ends_with(jpeg_end);
}

/// The body is the first `size` bytes of the buffer; what follows it begins at `next`.
bool Multipart::end_part(std::size_t size, std::size_t next, Place place) {
  std::string rest = buffer_.substr(next);
  buffer_.resize(size);
  auto bytes = std::exchange(buffer_, std::move(rest));
  searched_ = 0;
  headers_ = length_ = 0;
  place_ = place;
  if (skipping_ || bytes.size() > max_bytes_) {
    ++too_large_;
  } else if (!bytes.starts_with(jpeg_begin)) {
    ++no_pictures_;
  } else {
    too_large_ = no_pictures_ = 0;
    expected_ = size;
    // What was set aside for a larger picture is not held on to.
    if (bytes.capacity() > size + size / 4 + 2 * spare_bytes) bytes.shrink_to_fit();
    if (!take_({std::make_shared<std::string const>(std::move(bytes)), *begun_}))
      place_ = Place::over;
  }
  return true;
}

bool Multipart::break_off(std::string why) {
  error_ = std::move(why);
  place_ = Place::over;
  return false;
}

void Multipart::drop(std::size_t count) {
  buffer_.erase(0, count);
  searched_ -= std::min(searched_, count);
}

}  // namespace snapcron
