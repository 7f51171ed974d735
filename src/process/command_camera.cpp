#include "process/command_camera.hpp"

#include "core/printable.hpp"
#include "process/child.hpp"

#include <algorithm>
#include <string_view>

namespace snapcron {
namespace {

namespace asio = boost::asio;

std::string ending(ChildResult const& result) {
  auto text = result.exit_code < 0 ? "was ended by signal " + std::to_string(-result.exit_code)
                                   : "ended with exit code " + std::to_string(result.exit_code);
  std::string_view errors = result.errors;
  errors = errors.substr(0, errors.find('\n'));
  if (!errors.empty()) text += ": " + printable(errors.substr(0, 200));
  return text;
}

class Command : public Camera {
 public:
  Command(Clock const& clock, CameraSpec spec)
      : clock_(clock), spec_(std::move(spec)), argv_(std::get<CommandCamera>(spec_.source).argv) {}

  asio::awaitable<Result<Frame>> grab() override {
    auto const requested = clock_.now();
    ChildSpec child{
        .argv = argv_, .environment = {}, .timeout = spec_.timeout, .max_output = spec_.max_bytes};
    child.environment.emplace_back("SNAPCRON_CAMERA", spec_.name);
    auto result = co_await run_child(std::move(child));
    auto const who = "camera " + snapcron::quoted(spec_.name) + ": ";
    if (!result) co_return Error{result.error().fault, who + result.error().text};
    if (result->exit_code != 0)
      co_return Error{Fault::failed,
                      who + "command " + snapcron::quoted(argv_.front()) + " " + ending(*result)};
    co_return Frame{.bytes = std::make_shared<std::string const>(std::move(result->output)),
                    .requested = requested,
                    .captured = clock_.now()};
  }

 private:
  Clock const& clock_;
  CameraSpec spec_;
  std::vector<std::string> argv_;
};

}  // namespace

std::unique_ptr<Camera> make_command_camera(Clock const& clock, CameraSpec const& spec) {
  return std::make_unique<Command>(clock, spec);
}

}  // namespace snapcron
