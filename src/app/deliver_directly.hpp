#pragma once
// Delivery without a daemon: at once, by whoever took the picture.

#include "capture/pictures.hpp"
#include "core/site.hpp"

#include <optional>
#include <string>
#include <vector>

namespace snapcron {

/// The first of `to` that is not configured, as an error.
std::optional<Error> unknown_destination(Site const& site, std::vector<std::string> const& to);

/// Records the pictures as the daemon does, and brings them to their destinations, together with
/// what waits for these. Blocks. After an error they wait in the outbox, which the daemon delivers
/// when it runs, or the next call. While a daemon runs, which holds the journal, nothing is
/// recorded: the error is all that remains of a failure.
Result<void> deliver_directly(Site const& site, std::vector<Pictures::Taken> const& taken,
                              std::vector<std::string> const& to);

}  // namespace snapcron
