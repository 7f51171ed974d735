// The page's files on the wire.

#include "live_server.hpp"

#include "web/page_files.hpp"

#include <regex>

namespace snapcron {
namespace {

using testing::HasSubstr;
using testing::Not;

class PageFiles : public LiveServer {
 protected:
  PageFiles() { start(); }
  static std::string address(std::string_view name) {
    return "/page/" + std::string{web::version()} + "/" + std::string{name};
  }
  static std::string tag_of(std::string const& reply) {
    std::smatch found;
    return std::regex_search(reply, found, std::regex{"ETag: (\"[^\"]*\")"}) ? found[1].str() : "";
  }
};

TEST_F(PageFiles, ABrowserGetsThePageAndAProgramTheListOfBefore) {
  EXPECT_THAT(get("/", shows_pages), HasSubstr("<main"));
  EXPECT_THAT(get("/"), HasSubstr("<a href=\"/api/v1/status\">"));
  EXPECT_THAT(get("/", "Accept: */*\r\n"), HasSubstr("<a href=\"/api/v1/status\">"));
}

TEST_F(PageFiles, EveryFileThatIsNamedIsThereAndNeverChanges) {
  std::string const page = body(get("/", shows_pages));
  std::regex const named{"\"(/page/[^\"]+)\""};
  int count = 0;
  for (std::sregex_iterator at{page.begin(), page.end(), named}; at != std::sregex_iterator{};
       ++at, ++count) {
    auto const reply = get((*at)[1]);
    EXPECT_EQ(status(reply), 200) << (*at)[1];
    EXPECT_THAT(reply, HasSubstr("\r\nCache-Control: public, max-age=31536000, immutable\r\n"));
  }
  EXPECT_GT(count, 10);
}

TEST_F(PageFiles, ScriptsImportOnlyWhatIsThere) {
  std::regex const imported{R"re(from '\./([^']+)')re"};
  for (auto const& file : web::page_files()) {
    std::string const text{file.text};
    for (std::sregex_iterator at{text.begin(), text.end(), imported}; at != std::sregex_iterator{};
         ++at)
      EXPECT_EQ(status(get(address((*at)[1].str()))), 200) << file.name << " imports " << (*at)[1];
  }
}

TEST_F(PageFiles, NothingIsAskedOfAnybodyElse) {
  for (auto const& file : web::page_files()) {
    std::string text{file.text};
    for (std::string_view const harmless : {"http://www.w3.org/2000/svg"})
      for (auto at = text.find(harmless); at != std::string::npos; at = text.find(harmless))
        text.erase(at, harmless.size());
    EXPECT_THAT(text, Not(HasSubstr("http://"))) << file.name;
    EXPECT_THAT(text, Not(HasSubstr("https://"))) << file.name;
  }
}

TEST_F(PageFiles, TextFromOutsideNeverBecomesMarkup) {
  std::regex const markup{
      "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|eval\\("};
  for (auto const& file : web::page_files())
    EXPECT_FALSE(std::regex_search(std::string{file.text}, markup)) << file.name;
}

TEST_F(PageFiles, ThePolicyAllowsNoScriptThatStandsInAPage) {
  for (auto const& reply : {get("/", shows_pages), get(address("main.js"))}) {
    EXPECT_THAT(reply,
                HasSubstr("\r\nContent-Security-Policy: default-src 'none'; script-src 'self'"));
    EXPECT_THAT(reply, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(reply, Not(HasSubstr("unsafe")));
    EXPECT_THAT(reply, HasSubstr("\r\nReferrer-Policy: no-referrer\r\n"));
    EXPECT_THAT(reply, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  }
}

TEST_F(PageFiles, AreSentPackedToWhoCanUnpackThem) {
  auto const packed = get(address("main.js"), "Accept-Encoding: br, gzip, deflate\r\n");
  EXPECT_THAT(packed, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_TRUE(body(packed).starts_with("\x1f\x8b"));
  auto const plain = get(address("main.js"));
  EXPECT_THAT(plain, Not(HasSubstr("Content-Encoding")));
  EXPECT_LT(body(packed).size(), body(plain).size() * 6 / 10);
  EXPECT_NE(tag_of(packed), tag_of(plain));
  EXPECT_THAT(get(address("main.js"), "Accept-Encoding: gzip;q=0\r\n"),
              Not(HasSubstr("Content-Encoding")));
}

TEST_F(PageFiles, AreNotSentAgainToWhoHasThem) {
  auto const first = get("/", shows_pages);
  EXPECT_THAT(first, HasSubstr("\r\nCache-Control: no-cache\r\n"));
  auto const again =
      get("/", std::string{shows_pages} + "If-None-Match: " + tag_of(first) + "\r\n");
  EXPECT_EQ(status(again), 304);
  EXPECT_EQ(body(again), "");
  EXPECT_EQ(status(get("/", std::string{shows_pages} + "If-None-Match: \"another\"\r\n")), 200);
}

TEST_F(PageFiles, OfAnotherVersionAreNotThere) {
  EXPECT_EQ(status(get("/page/000000000000/main.js")), 404);
  EXPECT_EQ(status(get("/page/main.js")), 404);
  EXPECT_EQ(status(get(address("nothing.js"))), 404);
}

}  // namespace
}  // namespace snapcron
