#include "curl/mjpeg_stream.hpp"

#include "core/printable.hpp"
#include "core/quantity.hpp"
#include "curl/easy.hpp"
#include "curl/multipart.hpp"
#include "curl/transfer_error.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snapcron {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_refusal = 4096;  // kept of an answer that is no stream
constexpr long most_at_once = 64 * 1024;

class MjpegStream : public FrameStream {
 public:
  MjpegStream(Multi& multi, Clock const& clock, CameraSpec spec)
      : multi_(multi),
        clock_(clock),
        spec_(std::move(spec)),
        source_(std::get<MjpegCamera>(spec_.source)),
        what_("camera " + snapcron::quoted(spec_.name) + ": GET " + without_secrets(source_.url) +
              ": ") {}

  asio::awaitable<Result<void>> run(Take take) override {
    Opened opened{*this, std::move(take)};
    int const code = co_await multi_.perform(opened.easy.get(), opened.stall);
    co_return opened.end(code);
  }

 private:
  /// The stream while it runs: libcurl has its address.
  struct Opened {
    Opened(MjpegStream& s, Take t)
        : stream(s),
          take(std::move(t)),
          easy(make_easy({.url = s.source_.url,
                          .username = s.source_.username,
                          .password = s.source_.password,
                          .authentication = static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST),
                          .verify_tls = s.spec_.verify_tls,
                          .message = message.data()})),
          asked(s.clock_.now()),
          last_frame(steady_now()) {
      auto const& spec = stream.spec_;
      stall = {.limit = spec.stall_timeout, .last_moved = {}};
      set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(spec.connect_timeout, spec.timeout)));
      set(CURLOPT_FRESH_CONNECT, 1L);
      set(CURLOPT_FORBID_REUSE, 1L);  // it never ends well
      set(CURLOPT_BUFFERSIZE, most_at_once);
      set(CURLOPT_WRITEFUNCTION, &Opened::on_body);
      set(CURLOPT_WRITEDATA, this);
      set(CURLOPT_HEADERFUNCTION, &Opened::on_header);
      set(CURLOPT_HEADERDATA, this);
      set(CURLOPT_PREREQFUNCTION, &Opened::on_connected);
      set(CURLOPT_PREREQDATA, this);
    }
    Opened(Opened const&) = delete;
    Opened& operator=(Opened const&) = delete;

    template <class Value>
    void set(CURLoption option, Value value) {
      curl_easy_setopt(easy.get(), option, value);
    }

    static int on_connected(void* self, char*, char*, int, int) {
      auto& opened = *static_cast<Opened*>(self);
      opened.connected = true;
      opened.stall.last_moved = steady_now();
      return CURL_PREREQFUNC_OK;
    }
    static std::size_t on_header(char*, std::size_t, std::size_t size, void* self) {
      auto& opened = *static_cast<Opened*>(self);
      opened.stall.last_moved = steady_now();
      opened.headers += size;
      if (opened.headers <= most_headers) return size;
      opened.problem = TransferProblem::too_many_headers;
      return 0;
    }
    static std::size_t on_body(char const* data, std::size_t, std::size_t size, void* self) {
      return static_cast<Opened*>(self)->receive({data, size}) ? size : 0;
    }

    bool receive(std::string_view bytes) {
      stall.last_moved = steady_now();
      if (!begun && !begin()) return false;
      if (!parts) {
        refusal.append(bytes.substr(0, most_refusal - refusal.size()));
        return refusal.size() < most_refusal;
      }
      if (!parts->feed(bytes, stream.clock_.now())) return false;
      if (steady_now() - last_frame <= stream.spec_.timeout) return true;
      why = no_picture();
      return false;
    }

    /// The first bytes of the answer are here: a stream, or words about why there is none.
    bool begin() {
      begun = true;
      long status = 0;
      char const* type = nullptr;
      curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
      curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
      if (status != 200) {
        problem = TransferProblem::refusal;
        return true;
      }
      auto const boundary = boundary_of(type == nullptr ? "" : type);
      if (!boundary.empty()) {
        parts.emplace(boundary, stream.spec_.max_bytes,
                      [this](Multipart::Part part) { return picture(std::move(part)); });
        return true;
      }
      why = "the answer is no stream of pictures (multipart/x-mixed-replace with a boundary) but " +
            (type == nullptr ? "of no type" : snapcron::quoted(type)) +
            "; a camera of single pictures is one with 'url'";
      return false;
    }

    bool picture(Multipart::Part part) {
      last_frame = steady_now();
      enough = !take({.bytes = std::move(part.bytes), .requested = asked, .captured = part.begun});
      return !enough;
    }

    std::string no_picture() const {
      auto const text = "no picture within " + to_text(stream.spec_.timeout);
      if (parts->too_large() > 0)
        return text + ": each is larger than " + std::to_string(stream.spec_.max_bytes) +
               " bytes (max_size)";
      if (parts->no_pictures() > 0) return text + ": what comes is no JPEG";
      return text + ", though bytes come";
    }

    Result<void> end(int code) {
      if (parts && !enough) parts->finish();
      if (enough) return {};
      if (parts && why.empty() && !parts->error().empty()) why = parts->error();
      if (!why.empty()) return Error{Fault::failed, stream.what_ + why};
      if (parts && code == CURLE_OK)
        return Error{Fault::gone, stream.what_ + "the camera ended the stream"};
      auto end = transfer_end(easy.get(), code, connected);
      end.problem = problem;
      end.answered = headers > 0;
      end.credentials = !stream.source_.username.empty() || !stream.source_.password.empty();
      end.message = message.data();
      end.body = refusal;
      auto error = transfer_error(end, stream.spec_);
      if (parts && code == Multi::stalled)
        error.text = "nothing more came for " + to_text(stream.spec_.stall_timeout);
      error.text = stream.what_ + error.text;
      return error;
    }

    MjpegStream& stream;
    Take take;
    std::array<char, CURL_ERROR_SIZE> message{};
    Easy easy;
    Multi::Stall stall;
    Moment asked;
    Steady last_frame;  // or the beginning
    std::optional<Multipart> parts;
    std::string refusal, why;
    std::size_t headers = 0;
    TransferProblem problem = TransferProblem::none;
    bool connected = false, begun = false, enough = false;
  };

  Multi& multi_;
  Clock const& clock_;
  CameraSpec spec_;
  MjpegCamera source_;
  std::string what_;
};

}  // namespace

std::unique_ptr<FrameStream> make_mjpeg_stream(Multi& multi, Clock const& clock,
                                               CameraSpec const& spec) {
  return std::make_unique<MjpegStream>(multi, clock, spec);
}

}  // namespace snapcron
