#include "upload/ending.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "curl/transfer_error.hpp"

#include <cerrno>
#include <cstring>

namespace snapcron::upload {
namespace {

constexpr std::size_t most_words = 120;  // of a server's explanation

std::string curl_words(Ending const& end) {
  return end.message.empty() ? std::string{curl_easy_strerror(end.code)} : printable(end.message);
}

/// "the server answered 550: no such folder", the code not said twice.
std::string answer_words(Ending const& end, std::string_view explanation) {
  auto text = "the server answered " + std::to_string(end.reply);
  if (explanation.starts_with(std::to_string(end.reply)))
    explanation.remove_prefix(std::min<std::size_t>(4, explanation.size()));
  auto const words = first_words(explanation, most_words);
  return words.empty() ? text : text + ": " + words;
}

Outcome not_connected(Ending const& end) {
  switch (end.os_error) {
    case ECONNREFUSED:
      return {Verdict::down, "connection refused; is the port right, and the server running?"};
    case EHOSTUNREACH:
      return {Verdict::down, "no route to the server; is it on, and the network up?"};
    case ENETUNREACH:
      return {Verdict::down, "network is unreachable; is the network up?"};
    default:
      return {Verdict::down, "cannot connect: " + curl_words(end)};
  }
}

Outcome timed_out(Ending const& end, DestinationSpec const& spec) {
  auto const connecting = to_text(spec.connect_timeout);
  if (!end.name_found)
    return {Verdict::down,
            "no name server answered within " + connecting + "; an address of digits needs none"};
  if (!end.connected)
    return {Verdict::down,
            "not connected and logged in within " + connecting + "; is the server in reach?"};
  return {Verdict::again, "too slow: not done within " + to_text(spec.timeout) +
                              ", or not a byte moved for " + to_text(spec.stall_timeout)};
}

std::string login_words(Protocol protocol, DestinationSpec const& spec) {
  if (protocol != Protocol::sftp)
    return spec.username.empty() ? "the server wants a username and a password"
                                 : "the server does not accept this username and password";
  auto const* target = std::get_if<SftpTarget>(&spec.target);
  if (target == nullptr || target->key_file.empty())
    return "the server does not accept this username and password; many accept keys only";
  return "the server does not accept this key (" + printable(target->key_file.string()) +
         "); is its public half in authorized_keys, and the file readable for us? An RSA key may "
         "not work with a new server: use an ed25519 one (ssh-keygen -t ed25519)";
}

/// A reply of FTP or SMTP, from 400 on.
Outcome by_reply(Protocol protocol, Ending const& end, DestinationSpec const& spec) {
  auto const words = answer_words(end, end.refusal);
  bool const mail = protocol == Protocol::mail;
  switch (end.reply) {
    case 421:
      return {Verdict::down, words};
    case 530:
    case 532:
    case 534:
    case 535:
    case 538:
      return {Verdict::refused, words + "; " + login_words(protocol, spec)};
    case 452:
    case 552:
      if (!mail) return {Verdict::down, words + "; the disk there may be full"};
      break;
    case 550:
    case 553:
      if (!mail)
        return {Verdict::refused, words + "; may this user write and rename in this folder?"};
      break;
    default:
      break;
  }
  return {end.reply < 500 ? Verdict::again : Verdict::never, words};
}

Verdict verdict_of_status(long status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return Verdict::refused;
    case 408:
    case 423:
    case 425:
    case 429:
      return Verdict::again;
    case 501:
    case 505:
      return Verdict::never;
    case 507:
      return Verdict::down;
    default:
      if (status >= 500) return Verdict::again;
      return status >= 400 ? Verdict::never : Verdict::refused;
  }
}

std::string_view hint_of_status(long status) {
  switch (status) {
    case 404:
      return "; is the address right, and the folder there?";
    case 405:
    case 501:
      return "; the server does not take files in this way here";
    case 409:
      return "; is the folder there? Many servers make none by themselves";
    case 413:
      return "; the server wants smaller pictures";
    case 507:
      return "; the disk there is full";
    default:
      return "";
  }
}

Outcome by_status(Ending const& end, DestinationSpec const& spec) {
  auto words = answer_words(end, end.body);
  if (end.reply == 0) return {Verdict::again, "the server gave no answer"};
  if (end.reply / 100 == 3) {
    if (!end.redirect.empty())
      words = answer_words(end, {}) + ", which leads to " +
              snapcron::quoted(without_secrets(end.redirect));
    return {Verdict::refused, words + "; redirects are not followed, give the final address"};
  }
  if (end.reply == 401) words += "; " + login_words(Protocol::http, spec);
  words += hint_of_status(end.reply);
  return {verdict_of_status(end.reply), words};
}

/// S3 says what it means in the body: <Code>RequestTimeTooSkewed</Code>.
Outcome by_s3_answer(Ending const& end, DestinationSpec const& spec) {
  auto const says = [&](std::string_view code) {
    return end.body.find("<Code>" + std::string{code} + "</Code>") != std::string::npos;
  };
  auto const words = answer_words(end, end.body);
  if (says("RequestTimeTooSkewed") || says("RequestExpired"))
    return {Verdict::down, words + "; this machine's clock is wrong: see timedatectl"};
  if (says("RequestTimeout")) return {Verdict::again, words};
  if (says("AuthorizationHeaderMalformed") || says("PermanentRedirect"))
    return {Verdict::refused, words + "; is the region right?"};
  if (says("NoSuchBucket")) return {Verdict::refused, words + "; is the bucket's name right?"};
  if (end.reply == 403)
    return {Verdict::refused,
            words + "; are access key, secret and region right, and may this key write here?"};
  return by_status(end, spec);
}

bool speaks_http(Protocol protocol) {
  return protocol == Protocol::http || protocol == Protocol::s3;
}

Outcome by_code(Protocol protocol, Ending const& end, DestinationSpec const& spec) {
  switch (end.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Verdict::down, "the name server does not know this name, or cannot be reached"};
    case CURLE_COULDNT_CONNECT:
      return not_connected(end);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(end, spec);
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
      return {Verdict::refused, login_words(protocol, spec)};
    case CURLE_USE_SSL_FAILED:
      return {Verdict::refused,
              "the server offers no TLS, and nothing is sent without it; ftps:// or smtps:// begin "
              "with TLS, `starttls: false` goes without (the password can be read on the way)"};
    case CURLE_SSL_CONNECT_ERROR:
      return {Verdict::down,
              "no TLS with the server (" + curl_words(end) + "); is the port right?"};
    case CURLE_PEER_FAILED_VERIFICATION:
      if (protocol == Protocol::sftp)
        return {Verdict::refused,
                "the server's key is not the one that was given: nothing was "
                "sent; it is another server, or it has a new key (" +
                    curl_words(end) + ")"};
      [[fallthrough]];
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return {Verdict::refused, "the server's certificate is not trusted (" + curl_words(end) +
                                    "); add its authority with update-ca-certificates"};
    case CURLE_REMOTE_DISK_FULL:
      return {Verdict::down, "the disk there is full"};
    case CURLE_SSH:
      return {Verdict::down, "no SSH with the server (" + curl_words(end) + ")"};
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_REMOTE_FILE_NOT_FOUND:
      return {Verdict::refused, "cannot enter or make the folder there (" + curl_words(end) +
                                    "); may this user write there?"};
    case CURLE_QUOTE_ERROR:
      return {Verdict::refused, "cannot rename there (" + curl_words(end) +
                                    "); `rename: false` is for servers that cannot"};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_NOT_BUILT_IN:
      return {Verdict::refused, "not an address that can be used (" + curl_words(end) + ")"};
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_READ_ERROR:
      return {Verdict::again, "the picture cannot be read from this machine's disk to its end"};
    case CURLE_GOT_NOTHING:
      return {Verdict::again, "the server closed the connection without an answer"};
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return {Verdict::again, "the connection was lost (" + curl_words(end) + ")"};
    default:
      return {Verdict::again, curl_words(end)};
  }
}

/// Whether the server's last reply is the reason of the code. (It may be as bad and be none: that
/// SIZE is not known, say.)
bool is_the_reason(Protocol protocol, Ending const& end) {
  switch (end.code) {
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UPLOAD_FAILED:
    case CURLE_PARTIAL_FILE:
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
      return true;
    case CURLE_SEND_ERROR:  // how curl calls a mail that is refused
      return protocol == Protocol::mail;
    default:  // a 421 is a time-out to curl
      return end.reply == 421;
  }
}

}  // namespace

Outcome judge(Protocol protocol, Ending const& end, DestinationSpec const& spec) {
  bool const http = speaks_http(protocol);
  // A server that has judged by its head does not wait for all of the body.
  if (http && end.reply >= 300 && (end.code == CURLE_OK || end.code == CURLE_SEND_ERROR))
    return protocol == Protocol::s3 ? by_s3_answer(end, spec) : by_status(end, spec);
  if (end.code == CURLE_OK && (!http || end.reply / 100 == 2)) return {};
  if (end.code == CURLE_OK) return by_status(end, spec);
  bool const says_why =
      !http && end.reply >= 400 && end.refusal.starts_with(std::to_string(end.reply));
  if (says_why && is_the_reason(protocol, end)) return by_reply(protocol, end, spec);
  return by_code(protocol, end, spec);
}

bool was_closed_meanwhile(Ending const& end) {
  if (!end.reused) return false;
  switch (end.code) {
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SSH:
      return true;
    default:
      return end.code != CURLE_OK && end.reply == 421;
  }
}

}  // namespace snapcron::upload
