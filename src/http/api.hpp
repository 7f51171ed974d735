#pragma once
// What each page and API call does: a request that was let in, to a response. Knows nothing of
// sockets or hosts.

#include "http/entrance.hpp"
#include "http/input_page.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/stream.hpp"
#include "ports/controls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace snapcron::http {

/// A request on its way to a handler. Lives until the handler has ended.
struct Call {
  Request const& request;
  std::string argument;  // the path's variable part, decoded: an input, a relay, a rule
  Visitor visitor{};     // who was let in
  Peer peer{};
};

void reply_json(Response& response, boost::json::value const& value, unsigned status = 200);
unsigned status_of(Fault fault);
void fail(Response& response, Error const& error);

class Api {
 public:
  Api(Controls& controls, Entrance& entrance) : controls_{controls}, entrance_{entrance} {}
  void set_manual_input_txt(bool manual) { manual_ = manual; }

  void index(Call const&, Response&);
  // The page (page.cpp).
  void page_file(Call const&, Response&);
  void login_page(Call const&, Response&);
  boost::asio::awaitable<void> log_in(Call const&, Response&);
  void log_out(Call const&, Response&);
  void healthz(Call const&, Response&);
  boost::asio::awaitable<void> metrics(Call const&, Response&);
  void io_index(Call const&, Response&);
  void input_txt(Call const&, Response&);
  void relay_on_txt(Call const&, Response&);
  void relay_off_txt(Call const&, Response&);

  // Pages of other generations of camera servers (vapix_io.cpp).
  void io_relay_check(Call const&, Response&);
  void io_relay_switch(Call const&, Response&);
  void io_input_check(Call const&, Response&);
  void input_cgi_check(Call const&, Response&);
  boost::asio::awaitable<void> input_cgi_monitor(Call const&, Response&, Stream&);
  void output_cgi_action(Call const&, Response&);
  void port_cgi_check(Call const&, Response&);
  boost::asio::awaitable<void> port_cgi_monitor(Call const&, Response&, Stream&);
  void virtual_input_action(Call const&, Response&);
  void virtual_input_activate(Call const&, Response&);
  void virtual_input_deactivate(Call const&, Response&);
  // Their parameters (vapix_param.cpp).
  void param_cgi(Call const&, Response&);
  // Their pictures (vapix_image.cpp).
  boost::asio::awaitable<void> image(Call const&, Response&);
  boost::asio::awaitable<void> image_size(Call const&, Response&);
  boost::asio::awaitable<void> video(Call const&, Response&, Stream&);

  void status(Call const&, Response&);
  void inputs(Call const&, Response&);
  void input(Call const&, Response&);
  void relays(Call const&, Response&);
  void relay(Call const&, Response&);
  void switch_relay(Call const&, Response&);
  void trigger(Call const&, Response&);
  void webhook(Call const&, Response&);
  boost::asio::awaitable<void> log(Call const&, Response&);
  boost::asio::awaitable<void> drive_input(Call const&, Response&);
  boost::asio::awaitable<void> snapshot(Call const&, Response&);
  boost::asio::awaitable<void> snapshots(Call const&, Response&);
  boost::asio::awaitable<void> stored_picture(Call const&, Response&);
  void cameras(Call const&, Response&);
  boost::asio::awaitable<void> camera_picture(Call const&, Response&);
  void rules(Call const&, Response&);
  boost::asio::awaitable<void> enable_rule(Call const&, Response&);
  boost::asio::awaitable<void> disable_rule(Call const&, Response&);
  boost::asio::awaitable<void> events(Call const&, Response&, Stream&);
  void me(Call const&, Response&);
  void openapi(Call const&, Response&);
  boost::asio::awaitable<void> check(Call const&, Response&);
  boost::asio::awaitable<void> deliveries(Call const&, Response&);
  boost::asio::awaitable<void> retry_deliveries(Call const&, Response&);
  boost::asio::awaitable<void> drop_deliveries(Call const&, Response&);
  boost::asio::awaitable<void> reload(Call const&, Response&);
  boost::asio::awaitable<void> axis_script(Call const&, Response&);
  boost::asio::awaitable<void> set_axis_script(Call const&, Response&);

 private:
  Status status_for(Visitor const& who) const;
  void switch_relay_1(bool on, Call const&, Response&);
  bool send_picture(std::shared_ptr<std::string const> jpeg, Response&);
  boost::asio::awaitable<void> switch_rule(bool enabled, Call const&, Response&);
  void set_virtual_input(bool on, Call const&, Response&);

  Controls& controls_;
  Entrance& entrance_;
  bool manual_ = false;
  unsigned following_ = 0;           // requests that wait for news of the log
  unsigned watching_ = 0;            // streams of pictures
  unsigned listening_ = 0;           // streams of events
  unsigned looking_ = 0;             // requests for a fresh picture
  std::size_t bytes_under_way_ = 0;  // of pictures
  InputPage input_page_;
};

}  // namespace snapcron::http
