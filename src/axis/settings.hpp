#pragma once
// What a configuration says of the script beside its file.

#include <string>

namespace snapcron {

struct AxisSettings {
  std::string button = "button";        // the input that is B
  bool reboot = false;                  // `reset -hard` is allowed
  std::string ptz;                      // the address of VAPIX's ptz.cgi; empty: none
  std::string username, password_file;  // for that; the file's path is absolute
};

}  // namespace snapcron
