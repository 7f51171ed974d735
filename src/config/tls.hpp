#pragma once
// The certificate and the key of `http: {tls: ...}`.

#include "config/context.hpp"
#include "config/files.hpp"
#include "core/error.hpp"
#include "core/site.hpp"

#include <filesystem>
#include <optional>

namespace snapcron {

/// The two files, each a regular one of at most 100,000 bytes; what is in them is not looked at.
Result<TlsSpec> read_tls_files(std::filesystem::path const& certificate,
                               std::filesystem::path const& key);

/// `tls: {certificate: FILE, key: FILE}`: read, proven to belong together, and warned of where they
/// have expired or others may read the key. Nothing with an error told.
std::optional<TlsSpec> read_tls(Files const& files, Context const& context, YamlEntry const& entry);

}  // namespace snapcron
