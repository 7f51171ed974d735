#pragma once
// The action `http` as values: a request with texts of the event and, where asked for, the run's
// newest picture.

#include "core/template.hpp"
#include "core/time.hpp"

#include <string>
#include <utility>
#include <vector>

namespace snapcron {

/// A body is its parts one after another: a value within JSON is written as a JSON string.
struct BodyPart {
  Template text;
  bool json_string = false;
  friend bool operator==(BodyPart const&, BodyPart const&) = default;
};

struct HttpAction {
  std::string method = "POST";
  Template url;  // http or https; values in it are percent-encoded
  std::vector<std::pair<std::string, Template>> headers{};  // values without line ends
  std::vector<BodyPart> body{};                             // of `body` or `json`
  std::vector<std::pair<std::string, Template>> form{};     // multipart/form-data
  bool picture_is_body = false;                             // the run's newest picture is the body
  std::string picture_field{};                              // or the file of this field of the form
  std::string username{}, password{};                       // Basic; empty: none
  std::string secret{};                         // what {secret} stands for; never in a record
  Duration timeout = std::chrono::seconds{30};  // the whole exchange
  bool verify_tls = true;
  bool wants_picture() const { return picture_is_body || !picture_field.empty(); }
  friend bool operator==(HttpAction const&, HttpAction const&) = default;
};

}  // namespace snapcron
