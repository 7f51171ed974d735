// The pages of other generations of camera servers, beside each other.

#include "live_server.hpp"

namespace snapcron {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class OldPages : public LiveServer {
 protected:
  OldPages() {
    start();
    controls.state.inputs = {{1, "door", false, true, {}}, {2, "window", true, true, {}}};
  }
  std::string text(std::string const& target) {
    auto const reply = get(target);
    EXPECT_EQ(status(reply), 200) << reply;
    return body(reply);
  }
};

TEST_F(OldPages, RelayOfThe2400) {
  EXPECT_EQ(text("/io?relay=check"), "relay=off\n");
  EXPECT_EQ(text("/io?relay=on"), "Relay is on\n");
  EXPECT_EQ(text("/io?relay=check"), "relay=on\n");
  EXPECT_EQ(text("/io?relay=off"), "Relay is off\n");
  EXPECT_EQ(text("/io?input=check"), "Input1 is off\nInput2 is on\n");
}

TEST_F(OldPages, RelayAsTheFirstEditionOfThatManualHasIt) {
  EXPECT_EQ(text("/io?relay=on/"), "Relay is On\n");
  EXPECT_EQ(text("/io?relay=check/"), "Relay is On\n");
}

TEST_F(OldPages, InputAndOutputOfTheFirstApi) {
  EXPECT_EQ(text("/axis-cgi/io/input.cgi?check=1,2"), "input1=0\ninput2=1\n");
  EXPECT_EQ(text("/axis-cgi/io/output.cgi?action=1:/300\\500/300\\"), "");
  EXPECT_EQ(text("/axis-cgi/io/output.cgi?action=1%3A%2F300%5C"), "");
  ASSERT_EQ(controls.relay_steps.size(), 2u);
  EXPECT_EQ(controls.relay_steps[0].first, 1u);
  EXPECT_EQ(controls.relay_steps[0].second,
            (std::vector<LevelStep>{{0ms, true}, {300ms, false}, {500ms, true}, {300ms, false}}));
  EXPECT_EQ(controls.relay_steps[1].second, (std::vector<LevelStep>{{0ms, true}, {300ms, false}}));
}

TEST_F(OldPages, PortsOfVapixAreTheInputsAndBehindThemTheRelays) {
  EXPECT_EQ(text("/axis-cgi/io/port.cgi?check=1,2,3,4"), "port1=0\nport2=1\nport3=0\nport4=1\n");
  EXPECT_EQ(text("/axis-cgi/io/port.cgi?checkactive=2"), "port2=active\n");
  EXPECT_EQ(text("/axis-cgi/io/port.cgi?checkdirection=2,3"), "port2=input\nport3=output\n");
  EXPECT_EQ(text("/axis-cgi/io/port.cgi?action=3%3A%2F"), "") << "the relay behind two inputs";
  EXPECT_EQ(text("/axis-cgi/io/port.cgi?action=2:/"), "") << "or by its own number";
  ASSERT_EQ(controls.relay_steps.size(), 2u);
  EXPECT_EQ(controls.relay_steps[0].first, 1u);
  EXPECT_EQ(controls.relay_steps[1].first, 2u);
}

TEST_F(OldPages, AMonitorTellsTheLevelsAndThenEachChange) {
  controls.line_changes = {{LineChange::Line::input, 1, true},
                           {LineChange::Line::relay, 1, true},
                           {LineChange::Line::input, 1, false}};
  auto const part = [](std::string const& line) {
    return "Content-Type: text/plain\r\n\r\n" + line + "\r\n\r\n--ioboundary\r\n";
  };
  auto const inputs = get("/axis-cgi/io/input.cgi?monitor=1");
  EXPECT_THAT(inputs,
              HasSubstr("\r\nContent-Type: multipart/x-mixed-replace;boundary=ioboundary\r\n"));
  EXPECT_THAT(inputs, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(body(inputs), "--ioboundary\r\n" + part("IO0:L") + part("IO0:/") + part("IO0:\\"));
  EXPECT_EQ(body(get("/axis-cgi/io/port.cgi?monitor=1,3")), "--ioboundary\r\n" + part("1I:L") +
                                                                part("3O:L") + part("1I:/") +
                                                                part("3O:/") + part("1I:\\"));
}

TEST_F(OldPages, VirtualInputs) {
  EXPECT_EQ(text("/axis-cgi/io/virtualinput.cgi?action=6:/2000\\"), "");
  EXPECT_THAT(text("/axis-cgi/virtualinput/activate.cgi?schemaversion=1&port=6&duration=2"),
              HasSubstr("<StateChanged>true</StateChanged>"));
  EXPECT_THAT(text("/axis-cgi/virtualinput/deactivate.cgi?schemaversion=1&port=6"),
              HasSubstr("<StateChanged>false</StateChanged>"));
  ASSERT_EQ(controls.input_steps.size(), 3u);
  EXPECT_EQ(controls.input_steps[0], controls.input_steps[1]);
  EXPECT_EQ(controls.input_steps[2].second, (std::vector<LevelStep>{{0ms, false}}));
}

TEST_F(OldPages, AVirtualInputsTroubleHasItsNumber) {
  struct Trouble {
    char const* query;
    char const* code;
  };
  for (auto const& [query, code] :
       {Trouble{"", "10"}, Trouble{"schemaversion=1", "10"},
        Trouble{"schemaversion=2&port=6", "30"}, Trouble{"schemaversion=1&port=x", "20"},
        Trouble{"schemaversion=1&port=5", "20"},
        Trouble{"schemaversion=1&port=6&duration=0", "50"}})
    EXPECT_THAT(text(std::string{"/axis-cgi/virtualinput/activate.cgi?"} + query),
                HasSubstr(std::string{"<ErrorCode>"} + code + "</ErrorCode>"))
        << query;
}

TEST_F(OldPages, WhatIsWrongChangesNothing) {
  for (auto const& [target, expected] :
       {std::pair{"/axis-cgi/io/output.cgi?action=1:on", 400},
        std::pair{"/axis-cgi/io/output.cgi?action=9:/", 404},
        std::pair{"/axis-cgi/io/virtualinput.cgi?action=5:/", 404},
        std::pair{"/axis-cgi/io/input.cgi?check=7", 404},
        std::pair{"/axis-cgi/io/input.cgi?monitor=7", 404},
        std::pair{"/axis-cgi/io/input.cgi?check=", 400}, std::pair{"/axis-cgi/io/input.cgi", 404},
        std::pair{"/io?relay=maybe", 200}})  // the index
    EXPECT_EQ(status(get(target)), expected) << target;
  exchange(
      "HEAD /axis-cgi/io/output.cgi?action=1:/ HTTP/1.1\r\nHost: localhost\r\n"
      "Connection: close\r\n\r\n");
  exchange("HEAD /io?relay=on HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(controls.untouched());
}

TEST_F(OldPages, AFormAsksWhatAnAddressAsks) {
  char const* const form = "Content-Type: application/x-www-form-urlencoded\r\n";
  EXPECT_EQ(body(post("/axis-cgi/io/port.cgi", "checkactive=2", form)), "port2=active\n");
  EXPECT_EQ(body(post("/axis-cgi/io/input.cgi", "check=1%2C2", form)), "input1=0\ninput2=1\n");
  EXPECT_EQ(body(post("/axis-cgi/io/port.cgi?check=2", "", "")), "port2=1\n") << "no form at all";
  EXPECT_EQ(status(post("/axis-cgi/io/port.cgi", "action=3:/", form)), 200) << "as some send it";
  EXPECT_EQ(status(post("/axis-cgi/io/output.cgi", "action=1%3A%2F300%5C", form)), 200);
  EXPECT_EQ(controls.relay_steps, (std::vector<std::pair<unsigned, std::vector<LevelStep>>>{
                                      {1u, {{0ms, true}}}, {1u, {{0ms, true}, {300ms, false}}}}));
  EXPECT_THAT(post("/axis-cgi/virtualinput/activate.cgi", "schemaversion=1&port=6",
                   "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"),
              HasSubstr("<StateChanged>true</StateChanged>"));
  EXPECT_EQ(controls.input_steps.size(), 1u);
}

TEST_F(OldPages, AFormThatIsNoneChangesNothing) {
  char const* const form = "Content-Type: application/x-www-form-urlencoded\r\n";
  EXPECT_EQ(status(post("/axis-cgi/io/port.cgi", "action=1:/", "")), 415);
  EXPECT_EQ(status(post("/axis-cgi/io/port.cgi", "action=1:/",
                        "Content-Type: multipart/form-data; boundary=x\r\n")),
            415);
  EXPECT_EQ(status(post("/axis-cgi/io/port.cgi", "", form)), 404) << "nothing is asked";
  EXPECT_EQ(status(post("/axis-cgi/io/port.cgi", "action=1:/\x01", form)), 400);
  EXPECT_EQ(status(post("/axis-cgi/io/port.cgi", "action=%", form)), 404) << "as in an address";
  EXPECT_EQ(
      status(post("/axis-cgi/io/port.cgi", "x=" + std::string(9000, 'x') + "&action=1:/", form)),
      413)
      << "an address is not as long, either";
  EXPECT_EQ(status(post("/axis-cgi/io/nothing.cgi", "action=1:/", form)), 404);
  EXPECT_EQ(status(post("/io/input.txt", "", form)), 405) << "no page of VAPIX";
  EXPECT_TRUE(controls.untouched());
}

TEST_F(OldPages, ParametersTellOfPorts) {
  controls.state.relays.front().name = "strike";
  EXPECT_EQ(text("/axis-cgi/param.cgi?action=list&group=root.Input,Output"),
            "root.Input.NbrOfInputs=2\nroot.Output.NbrOfOutputs=" +
                std::to_string(controls.state.relays.size()) + "\n");
  EXPECT_EQ(text("/axis-cgi/param.cgi?action=list&group=IOPort.I1"),
            "root.IOPort.I1.Configurable=no\nroot.IOPort.I1.Direction=input\n"
            "root.IOPort.I1.Input.Name=window\nroot.IOPort.I1.Input.Trig=closed\n");
  EXPECT_EQ(text("/axis-cgi/param.cgi?action=list&group=root.IOPort.I2"),
            "root.IOPort.I2.Configurable=no\nroot.IOPort.I2.Direction=output\n"
            "root.IOPort.I2.Output.Name=strike\nroot.IOPort.I2.Output.Active=closed\n"
            "root.IOPort.I2.Output.Mode=bistable\n");
  EXPECT_EQ(text("/axis-cgi/param.cgi?action=list&group=root"),
            text("/axis-cgi/param.cgi?action=list"));
  EXPECT_EQ(text("/axis-cgi/param.cgi?action=list&group=root.PTZ"),
            "# Error: Error -1 getting param in group 'root.PTZ'\n");
  EXPECT_EQ(status(get("/axis-cgi/param.cgi?action=update&root.IOPort.I1.Input.Name=x")), 400);
}

TEST_F(OldPages, PagesThatAreNotThereSaySo) {
  for (auto const* target :
       {"/zoom.jpg", "/hugesize.bmp", "/fullsize.ppm", "/cgi-bin/control?dataout=3A",
        "/cgi-bin/control?presetposname=door&camera=1",
        "/axis-cgi/buffer/command.cgi?do=start&buffername=ALARM"})
    EXPECT_EQ(status(get(target)), 404) << target;
  EXPECT_TRUE(controls.untouched() && controls.looks.empty());
}

TEST_F(OldPages, TheSizeOfACamerasPictures) {
  EXPECT_EQ(text("/axis-cgi/imagesize.cgi?camera=1"), "image width = 640\nimage height = 480\n");
  EXPECT_EQ(status(get("/axis-cgi/imagesize.cgi?camera=9")), 404);
}

TEST_F(OldPages, AMethodThatAPageDoesNotKnowIsToldOnce) {
  auto const reply = exchange(
      "PUT /axis-cgi/io/port.cgi?check=1&action=1:/ HTTP/1.1\r\nHost: localhost\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_EQ(status(reply), 405);
  EXPECT_THAT(reply, HasSubstr("\r\nAllow: GET, HEAD, POST\r\n"));
}

TEST_F(OldPages, ASwitchInDisguiseIsAskedForTheSameRights) {
  for (auto const* target : {"/axis-cgi/io/port.cgi?check=1&action=1:/",
                             "/axis-cgi/io/port.cgi?%61ction=1:/", "/io?rel%61y=o%6e"})
    EXPECT_EQ(status(get(target, "Sec-Fetch-Site: cross-site\r\n")), 403) << target;
  EXPECT_TRUE(controls.untouched());
}

TEST_F(OldPages, PicturesOfTheOldNamesFitTheirSizes) {
  struct Asked {
    char const* target;
    LookRequest::Which which;
    PictureFit fit;
  };
  using enum LookRequest::Which;
  controls.most_looks = 100;
  for (auto const& [target, which, fit] :
       {Asked{"/fullsize.jpg", fresh, {352, 288}}, Asked{"/halfsize.jpg", fresh, {176, 144}},
        Asked{"/hugesize.jpg?clock=on&axislogo=off&rotation=90deg&mirror=on", fresh, {704, 576}},
        Asked{"/lastshot.jpg", stored, {}},
        Asked{"/images/buffer.jpg?imagetype=fullsize.jpg", buffered, {352, 288}},
        Asked{"/axis-cgi/jpg/image.cgi", fresh, {}},
        Asked{"/axis-cgi/jpg/image.cgi?resolution=320x240&compression=25",
              fresh,
              {320, 240, false, 75}},
        Asked{"/axis-cgi/jpg/image.cgi?resolution=QCIF", fresh, {176, 144}},
        Asked{"/axis-cgi/jpg/image.cgi?resolution=4cif", fresh, {704, 576}},
        Asked{"/fullsize.jpg?compression=high&color=none", fresh, {352, 288, true, 40}}}) {
    auto const reply = get(std::string{target});
    EXPECT_EQ(status(reply), 200) << target;
    EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: image/jpeg\r\n"));
    EXPECT_EQ(body(reply), "JPEG");
    EXPECT_EQ(controls.looks.back().which, which) << target;
    EXPECT_EQ(controls.looks.back().fit, fit) << target;
  }
  get("/axis-cgi/jpg/image.cgi?camera=2");
  EXPECT_EQ(controls.looks.back().camera, "2");
  get("/fullsize.jpg?cgi-bin/control?camera=3&compression=high");
  EXPECT_EQ(controls.looks.back().camera, "3") << "as the manual of the 240 prints it";
  EXPECT_EQ(controls.looks.back().fit, (PictureFit{352, 288, false, 40}));
  EXPECT_EQ(status(get("/axis-cgi/jpg/image.cgi?resolution=huge")), 400);
}

TEST_F(OldPages, AVideoIsOnePictureAfterAnother) {
  auto const part = "--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\nJPEG";
  EXPECT_EQ(body(get("/axis-cgi/mjpg/video.cgi?fps=30")),
            std::string{part} + "\r\n" + part + "\r\n" + part);
  EXPECT_EQ(status(get("/axis-cgi/mjpg/video.cgi")), 503) << "the camera is lost";
}

}  // namespace
}  // namespace snapcron
