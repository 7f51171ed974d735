#pragma once
// What a configuration says of its script.

#include <string>

namespace snapcron {

struct AxisSettings {
  std::string file;                     // absolute
  std::string button = "button";        // the input that is B
  bool upload = false;                  // another may be put in its place by HTTP
  bool reboot = false;                  // `reset -hard` is allowed
  std::string ptz;                      // the address of VAPIX's ptz.cgi; empty: none
  std::string username, password_file;  // for that; the file's path is absolute
};

}  // namespace snapcron
