#pragma once
// The lines at the head of a mail (RFC 5322), made of words of users.

#include "core/destination.hpp"
#include "core/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace snapcron::upload {

/// "Gate <gate@example.org>" is gate@example.org to the server.
std::string_view bare_address(std::string_view address);

/// The same with its name, which may need encoded words.
std::string mailbox(std::string_view address);

/// As it is when it is short ASCII; else as encoded words, each of whole characters.
std::string encoded_words(std::string_view text);

/// "Wed, 25 Nov 2026 20:02:49 +0000"
std::string mail_date(Instant at);

/// `key` and what makes an address of it; the same for each attempt.
std::string message_id(std::string_view key);

/// Without MIME's own.
std::vector<std::string> mail_head(MailTarget const& target, Upload const& upload, Instant now);

}  // namespace snapcron::upload
