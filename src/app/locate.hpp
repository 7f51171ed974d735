#pragma once
// Where the configuration and the control socket are, for the daemon and the commands alike.

#include <filesystem>
#include <string>

namespace snapcron {

/// -c FILE, else $SNAPCRON_CONFIG, else /etc/snapcron/snapcron.yaml.
std::filesystem::path config_file(std::string const& option);

/// $SNAPCRON_SOCKET, else `control_socket:` of the configuration (also of one that has errors
/// elsewhere), else /run/snapcron/snapcron.sock. Throws where a configuration that somebody named
/// cannot be read.
std::filesystem::path control_socket(std::filesystem::path const& config);

}  // namespace snapcron
