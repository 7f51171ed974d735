#include "upload/mail_text.hpp"

#include "core/ascii.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace snapcron::upload {
namespace {

constexpr std::size_t most_of_word = 45;  // bytes: 60 letters of base64, of the 75 RFC 2047 allows
constexpr std::size_t most_of_line = 70;

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    auto const group = bytes.substr(at, 3);
    unsigned value = 0;
    for (std::size_t i = 0; i < 3; ++i)
      value = value << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      result += i <= group.size() ? letters[value >> (18 - 6 * i) & 63] : '=';
  }
  return result;
}

}  // namespace

std::string_view bare_address(std::string_view address) {
  auto const begin = address.rfind('<');
  if (begin == std::string_view::npos) return address;
  address.remove_prefix(begin + 1);
  return address.substr(0, address.find('>'));
}

std::string encoded_words(std::string_view text) {
  bool const plain =
      text.size() <= most_of_line && text.find("=?") == std::string_view::npos &&
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (plain) return std::string{text};
  std::string result, word;
  auto const end_word = [&] {
    if (!result.empty()) result += "\r\n ";  // a blank between encoded words is not shown
    result += "=?UTF-8?B?" + base64(word) + "?=";
    word.clear();
  };
  for (auto const& character : printable_characters(text)) {
    if (word.size() + character.size() > most_of_word) end_word();
    word += character;
  }
  if (!word.empty()) end_word();
  return result;
}

std::string mail_date(Instant at) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::time_t const time{seconds};
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text;
  // The program never leaves the C locale: English names, as the RFC wants them.
  auto const size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000", &parts);
  return {text.data(), size};
}

std::string message_id(std::string_view key) {
  std::string id{key};
  auto const allowed = [](char c) {
    return is_alphanumeric(c) || std::string_view{"-._@"}.find(c) != std::string_view::npos;
  };
  std::ranges::replace_if(id, std::not_fn(allowed), '-');
  if (id.find('@') == std::string::npos) id += "@snapcron";
  return "<" + id + ">";
}

std::string mailbox(std::string_view address) {
  auto const begin = address.rfind('<');
  if (begin == std::string_view::npos || begin == 0) return std::string{address};
  auto name = address.substr(0, begin);
  while (name.ends_with(' ')) name.remove_suffix(1);
  return encoded_words(name) + ' ' + std::string{address.substr(begin)};
}

std::vector<std::string> mail_head(MailTarget const& target, Upload const& upload, Instant now) {
  std::string to;
  for (auto const& address : target.to) to += (to.empty() ? "" : ",\r\n ") + mailbox(address);
  return {"Date: " + mail_date(now), "From: " + mailbox(target.from), "To: " + to,
          "Subject: " + encoded_words(upload.subject), "Message-ID: " + message_id(upload.key)};
}

}  // namespace snapcron::upload
