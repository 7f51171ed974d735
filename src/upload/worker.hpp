#pragma once
// The process that performs uploads: whatever a foreign library or a server does to it, it can be
// killed, and nothing is lost.

namespace snapcron {

/// Reads the destination and then one upload after the other (upload/message.hpp) from `in`, and
/// writes how each ended to `out`. Returns when `in` ends: 0, or 1 when it did not hold messages,
/// or nobody listens any more.
int run_upload_worker(int in, int out);

}  // namespace snapcron
