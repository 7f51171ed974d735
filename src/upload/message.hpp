#pragma once
// What is said between the daemon and the process that performs its uploads: a JSON object a line.
// First the destination, then an Upload and its UploadResult in turn.

#include "core/destination.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace snapcron::upload {

/// Whoever sends a longer one does not speak this language.
inline constexpr std::size_t longest_line = 256 * 1024;

/// One line, its end included. Of a destination it holds what an uploader needs: the secrets, but
/// neither templates nor what concerns the outbox alone.
std::string encode(DestinationSpec const& spec);
std::string encode(Upload const& upload);
std::string encode(UploadResult const& result);

/// A line without its end; null for anything that encode() would not have made.
std::optional<DestinationSpec> decode_destination(std::string_view line);
std::optional<Upload> decode_upload(std::string_view line);
std::optional<UploadResult> decode_result(std::string_view line);

}  // namespace snapcron::upload
