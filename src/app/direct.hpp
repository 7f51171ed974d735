#pragma once
// Pictures without the daemon: the same cameras, checks and storage on a loop of our own.

#include "core/site.hpp"
#include "ports/controls.hpp"

#include <filesystem>
#include <string>

namespace snapcron {

/// A camera for a URL of the command line, named "url". Refused with a user or password in it:
/// everybody sees a command line.
Result<CameraSpec> camera_of_url(std::string const& url);

/// Switches relay 1 (a pulse only: nobody would hold it afterwards), takes the pictures, and
/// returns when the pulse has ended.
SnapshotReply take_pictures_directly(Site const& site, std::filesystem::path const& control_socket,
                                     SnapshotRequest request);

}  // namespace snapcron
