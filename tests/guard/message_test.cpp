#include "guard/message.hpp"

#include <gtest/gtest.h>

namespace snapcron::guard {
namespace {

using namespace std::chrono_literals;

RelayState pulsing() {
  RelayState state;
  state.on = true;
  state.on_since = Steady{7s};
  state.phase_ends = Steady{9s};
  state.pulses_left = 2;
  state.train = {RelayCommand::Kind::pulse, 2s, 3, 100ms};
  return state;
}

RelaySpec strike() {
  RelaySpec spec;
  spec.number = 3;
  spec.name = "strike";
  spec.line = {"pinctrl-rp1", "GPIO22"};
  spec.active_low = true;
  spec.on_exit = true;
  spec.max_on = 10s;
  return spec;
}

std::vector<Request> requests() {
  return {Hello{}, Configure{{strike(), RelaySpec{}}, {}}, Configure{{strike()}, {pulsing()}},
          Switch{3, pulsing().train}, Stop{}};
}

std::vector<Reply> replies() {
  Standing const standing{3, pulsing(), true, "relay 3 strike: gpiochip0 line 22"};
  return {Welcome{}, Answer{{standing, Standing{}}, {}},
          Answer{{}, Error{Fault::busy, "held by gpioset"}},
          Report{standing, "relay strike was on for its max_on of 10s: switched off"}};
}

TEST(Message, WhatIsSaidIsUnderstood) {
  for (auto const& request : requests()) EXPECT_EQ(decode_request(encode(request)), request);
  for (auto const& reply : replies()) EXPECT_EQ(decode_reply(encode(reply)), reply);
}

TEST(Message, APartOfAMessageAndAMessageWithMoreAreNoMessages) {
  for (auto const& request : requests()) {
    auto const bytes = encode(request);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_request(bytes.substr(0, size)));
    EXPECT_FALSE(decode_request(bytes + '\0'));
  }
  for (auto const& reply : replies()) {
    auto const bytes = encode(reply);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_reply(bytes.substr(0, size)));
    EXPECT_FALSE(decode_reply(bytes + '\0'));
  }
}

TEST(Message, HelloAndStopLookTheSameInEveryVersion) {
  std::uint16_t const version = 0x0201;
  EXPECT_EQ(encode(Request{Hello{version}}),
            std::string("H") + std::string(reinterpret_cast<char const*>(&version), 2));
  EXPECT_EQ(encode(Request{Stop{}}), "S");
  EXPECT_EQ(encode(Reply{Welcome{version}}).front(), 'W');
}

TEST(Message, TimesThatCannotBeAreRefused) {
  auto state = pulsing();
  state.on_since = Steady::max();
  EXPECT_FALSE(decode_request(encode(Request{Configure{{strike()}, {state}}})));
  auto command = pulsing().train;
  command.duration = -1ms;
  EXPECT_FALSE(decode_request(encode(Request{Switch{1, command}})));
  command.duration = Duration::max();
  EXPECT_FALSE(decode_request(encode(Request{Switch{1, command}})));
}

TEST(Message, StatesAreForAllRelaysOrForNone) {
  EXPECT_FALSE(decode_request(encode(Request{Configure{{strike(), RelaySpec{}}, {pulsing()}}})));
  EXPECT_FALSE(decode_request(encode(Request{Configure{{}, {pulsing()}}})));
}

TEST(Message, ALongTextIsCutNotRefused) {
  auto const reply = decode_reply(encode(Reply{Report{{}, std::string(10'000, 'x')}}));
  ASSERT_TRUE(reply);
  EXPECT_EQ(std::get<Report>(*reply).problem.size(), 4096u);
}

TEST(Message, AsManyRelaysAsAConfigurationHoldsFit) {
  auto spec = strike();
  spec.name.assign(256, 'n');
  spec.line = {std::string(256, 'c'), std::string(256, 'l')};
  EXPECT_LT(encode(Request{Configure{std::vector(most_relays, spec),
                                     std::vector(most_relays, pulsing())}})
                .size(),
            largest_message);
}

}  // namespace
}  // namespace snapcron::guard
