#pragma once
// What went wrong with a transfer, in words for people.

#include "core/error.hpp"
#include "core/site.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace snapcron {

/// Why we ended the transfer ourselves.
enum class TransferProblem { none, refusal, too_big, too_many_headers };

/// All that is known of a transfer that did not bring a picture.
struct TransferEnd {
  int code = 0;  // CURLcode, or Multi::stalled
  TransferProblem problem = TransferProblem::none;
  bool connected = false;    // the request could be sent
  bool reused = false;       // on a connection kept from before
  bool name_found = false;   // by the name server
  bool answered = false;     // a header came
  bool credentials = false;  // a username or a password was given
  long status = 0;
  long os_error = 0;
  std::int64_t length = -1;        // as announced; -1: not
  char const* message = "";        // curl's own words
  char const* redirect = nullptr;  // where the camera would send us
  std::string_view body;           // as far as it came
};

/// What libcurl says of it; `connected` is when its request could be sent.
TransferEnd transfer_end(void* easy, int code, bool connected);

/// Without user, password, query and fragment: "http://cam/image.cgi?...".
std::string without_secrets(std::string_view url);

/// The first words of an error page, without tags.
std::string first_words(std::string_view text, std::size_t most);

/// "404 Not Found: no such picture"; the text names neither camera nor address.
Error transfer_error(TransferEnd const& end, CameraSpec const& camera);

}  // namespace snapcron
