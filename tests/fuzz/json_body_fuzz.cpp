// Bodies of POST requests, and the status document that the command line gets from whatever listens
// on the socket.

#include "http/json_body.hpp"
#include "http/status_table.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace snapcron;
  std::string_view const body{reinterpret_cast<char const*>(data), size};
  auto const expect = [](bool truth) {
    if (!truth) std::abort();
  };
  auto const sound = [&](RelayCommand const& command) {
    expect(command.duration > Duration::zero() && command.gap > Duration::zero());
    expect(command.count >= 1 && command.count <= 1000);
  };

  if (auto const command = http::parse_relay_command(body))
    sound(*command);
  else
    expect(!command.error().text.empty());
  if (auto const drive = http::parse_input_drive(body)) expect(drive->duration > Duration::zero());
  if (auto const request = http::parse_snapshot_request(body)) {
    expect(request->count >= 1 && request->count <= 1000 && request->interval > Duration::zero());
    if (request->relay) sound(*request->relay);
  }

  boost::system::error_code ec;
  auto const value = boost::json::parse({body.data(), body.size()}, ec);
  if (!ec) {
    auto const text = status_table(value);
    expect(text.ends_with('\n') && text.find('\033') == std::string::npos);
  }
  return 0;
}
