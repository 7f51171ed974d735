#include "upload/transfer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <new>
#include <thread>

namespace snapcron::upload {
namespace {

constexpr std::size_t most_of_body = 4096;  // an explanation is at its beginning
constexpr std::size_t most_of_answer = 1024 * 1024;

long whole_seconds(Duration duration) {
  return std::max(1L, static_cast<long>(std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

void set_times(CURL* easy, DestinationSpec const& spec) {
  auto const stall = whole_seconds(spec.stall_timeout);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(spec.connect_timeout));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stall);
  curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, stall);
}

bool happened(CURL* easy, CURLINFO when) {
  curl_off_t after = 0;
  curl_easy_getinfo(easy, when, &after);
  return after > 0;
}

std::size_t on_read(char* to, std::size_t, std::size_t most, void* file) {
  return static_cast<LocalFile*>(file)->read(to, most).value_or(CURL_READFUNC_ABORT);
}

int on_seek(void* file, curl_off_t position, int origin) {
  if (origin != SEEK_SET || position < 0) return CURL_SEEKFUNC_FAIL;
  static_cast<LocalFile*>(file)->seek(static_cast<std::uint64_t>(position));
  return CURL_SEEKFUNC_OK;
}

}  // namespace

void Lines::append(std::string const& line) {
  auto* const longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc{};
  (void)list_.release();
  list_.reset(longer);
}

Outcome cut_there(std::uint64_t kept, LocalFile const& file) {
  return {Verdict::again, "the server kept " + std::to_string(kept) + " of " +
                              std::to_string(file.size()) + " bytes, and said that all was well"};
}

void attach(curl_mimepart* part, LocalFile& file, std::string_view name) {
  curl_mime_data_cb(part, static_cast<curl_off_t>(file.size()), &on_read, &on_seek, nullptr, &file);
  curl_mime_filename(part, std::string{name}.c_str());
  curl_mime_type(part, "image/jpeg");
}

void Connection::open(EasySettings const& settings) {
  if (easy_) return make_anew(easy_.get(), settings);
  easy_ = make_easy(settings);
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::bad_alloc{};
}

void Connection::close() {
  easy_.reset();
  multi_.reset();
}

/// Instead of curl_easy_perform(), which may lose a whole second of every FTP upload (seen with
/// 7.88): between the server's answer to EPSV and the opening of the data connection there is
/// no socket to wait for, and it waits all the same. curl_multi_wait() returns at once.
CURLcode Connection::perform() {
  constexpr int longest_wait_ms = 1000;
  constexpr auto without_socket = std::chrono::milliseconds{1};
  auto* const multi = multi_.get();
  auto failed = curl_multi_add_handle(multi, easy_.get());
  for (int running = 1; failed == CURLM_OK;) {
    failed = curl_multi_perform(multi, &running);
    if (failed != CURLM_OK || running == 0) break;
    int ready = 0;
    failed = curl_multi_wait(multi, nullptr, 0, longest_wait_ms, &ready);
    if (ready == 0) std::this_thread::sleep_for(without_socket);
  }
  int left = 0;
  auto const* const end = curl_multi_info_read(multi, &left);
  auto const code = end != nullptr ? end->data.result : CURLE_FAILED_INIT;
  curl_multi_remove_handle(multi, easy_.get());
  return code;
}

Transfer::Transfer(Connection& connection, std::string const& url) : connection_(connection) {
  auto const& spec = connection_.spec_;
  EasySettings const settings{.url = url,
                              .protocols = connection_.protocols_,
                              .username = spec.username,
                              .password = spec.password,
                              .verify_tls = spec.verify_tls,
                              .message = message_.data()};
  connection_.open(settings);
  set_times(easy(), spec);
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
}

Transfer::~Transfer() {
  if (connection_.easy_) curl_easy_reset(easy());  // it has pointers to us
}

void Transfer::send(LocalFile& file) {
  file_ = &file;
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(file.size()));
  set(CURLOPT_READFUNCTION, &on_read);
  set(CURLOPT_READDATA, &file);
  set(CURLOPT_SEEKFUNCTION, &on_seek);
  set(CURLOPT_SEEKDATA, &file);
}

Ending Transfer::perform() {
  auto ending = look(attempt());
  if (was_closed_meanwhile(ending)) {
    set(CURLOPT_FRESH_CONNECT, 1L);
    ending = look(attempt());
  }
  // We ended it in the middle of an answer, whose rest must not be taken for that to the next.
  if (ending.code == CURLE_WRITE_ERROR) connection_.close();
  return ending;
}

CURLcode Transfer::attempt() {
  auto const left = connection_.deadline_ - steady_now();
  if (left <= Duration::zero()) return CURLE_OPERATION_TIMEDOUT;
  refusal_.clear();
  body_.clear();
  answered_ = 0;
  came_ = 0;
  if (file_ != nullptr) file_->seek(0);
  message_.fill('\0');
  set(CURLOPT_TIMEOUT_MS, milliseconds(left));
  return connection_.perform();
}

Ending Transfer::look(CURLcode code) const {
  Ending end;
  end.code = code;
  end.refusal = refusal_;
  end.body = body_;
  end.message = message_.data();
  long connections = 0;
  curl_off_t length = -1;
  char const* redirect = nullptr;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &end.reply);
  curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &end.os_error);
  curl_easy_getinfo(easy(), CURLINFO_NUM_CONNECTS, &connections);
  curl_easy_getinfo(easy(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  curl_easy_getinfo(easy(), CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) end.redirect = redirect;
  end.length = length;
  end.connected = happened(easy(), CURLINFO_PRETRANSFER_TIME_T);
  end.reused = connections == 0;
  end.name_found = end.connected || happened(easy(), CURLINFO_NAMELOOKUP_TIME_T);
  return end;
}

std::size_t Transfer::on_header(char* line, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.answered_ += size;
  if (transfer.answered_ > most_headers) return 0;
  std::string_view text{line, size};
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return size;
  if (text.front() == '4' || text.front() == '5') transfer.refusal_ = text;
  return !transfer.on_line_ || transfer.on_line_(text) ? size : 0;
}

std::size_t Transfer::on_body(char const* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.body_.append(data, std::min(size, most_of_body - transfer.body_.size()));
  transfer.came_ += size;
  return transfer.came_ > most_of_answer ? 0 : size;
}

}  // namespace snapcron::upload
