#pragma once
// How a transfer ended, and what that means for its upload.

#include "core/destination.hpp"
#include "upload/way.hpp"

#include <curl/curl.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace snapcron::upload {

enum class Protocol { ftp, sftp, http, s3, mail };

/// All that is known of one transfer.
struct Ending {
  CURLcode code = CURLE_OK;
  long reply = 0;         // the server's last code; 0: none came, or the protocol has none
  std::string refusal{};  // FTP and SMTP: the server's last line of a 4xx or 5xx
  std::string body{};     // HTTP: how the answer begins
  std::string message{};  // curl's own words
  std::string redirect{};
  long os_error = 0;
  bool name_found = true;    // by the name server
  bool connected = true;     // and logged in, so that the transfer itself began
  bool reused = false;       // no new connection was made
  std::int64_t length = -1;  // of what lies there, as announced; -1: not
};

/// Every code of curl's and reply of a server's has its verdict; CURLE_OK with a good reply is
/// done. The words say what happened and, where we know, how to mend it.
Outcome judge(Protocol protocol, Ending const& ending, DestinationSpec const& spec);

/// Most likely the server had ended the kept connection before it knew of this transfer.
bool was_closed_meanwhile(Ending const& ending);

}  // namespace snapcron::upload
