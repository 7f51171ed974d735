#include "config/tls.hpp"

#include "core/printable.hpp"
#include "tls/certificate.hpp"

#include <chrono>
#include <utility>

namespace snapcron {
namespace {

constexpr std::size_t largest_pem = 100'000;

/// The path of a file that must be named, absolute; empty with the error told.
std::filesystem::path file_of(Files const& files, Context const& context, YamlEntry const* entry) {
  if (entry == nullptr) return {};
  auto const text = read_text(context, *entry, "a file's path");
  if (!text) return {};
  if (!text->empty()) return files.resolve(*text);
  context.error(entry->value.at, snapcron::quoted(entry->key) + " is empty");
  return {};
}

}  // namespace

Result<TlsSpec> read_tls_files(std::filesystem::path const& certificate,
                               std::filesystem::path const& key) {
  TlsSpec spec{certificate, key, {}, {}};
  for (auto const& [file, text] :
       {std::pair{&certificate, &spec.certificate}, std::pair{&key, &spec.key}}) {
    auto read = read_regular_file(*file, largest_pem);
    if (!read) return read.error();
    *text = std::move(read->text);
  }
  return spec;
}

std::optional<TlsSpec> read_tls(Files const& files, Context const& context,
                                YamlEntry const& entry) {
  auto const* map = read_map(context, entry, "'tls: {certificate: cert.pem, key: key.pem}'");
  if (map == nullptr) return std::nullopt;
  MapReader reader{context, *map, tls_words(), "tls", entry.at};
  auto const* certificate_entry = reader.require("certificate");
  auto const* key_entry = reader.require("key");
  TlsSpec spec{
      file_of(files, context, certificate_entry), file_of(files, context, key_entry), {}, {}};
  reader.finish();
  if (spec.certificate_file.empty() || spec.key_file.empty() || !files.touch) return std::nullopt;

  auto certificate = read_regular_file(spec.certificate_file, largest_pem);
  auto key = read_regular_file(spec.key_file, largest_pem);
  if (!certificate) context.error(certificate_entry->value.at, certificate.error().text);
  if (!key) context.error(key_entry->value.at, key.error().text);
  if (!certificate || !key) return std::nullopt;
  warn_of_readers(context, *key_entry, *key, spec.key_file);
  spec.certificate = std::move(certificate->text);
  spec.key = std::move(key->text);
  auto const made = Certificate::make(spec);
  if (!made) {
    context.error(certificate_entry->value.at, made.error().text);
    return std::nullopt;
  }
  auto const worry = made->validity().worry(std::chrono::system_clock::now(), spec);
  if (!worry.empty()) context.warning(certificate_entry->value.at, worry);
  return spec;
}

}  // namespace snapcron
