#pragma once
// How an expected failure travels: a kind for programs, and the words a person needs.

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace snapcron {

enum class Fault {
  invalid,    // the request itself makes no sense
  not_found,  // no such chip, line, camera, rule, file
  busy,       // somebody else holds it, or too much is under way
  denied,     // permission, credentials
  refused,    // understood, but not allowed here (a simulated input on a real chip)
  gone,       // it was there and has vanished (chip unplugged)
  timed_out,
  bad_picture,  // the body is not a whole JPEG
  camera,       // a camera cannot be reached, refuses, or answers something else than a picture
  no_space,     // disk full, quota, read-only
  failed,       // anything else
};

/// `text` says what was attempted, on what, why it failed and, where we know, how to mend it:
/// one line, lower case, no full stop. It is complete: nothing is added when it is printed.
struct Error {
  Fault fault = Fault::failed;
  std::string text;

  friend bool operator==(Error const&, Error const&) = default;
};

[[noreturn]] inline void throw_exception_from_error(Error const& e, boost::source_location const&) {
  throw std::runtime_error(e.text);
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace snapcron
