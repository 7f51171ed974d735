#include "core/template.hpp"

#include <gtest/gtest.h>
#include <gmock/gmock.h>

#include <algorithm>

namespace snapcron {
namespace {

using testing::HasSubstr;

TemplateValues values() {
  return {.time = parse_rfc3339("2026-03-01T21:05:09.120Z").value(),
          .zone = Zone::find("Europe/Berlin").value(),
          .camera = "door",
          .rule = "door-open",
          .trigger = "input",
          .input = "front-door",
          .edge = "rising",
          .event = "k3f9x2-17",
          .state = {},
          .relay = {},
          .picture = {},
          .reply = {},
          .secret = {},
          .seq = 2};
}

std::string file_name(std::string_view text, TemplateValues const& v = values()) {
  return Template::parse(text, Template::Use::file_name).value().expand(v);
}
std::string text(std::string_view source, TemplateValues const& v = values()) {
  return Template::parse(source, Template::Use::text).value().expand(v);
}
std::string error(std::string_view source, Template::Use use = Template::Use::file_name) {
  auto const result = Template::parse(source, use);
  return result ? "no error" : result.error().text;
}

TEST(Template, NamesAFileByTimeAndValues) {
  EXPECT_EQ(file_name("{camera}/{time:%Y-%m-%d}/{time:%H%M%S}_{rule}_{seq}.jpg"),
            "door/2026-03-01/220509_door-open_2.jpg");
  EXPECT_EQ(file_name("{time}.jpeg"), "20260301-220509.jpeg");
  EXPECT_EQ(file_name("{event}_{trigger}_{input}_{edge}.jpg"),
            "k3f9x2-17_input_front-door_rising.jpg");
  EXPECT_EQ(file_name("{{{seq}}}.jpg"), "{2}.jpg");
}

TEST(Template, ATimeCannotMakeAFolder) {
  EXPECT_EQ(file_name("{time:%H:%M}.jpg"), "22-05.jpg");
  EXPECT_EQ(file_name("{time:%Y/%m}.jpg"), "2026-03.jpg");
  EXPECT_EQ(file_name("{time:%e %z}.jpg"), "_1-_0100.jpg");  // no plus that looks like a minus
}

TEST(Template, AValueCannotLeaveItsPart) {
  auto v = values();
  std::pair<std::string, std::string> const cases[] = {{"../../etc/passwd", "_.-"},
                                                       {"..", "_."},
                                                       {".", "_"},
                                                       {"-rf", "_rf"},
                                                       {"", "_"},
                                                       {"a b", "a_b"},
                                                       {"T\xc3\xbcr", "T_r"},
                                                       {std::string{"a\0b", 3}, "a_b"},
                                                       {"a\nb", "a_b"}};
  for (auto const& [value, part] : cases) {
    v.rule = value;
    auto const path = file_name("{rule}/x.jpg", v);
    if (value == "../../etc/passwd")
      EXPECT_EQ(path, "_._.._etc_passwd/x.jpg");
    else
      EXPECT_EQ(path, part + "/x.jpg");
  }
}

TEST(Template, PartsStayShortAndKeepTheirExtension) {
  auto v = values();
  v.rule = v.camera = v.input = v.trigger = std::string(10'000, 'r');

  EXPECT_EQ(file_name("{rule}.jpg", v), std::string(64, 'r') + ".jpg");
  EXPECT_EQ(file_name("{rule}{camera}{input}{trigger}.jpeg", v), std::string(195, 'r') + ".jpeg");
  EXPECT_EQ(file_name(std::string(198, 'a') + "\xc3\xbc\xc3\xbc/x.jpg", v),
            std::string(198, 'a') + "\xc3\xbc/x.jpg");
}

TEST(Template, TheLinkToTheNewestPictureIsNeverAPicture) {
  auto v = values();
  v.rule = "lastshot";

  EXPECT_EQ(file_name("{camera}/{rule}.jpg", v), "door/lastshot_.jpg");
  EXPECT_EQ(error("{camera}/lastshot.jpg"),
            "file name '{camera}/lastshot.jpg': 'lastshot.jpg' is the name of the link to the "
            "newest picture");
}

TEST(Template, AFileNameThatIsUnsafeIsRefused) {
  std::pair<std::string, char const*> const cases[] = {
      {"", "it is empty"},
      {"/{camera}.jpg", "it must be relative to the storage folder, without '/' in front"},
      {"{camera}", "it must end in '.jpg' or '.jpeg'"},
      {"{camera}.jpg/", "it must end in '.jpg' or '.jpeg'"},
      {"{camera}//x.jpg", "it has an empty part ('//')"},
      {"{camera}/../x.jpg", "it may not have the part '..'"},
      {"./x.jpg", "it may not have the part '.'"},
      {"{camera}/.x.jpg", "no part may begin with '.': '.x.jpg'"},
      {"-{camera}.jpg", "no part may begin with '-': '-x.jpg'"},
      {"a\nb.jpg", "it has a control character"},
      {"a/b/c/d/e/f/g/h/i/j.jpg", "more than 8 folders"},
      {std::string(600, 'a') + ".jpg", "it is longer than 500 bytes"},
      {"{camera.jpg", "a '{' without a '}' (write '{{' for a brace)"},
      {"camera}.jpg", "a '}' without a '{' (write '}}' for a brace)"},
  };
  for (auto const& [source, why] : cases)
    EXPECT_THAT(error(source), testing::EndsWith(std::string{": "} + why));
  EXPECT_EQ(error("/x.jpg"),
            "file name '/x.jpg': it must be relative to the storage folder, without '/' in front");
}

TEST(Template, AnUnknownValueNamesTheNearest) {
  EXPECT_EQ(error("{camra}.jpg"), "unknown value '{camra}' (did you mean '{camera}'?)");
  EXPECT_EQ(error("{nonsense}", Template::Use::text),
            "unknown value '{nonsense}': known are {camera}, {edge}, {event}, {input}, {rule}, "
            "{seq}, {time}, {trigger}, {picture}, {relay}, {state}");
  EXPECT_EQ(error("{camera:%Y}.jpg"), "'{camera}' takes no format: only {time:FORMAT} does");
  EXPECT_EQ(error("{time:}.jpg"),
            "'{time:}' has an empty format: write for instance {time:%Y-%m-%d}");
  EXPECT_EQ(error("{time:%D}.jpg"),
            "unknown letter '%D' in the time format '%D': known are %Y %m %d %H %M %S %y %j %F %T "
            "%e %a %b %A %B %u %w "
            "%p %I %Z %z %s and %%");
  EXPECT_EQ(error("{time:%Y%}.jpg"),
            "the time format '%Y%' ends with a lone '%' (write '%%' for a percent sign)");
}

TEST(Template, ATextShowsValuesAsTheyAreButForControlCharacters) {
  auto v = values();
  v.rule = "../a b \x1b[31m\n";

  EXPECT_EQ(text("rule {rule} at {time}", v), "rule ../a b ?[31m? at 2026-03-01T22:05:09+01:00");
  EXPECT_EQ(text("{time:%a %e %B %Y, %I:%M %p %Z}"), "Sun  1 March 2026, 10:05 PM CET");
  EXPECT_EQ(text("{{\"edge\": \"{edge}\"}}"), "{\"edge\": \"rising\"}");
  EXPECT_EQ(text(""), "");
}

TEST(Template, ATextKnowsWhatATriggerSawAndTheNewestPicture) {
  auto v = values();
  v.state = "lost";
  v.relay = "strike";
  v.picture = "/pictures/door/1.jpg";

  EXPECT_EQ(text("{state} {relay} {picture}", v), "lost strike /pictures/door/1.jpg");
  for (auto const* name : {"state", "relay", "picture"})
    EXPECT_EQ(error("{" + std::string{name} + "}.jpg"),
              "'{" + std::string{name} + "}' does not go into a file name");
}

TEST(Template, ARequestKnowsTheAnswerToTheOneBeforeAndASecret) {
  auto const request = [](std::string_view source, TemplateValues const& v) {
    return Template::parse(source, Template::Use::request).value().expand(v);
  };
  auto v = values();
  v.reply = {{"result.id", "42"}, {"items.0.a b", "x\ny"}};
  v.secret = "s3cret";

  EXPECT_EQ(request("{reply:result.id}|{reply:items.0.a b}|{reply:missing}|{secret}", v),
            "42|x?y||s3cret");
  EXPECT_EQ(error("{secret}", Template::Use::text),
            "'{secret}' goes into the texts of an action 'http' only");
  EXPECT_EQ(error("{reply:x}", Template::Use::text),
            "'{reply}' goes into the texts of an action 'http' only");
  for (auto const* source : {"{reply}", "{reply:}"})
    EXPECT_EQ(error(source, Template::Use::request),
              "'{reply}' needs a path into the answer: write for instance {reply:result.id}");
  EXPECT_EQ(error("{reply:" + std::string(201, 'x') + "}", Template::Use::request),
            "the path of '{reply:...}' is longer than 200 bytes");
  EXPECT_EQ(error("{reply:a\tb}", Template::Use::request),
            "the path of '{reply:...}' has a control character");
  EXPECT_EQ(error("{secert}", Template::Use::request),
            "unknown value '{secert}' (did you mean '{secret}'?)");
}

TEST(Template, NoValueCanLeaveItsPlaceInAnAddress) {
  auto const url = [](std::string_view source, TemplateValues const& v) {
    return Template::parse(source, Template::Use::request).value().expand_url(v);
  };
  auto v = values();
  v.input = "a/../b?x=1&y#z %\r\n@\xc3\xbc";
  v.rule = "AZaz09-._~";

  EXPECT_EQ(
      url("https://nas/{input}?at={time}", v),
      "https://nas/a%2F..%2Fb%3Fx%3D1%26y%23z%20%25%0D%0A%40%C3%BC?at=2026-03-01T22%3A05%3A09%"
      "2B01%3A00");
  EXPECT_EQ(url("https://nas/{rule}/%20{{x}}", v), "https://nas/AZaz09-._~/%20{x}");
}

std::string remote_name(std::string_view source, TemplateValues v = values()) {
  v.path = "door/2026-03-01/220509_x y_2.jpg";
  v.name = "220509_x y_2.jpg";
  v.number = 17;
  return Template::parse(source, Template::Use::remote_name).value().expand(v);
}

TEST(Template, ANameAtADestinationIsAsTheOldUnitsHadIt) {
  EXPECT_EQ(remote_name("{path}"), "door/2026-03-01/220509_x y_2.jpg");
  EXPECT_EQ(remote_name("{camera}/{name}"), "door/220509_x y_2.jpg");
  EXPECT_EQ(remote_name("image{time:%Y-%m-%d_%H_%M_%S}.jpg"), "image2026-03-01_22_05_09.jpg");
  EXPECT_EQ(remote_name("image{number}.jpg"), "image17.jpg");
  EXPECT_EQ(remote_name("lastshot.jpg"), "lastshot.jpg");
  EXPECT_EQ(remote_name("a.tar.gz/{seq}"), "a.tar.gz/2");
}

TEST(Template, ANameAtADestinationIsAsSafeAsOneOfOurs) {
  auto const use = Template::Use::remote_name;
  EXPECT_EQ(error("/{path}", use),
            "file name '/{path}': it must be relative to the destination's folder, without '/' in "
            "front");
  EXPECT_EQ(error("", use), "file name '': it is empty");
  EXPECT_THAT(error("a//{name}", use), HasSubstr("an empty part"));
  EXPECT_THAT(error("a/", use), HasSubstr("an empty part"));
  EXPECT_THAT(error("../{name}", use), HasSubstr("the part '..'"));
  EXPECT_THAT(error(".{name}", use), HasSubstr("may begin with '.'"));
  EXPECT_THAT(error("-{name}", use), HasSubstr("may begin with '-'"));
  EXPECT_THAT(error("a\nb", use), HasSubstr("a control character"));

  TemplateValues v;
  v.path = v.name = "/../a\r\n//-b/.." + std::string(300, 'x');
  v.rule = "../x";
  auto const expand = [&](char const* source) {
    return Template::parse(source, use).value().expand(v);
  };
  EXPECT_EQ(expand("{path}"), "_/_./a__/_/_b/_." + std::string(198, 'x'));
  EXPECT_THAT(expand("{name}"), testing::Not(HasSubstr("/")));
  EXPECT_EQ(expand("{rule}"), "_._x");
}

TEST(Template, WhatIsOfDestinationsGoesNowhereElse) {
  EXPECT_EQ(error("{number}.jpg"), "'{number}' goes into the 'filename' of a destination only");
  EXPECT_EQ(error("{path}", Template::Use::text),
            "'{path}' goes into the 'filename' of a destination only");
  EXPECT_EQ(error("{picture}", Template::Use::remote_name),
            "'{picture}' does not go into a file name");
  EXPECT_EQ(error("{numbr}", Template::Use::remote_name),
            "unknown value '{numbr}' (did you mean '{number}'?)");
}

TEST(Template, SaysWhatItIsMadeOf) {
  auto const parsed = Template::parse("a{rule}b{time:%H}", Template::Use::text).value();
  EXPECT_TRUE(parsed.uses("rule"));
  EXPECT_FALSE(parsed.uses("camera"));
  EXPECT_EQ(parsed.skeleton(), "axbx");

  auto const literal = Template::literal("{rule} }");
  EXPECT_EQ(literal.expand(values()), "{rule} }");
  EXPECT_EQ(literal, Template::parse("{{rule}} }}", Template::Use::text).value());
  EXPECT_FALSE(literal.uses("rule"));
}

TEST(Template, EqualsByItsSource) {
  auto const parse = [](char const* s) { return Template::parse(s, Template::Use::text).value(); };
  EXPECT_EQ(parse("{rule}"), parse("{rule}"));
  EXPECT_FALSE(parse("{rule}") == parse("{camera}"));
}

TEST(Template, OfAMessageMayHoldControlCharactersAndItsValuesMayNot) {
  auto v = values();
  v.input = "a\x03";
  EXPECT_EQ(Template::parse("\x02{input}\x04", Template::Use::message).value().expand(v),
            "\x02"
            "a?\x04");
  EXPECT_THAT(error("\x02", Template::Use::text), HasSubstr("control character"));
}

}  // namespace
}  // namespace snapcron
