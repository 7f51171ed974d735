#include "curl/url_camera.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "curl/easy.hpp"
#include "curl/transfer_error.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_explanation = 4096;  // kept of the body of a refusal
constexpr long receive_buffer = 64 * 1024;      // a picture in a few reads

class UrlStill : public Camera {
 public:
  UrlStill(Multi& multi, Clock const& clock, CameraSpec spec)
      : multi_(multi),
        clock_(clock),
        spec_(std::move(spec)),
        source_(std::get<UrlCamera>(spec_.source)),
        what_("camera " + snapcron::quoted(spec_.name) + ": GET " + without_secrets(source_.url) +
              ": ") {}

  asio::awaitable<Result<Frame>> grab() override {
    if (busy_) co_return Error{Fault::busy, what_ + "a picture is being fetched already"};
    busy_ = true;
    Idle const idle{&busy_};
    auto const requested = clock_.now();
    deadline_ = steady_now() + spec_.timeout;
    if (!easy_) prepare();
    auto error = co_await fetch();
    if (error && again_) error = co_await fetch();
    learn_authentication();
    auto body = std::exchange(body_, nullptr);
    if (error) co_return std::move(*error);
    if (body->empty()) begun_ = clock_.now();
    expected_ = body->size();
    co_return Frame{.bytes = std::move(body), .requested = requested, .captured = begun_};
  }

 private:
  struct Idle {
    bool* busy;
    ~Idle() { *busy = false; }
  };

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  void prepare() {
    easy_ = make_easy({.url = source_.url,
                       .username = source_.username,
                       .password = source_.password,
                       .authentication = negotiated,
                       .verify_tls = spec_.verify_tls,
                       .message = message_.data()});
    set(CURLOPT_BUFFERSIZE, receive_buffer);
    set(CURLOPT_WRITEFUNCTION, &UrlStill::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &UrlStill::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_PREREQFUNCTION, &UrlStill::on_connected);
    set(CURLOPT_PREREQDATA, this);
  }

  /// Nothing when the body is here. Sets again_ when a second try makes sense.
  asio::awaitable<std::optional<Error>> fetch() {
    auto const left = deadline_ - steady_now();
    bool const second = std::exchange(again_, false);
    bool const single_scheme = scheme_ != negotiated;
    begin(left, second);
    int const code = co_await multi_.perform(easy_.get(), stall_);
    TransferEnd const end = look(code);
    if (code == CURLE_OK && end.status == 200 && end.problem == TransferProblem::none)
      co_return std::nullopt;

    // The way of authentication that was good last time is refused: negotiate anew.
    if (end.status == 401 && single_scheme) {
      scheme_ = negotiated;
      set(CURLOPT_HTTPAUTH, scheme_);
      again_ = !second;
    }
    // A kept connection that the camera had closed meanwhile. curl sees most of them itself.
    bool const lost =
        code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING;
    if (lost && end.reused && headers_ == 0) again_ = !second;
    if (deadline_ - steady_now() < std::chrono::milliseconds{10}) again_ = false;
    co_return describe(end);
  }

  void begin(Duration left, bool fresh) {
    body_ = std::make_shared<std::string>();
    headers_ = 0;
    problem_ = TransferProblem::none;
    connected_ = false;
    message_.fill('\0');
    stall_ = {.limit = spec_.stall_timeout, .last_moved = {}};
    set(CURLOPT_TIMEOUT_MS, milliseconds(left));
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(spec_.connect_timeout, left)));
    set(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  }

  TransferEnd look(int code) {
    auto end = transfer_end(easy_.get(), code, connected_);
    end.problem = problem_;
    end.answered = headers_ > 0;
    end.credentials = !source_.username.empty() || !source_.password.empty();
    end.message = message_.data();
    end.body = *body_;
    return end;
  }

  Error describe(TransferEnd const& end) const {
    auto error = transfer_error(end, spec_);
    error.text = what_ + error.text;
    return error;
  }

  /// The first picture is asked for twice: once to hear which way of authentication the camera
  /// wants. Later ones begin with that.
  void learn_authentication() {
    if (scheme_ != negotiated || (source_.username.empty() && source_.password.empty())) return;
    long status = 0;
    long offered = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_HTTPAUTH_AVAIL, &offered);
    if (status != 200 || (offered & static_cast<long>(negotiated)) == 0) return;
    scheme_ = static_cast<long>(
        (offered & static_cast<long>(CURLAUTH_DIGEST)) != 0 ? CURLAUTH_DIGEST : CURLAUTH_BASIC);
    set(CURLOPT_HTTPAUTH, scheme_);
  }

  static int on_connected(void* self, char*, char*, int, int) {
    auto& camera = *static_cast<UrlStill*>(self);
    camera.connected_ = true;
    camera.stall_.last_moved = steady_now();
    return CURL_PREREQFUNC_OK;
  }

  static std::size_t on_header(char*, std::size_t, std::size_t size, void* self) {
    auto& camera = *static_cast<UrlStill*>(self);
    camera.stall_.last_moved = steady_now();
    camera.headers_ += size;
    if (camera.headers_ <= most_headers) return size;
    camera.problem_ = TransferProblem::too_many_headers;
    return 0;
  }

  static std::size_t on_body(char const* data, std::size_t, std::size_t size, void* self) {
    return static_cast<UrlStill*>(self)->take({data, size}) ? size : 0;
  }

  bool take(std::string_view piece) {
    stall_.last_moved = steady_now();
    if (body_->empty() && !begin_body()) return false;
    if (body_->size() + piece.size() > limit_) {
      body_->append(piece.substr(0, std::min(limit_ - body_->size(), most_explanation)));
      if (problem_ == TransferProblem::none) problem_ = TransferProblem::too_big;
      return false;
    }
    body_->append(piece);
    return true;
  }

  /// The first bytes of a body are here: a picture, as long as the camera says or like the one
  /// before; or the explanation of a refusal, of which a few words are enough.
  bool begin_body() {
    begun_ = clock_.now();
    long status = 0;
    curl_off_t length = -1;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (status != 200) {
      limit_ = most_explanation;
      problem_ = TransferProblem::refusal;
      return true;
    }
    limit_ = spec_.max_bytes;
    if (length > 0 && static_cast<std::uint64_t>(length) > limit_) {
      problem_ = TransferProblem::too_big;
      return false;
    }
    body_->reserve(length > 0 ? static_cast<std::size_t>(length) : expected_ + expected_ / 8);
    return true;
  }

  static constexpr long negotiated = static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST);

  Multi& multi_;
  Clock const& clock_;
  CameraSpec spec_;
  UrlCamera source_;
  std::string what_;
  bool busy_ = false;

  std::shared_ptr<std::string> body_;
  Moment begun_{};  // its first byte was here
  std::size_t limit_ = 0;
  std::size_t expected_ = 0;  // size of the latest picture
  std::size_t headers_ = 0;
  TransferProblem problem_ = TransferProblem::none;
  bool connected_ = false;
  bool again_ = false;
  long scheme_ = negotiated;
  Steady deadline_;
  Multi::Stall stall_;
  std::array<char, CURL_ERROR_SIZE> message_{};
  Easy easy_{nullptr, &curl_easy_cleanup};
};

}  // namespace

std::unique_ptr<Camera> make_url_camera(Multi& multi, Clock const& clock, CameraSpec const& spec) {
  return std::make_unique<UrlStill>(multi, clock, spec);
}

}  // namespace snapcron
