// What the bytes of a request may be. Each of these has been understood in two ways by two servers
// somewhere; ours understands it in one way, or refuses it and closes.

#include "live_server.hpp"

namespace snapcron {
namespace {

struct Case {
  char const* name;
  std::string bytes;
  std::vector<int> verdict;  // of each reply; empty: closed without a word
};

std::string const host = "Host: localhost\r\n";
std::string const end = "\r\n";
// Rides behind refused requests: nothing of it may ever happen.
std::string const rider = "GET /io/relayon.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string request(std::string const& line, std::string const& fields = host) {
  return line + "\r\n" + fields + "\r\n";
}
std::string posted(std::string const& fields, std::string const& body) {
  return "POST /api/v1/reload HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n" + fields +
         "\r\n" + body;
}
std::string repeat(std::string const& text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

std::vector<Case> good_cases() {
  return {
      {"1.1 with a Host", request("GET /healthz HTTP/1.1"), {200}},
      {"1.0 without a Host", request("GET /healthz HTTP/1.0", ""), {200}},
      {"1.0 with a Host", request("GET /healthz HTTP/1.0"), {200}},
      {"one empty line before the request", "\r\n" + request("GET /healthz HTTP/1.1"), {200}},
      {"an empty line between two requests",
       request("GET /healthz HTTP/1.1") + "\r\n" + request("GET /healthz HTTP/1.1"),
       {200, 200}},
      {"three requests at once", repeat(request("GET /healthz HTTP/1.1"), 3), {200, 200, 200}},
      {"a body of known length", posted("Content-Length: 2\r\n", "{}"), {200}},
      {"a body of length 0 and one after it",
       posted("Content-Length: 0\r\n", "") + request("GET /healthz HTTP/1.1"),
       {200, 200}},
      {"a POST without any length has no body",
       posted("", "") + request("GET /healthz HTTP/1.1"),
       {200, 200}},
      {"a chunked body", posted("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"), {200}},
      {"Chunked in other letters",
       posted("Transfer-Encoding: Chunked\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
       {200}},
      {"a chunked body and a request after it",
       posted("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n") +
           request("GET /healthz HTTP/1.1"),
       {200, 200}},
      {"a GET with a body, which is read and ignored",
       request("GET /healthz HTTP/1.1", host + "Content-Length: 3\r\n") + "abc" +
           request("GET /healthz HTTP/1.1"),
       {200, 200}},
      {"a body that looks like a request",
       request("GET /healthz HTTP/1.1",
               host + "Content-Length: " + std::to_string(rider.size()) + end) +
           rider,
       {200}},
      {"field names in any letters",
       request("GET /healthz HTTP/1.1", "hOsT: localhost\r\nCONNECTION: close\r\n"),
       {200}},
      {"an absolute target", request("GET http://localhost/healthz HTTP/1.1"), {200}},
      {"an absolute target by TLS", request("GET HTTPS://localhost:8443/healthz HTTP/1.1"), {200}},
      {"an absolute target takes the place of Host",
       request("GET http://localhost/healthz HTTP/1.1", "Host: evil.example\r\n") +
           request("GET http://evil.example/healthz HTTP/1.1"),
       {200, 421}},
      {"an absolute target in 1.0", request("GET http://[::1]/healthz HTTP/1.0", ""), {200}},
      {"an absolute target without a path",
       request("GET http://localhost HTTP/1.1") + request("GET http://localhost?a=b HTTP/1.1"),
       {200, 200}},
      {"an empty field value", request("GET /healthz HTTP/1.1", host + "X-Empty:\r\n"), {200}},
      {"a tab before the value", request("GET /healthz HTTP/1.1", "Host:\tlocalhost\r\n"), {200}},
      {"Latin-1 in a value nobody reads",
       request("GET /healthz HTTP/1.1", host + "X-Name: caf\xe9\r\n"),
       {200}},
      {"sixty-four fields", request("GET /healthz HTTP/1.1", host + repeat("X: y\r\n", 63)), {200}},
      {"an unknown parameter", request("GET /io/input.txt?a=b&peek HTTP/1.1"), {200}},
      {"an encoded letter", request("GET /%68ealthz HTTP/1.1"), {200}},
      {"Host by IPv6 literal", request("GET /healthz HTTP/1.1", "Host: [::1]:8080\r\n"), {200}},
      {"Connection: close ends it",
       request("GET /healthz HTTP/1.1", host + "Connection: close\r\n") +
           request("GET /healthz HTTP/1.1"),
       {200}},
      {"1.0 ends it", request("GET /healthz HTTP/1.0") + request("GET /healthz HTTP/1.0"), {200}},
      {"1.0 that asks to go on",
       repeat(request("GET /healthz HTTP/1.0", host + "Connection: keep-alive\r\n"), 2),
       {200, 200}},
      {"expects to be told to go on, and has sent its body already",
       posted("Expect: 100-continue\r\nContent-Length: 2\r\n", "{}"),
       {200}},
  };
}

std::vector<Case> hosts_and_versions() {
  return {
      {"1.1 without a Host", request("GET /healthz HTTP/1.1", "") + rider, {400}},
      {"two Hosts", request("GET /healthz HTTP/1.1", host + host) + rider, {400}},
      {"two different Hosts",
       request("GET /healthz HTTP/1.1", host + "Host: evil\r\n") + rider,
       {400}},
      {"two Hosts in 1.0", request("GET /healthz HTTP/1.0", host + host) + rider, {400}},
      {"an empty Host", request("GET /healthz HTTP/1.1", "Host:\r\n") + rider, {400}},
      {"a Host with a path",
       request("GET /healthz HTTP/1.1", "Host: localhost/x\r\n") + rider,
       {400}},
      {"a Host with a user",
       request("GET /healthz HTTP/1.1", "Host: a@localhost\r\n") + rider,
       {400}},
      {"a Host with a blank",
       request("GET /healthz HTTP/1.1", "Host: local host\r\n") + rider,
       {400}},
      {"a list of Hosts",
       request("GET /healthz HTTP/1.1", "Host: localhost, evil\r\n") + rider,
       {400}},
      {"a Host with a port that is none",
       request("GET /healthz HTTP/1.1", "Host: localhost:8x\r\n") + rider,
       {400}},
      {"a Host with an empty port",
       request("GET /healthz HTTP/1.1", "Host: localhost:\r\n") + rider,
       {400}},
      {"a Host with a broken literal",
       request("GET /healthz HTTP/1.1", "Host: [::1\r\n") + rider,
       {400}},
      {"a foreign Host without passwords",
       request("GET /io/relayon.txt HTTP/1.1", "Host: evil.example\r\n"),
       {421}},
      {"HTTP/2.0", request("GET /healthz HTTP/2.0") + rider, {505}},
      {"HTTP/1.2", request("GET /healthz HTTP/1.2") + rider, {505}},
      {"HTTP/0.9", request("GET /healthz HTTP/0.9") + rider, {505}},
      {"HTTP/9.9", request("GET /healthz HTTP/9.9") + rider, {505}},
      {"no version", request("GET /healthz") + rider, {400}},
      {"http in small letters", request("GET /healthz http/1.1") + rider, {400}},
      {"HTTP/1.1 with more behind", request("GET /healthz HTTP/1.1 x") + rider, {400}},
      {"HTTP/11", request("GET /healthz HTTP/11") + rider, {400}},
      {"HTTP/1.10", request("GET /healthz HTTP/1.10") + rider, {400}},
  };
}

std::vector<Case> methods_and_targets() {
  return {
      {"a method in small letters", request("get /healthz HTTP/1.1") + rider, {501}},
      {"an unknown method", request("BREW /healthz HTTP/1.1") + rider, {501}},
      {"PUT", request("PUT /healthz HTTP/1.1", host + "Connection: close\r\n"), {405}},
      {"DELETE", request("DELETE /io/input.txt HTTP/1.1", host + "Connection: close\r\n"), {405}},
      {"OPTIONS", request("OPTIONS /io/input.txt HTTP/1.1", host + "Connection: close\r\n"), {405}},
      {"TRACE", request("TRACE /io/input.txt HTTP/1.1", host + "Connection: close\r\n"), {405}},
      {"POST to a page that is read",
       request("POST /io/input.txt HTTP/1.1", host + "Connection: close\r\n"),
       {405}},
      {"GET of what is posted",
       request("GET /api/v1/reload HTTP/1.1", host + "Connection: close\r\n"),
       {405}},
      {"no such page", request("GET /nothing HTTP/1.1", host + "Connection: close\r\n"), {404}},
      {"POST to no such page",
       request("POST /nothing HTTP/1.1", host + "Connection: close\r\n"),
       {404}},
      {"CONNECT", request("CONNECT localhost:80 HTTP/1.1") + rider, {400}},
      {"OPTIONS *", request("OPTIONS * HTTP/1.1") + rider, {400}},
      {"an absolute target of another scheme",
       request("GET ftp://localhost/io/relayon.txt HTTP/1.1") + rider,
       {400}},
      {"an absolute target without a host",
       request("GET http:///io/relayon.txt HTTP/1.1") + rider,
       {400}},
      {"an absolute target with a user",
       request("GET http://a@localhost/io/relayon.txt HTTP/1.1") + rider,
       {400}},
      {"an absolute target with dots",
       request("GET http://localhost/../io/relayon.txt HTTP/1.1") + rider,
       {400}},
      {"an absolute target and no Host",
       request("GET http://localhost/io/relayon.txt HTTP/1.1", "") + rider,
       {400}},
      {"an absolute target and a Host that is none",
       request("GET http://localhost/io/relayon.txt HTTP/1.1", "Host: a b\r\n") + rider,
       {400}},
      {"a target without a slash", request("GET healthz HTTP/1.1") + rider, {400}},
      {"no target", request("GET  HTTP/1.1") + rider, {400}},
      {"two blanks before the target", request("GET  /healthz HTTP/1.1") + rider, {400}},
      {"two blanks behind the target", request("GET /healthz  HTTP/1.1") + rider, {400}},
      {"a tab in place of a blank", request("GET\t/healthz HTTP/1.1") + rider, {400}},
      {"a blank before the method", request(" GET /healthz HTTP/1.1") + rider, {400}},
      {"dots", request("GET /../../etc/passwd HTTP/1.1") + rider, {400}},
      {"dots behind two slashes", request("GET //../.. HTTP/1.1") + rider, {400}},
      {"encoded dots", request("GET /%2e%2e/etc/passwd HTTP/1.1") + rider, {400}},
      {"encoded dots and slash",
       request("GET /io/%2e%2e%2fio/relayon.txt HTTP/1.1") + rider,
       {400}},
      {"half encoded dots", request("GET /io/.%2E/io/relayon.txt HTTP/1.1") + rider, {400}},
      {"a single dot", request("GET /io/./relayon.txt HTTP/1.1") + rider, {400}},
      {"dots at the end", request("GET /io/.. HTTP/1.1") + rider, {400}},
      {"an encoded NUL", request("GET /io/relayon.txt%00 HTTP/1.1") + rider, {400}},
      {"an encoded line end", request("GET /io/relayon.txt%0d%0a HTTP/1.1") + rider, {400}},
      {"a broken encoding", request("GET /%zz HTTP/1.1") + rider, {400}},
      {"a cut encoding", request("GET /%4 HTTP/1.1") + rider, {400}},
      {"bytes that are no UTF-8", request("GET /%ff%fe HTTP/1.1") + rider, {400}},
      {"an overlong encoding of a dot", request("GET /%c0%ae%c0%ae/ HTTP/1.1") + rider, {400}},
      {"raw 8 bit", request("GET /caf\xc3\xa9 HTTP/1.1") + rider, {400}},
      {"a fragment", request("GET /healthz#x HTTP/1.1") + rider, {400}},
      {"a backslash", request("GET /io\\..\\x HTTP/1.1") + rider, {400}},
      {"a control character", request("GET /heal\x01thz HTTP/1.1") + rider, {400}},
      {"a NUL", request(std::string{"GET /heal\0thz HTTP/1.1", 22}) + rider, {400}},
      {"raw 8 bit in the query", request("GET /healthz?\xff HTTP/1.1") + rider, {400}},
      {"a slash more than known",
       request("GET //healthz HTTP/1.1", host + "Connection: close\r\n"),
       {404}},
      {"encoded twice",
       request("GET /io/%252e%252e/x HTTP/1.1", host + "Connection: close\r\n"),
       {404}},
  };
}

std::vector<Case> lines_and_fields() {
  return {
      {"lines that end in LF", "GET /healthz HTTP/1.1\nHost: localhost\n\n" + rider, {400}},
      {"one line that ends in LF",
       "GET /healthz HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n" + rider,
       {400}},
      {"a bare CR in a value",
       request("GET /healthz HTTP/1.1", host + "X: a\rb\r\n") + rider,
       {400}},
      {"CR CR LF", "GET /healthz HTTP/1.1\r\r\nHost: localhost\r\n\r\n" + rider, {400}},
      {"a folded line", request("GET /healthz HTTP/1.1", host + "X: a\r\n b\r\n") + rider, {400}},
      {"a folded line by a tab",
       request("GET /healthz HTTP/1.1", host + "X: a\r\n\tb\r\n") + rider,
       {400}},
      {"a folded first line", request("GET /healthz HTTP/1.1", " X: a\r\n" + host) + rider, {400}},
      {"a folded Content-Length", posted("Content-Length:\r\n 2\r\n", "{}") + rider, {400}},
      {"a blank before the colon",
       request("GET /healthz HTTP/1.1", "Host : localhost\r\n") + rider,
       {400}},
      {"a field without a colon", request("GET /healthz HTTP/1.1", host + "X\r\n") + rider, {400}},
      {"a field without a name", request("GET /healthz HTTP/1.1", host + ": x\r\n") + rider, {400}},
      {"a name with a blank", request("GET /healthz HTTP/1.1", host + "X Y: z\r\n") + rider, {400}},
      {"a name with 8 bit",
       request("GET /healthz HTTP/1.1", host + "X\xc3\xa9: z\r\n") + rider,
       {400}},
      {"a NUL in a value",
       request("GET /healthz HTTP/1.1", host + std::string{"X: a\0b\r\n", 8}) + rider,
       {400}},
      {"a control character in a value",
       request("GET /healthz HTTP/1.1", host + "X: a\x02\r\n") + rider,
       {400}},
      {"a DEL in a value", request("GET /healthz HTTP/1.1", host + "X: a\x7f\r\n") + rider, {400}},
      {"sixty-five fields",
       request("GET /healthz HTTP/1.1", host + repeat("X: y\r\n", 64)) + rider,
       {431}},
      {"fifteen hundred fields",
       request("GET /healthz HTTP/1.1", host + repeat("X: y\r\n", 1500)) + rider,
       {431}},
      {"a field of nine thousand bytes",
       request("GET /healthz HTTP/1.1", host + "X: " + std::string(9000, 'a') + end) + rider,
       {431}},
      {"a request line of twenty thousand bytes",
       request("GET /" + std::string(20000, 'a') + " HTTP/1.1") + rider,
       {414}},
      {"two Authorizations",
       request("GET /healthz HTTP/1.1", host + repeat("Authorization: Basic x\r\n", 2)) + rider,
       {400}},
      {"two Origins",
       request("GET /io/relayon.txt HTTP/1.1", host + repeat("Origin: http://localhost\r\n", 2)) +
           rider,
       {400}},
      {"two Sec-Fetch-Sites",
       request("GET /io/relayon.txt HTTP/1.1", host + repeat("Sec-Fetch-Site: none\r\n", 2)) +
           rider,
       {400}},
      {"two empty lines before the request", "\r\n\r\n" + rider, {400}},
      {"a greeting of TLS",
       std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11} + "\r\n\r\n" + rider,
       {400}},
      {"the greeting of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + rider, {505}},
      {"an expectation nobody meets",
       posted("Expect: a miracle\r\nContent-Length: 2\r\n", "{}") + rider,
       {417}},
      {"two expectations",
       request("GET /healthz HTTP/1.1", host + repeat("Expect: 100-continue\r\n", 2)) + rider,
       {400}},
      {"a tab before a length", posted("Content-Length:\t2\r\n", "{}") + rider, {400}},
      {"a tab after chunked",
       posted("Transfer-Encoding: chunked\t\r\n", "2\r\n{}\r\n0\r\n\r\n") + rider,
       {400}},
  };
}

std::vector<Case> lengths_and_chunks() {
  std::string const chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"two lengths", posted("Content-Length: 2\r\nContent-Length: 3\r\n", "{}") + rider, {400}},
      {"the same length twice",
       posted("Content-Length: 2\r\nContent-Length: 2\r\n", "{}") + rider,
       {400}},
      {"a list of lengths", posted("Content-Length: 2, 2\r\n", "{}") + rider, {400}},
      {"a length with a sign", posted("Content-Length: +2\r\n", "{}") + rider, {400}},
      {"a negative length", posted("Content-Length: -2\r\n", "{}") + rider, {400}},
      {"a length in hex", posted("Content-Length: 0x2\r\n", "{}") + rider, {400}},
      {"a length with a blank in it", posted("Content-Length: 2 2\r\n", "{}") + rider, {400}},
      {"an empty length", posted("Content-Length:\r\n", "{}") + rider, {400}},
      {"a length of forty digits",
       posted("Content-Length: " + std::string(40, '9') + end, "{}") + rider,
       {400}},
      {"a length too large", posted("Content-Length: 65537\r\n", "{}"), {413}},
      {"a length far too large", posted("Content-Length: 99999999999\r\n", "{}"), {413}},
      {"a length and chunks",
       posted("Content-Length: 4\r\n" + chunked, "0\r\n\r\n") + rider,
       {400}},
      {"chunks and a length",
       posted(chunked + "Content-Length: 4\r\n", "0\r\n\r\n") + rider,
       {400}},
      {"chunked, identity",
       posted("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n") + rider,
       {400}},
      {"identity, chunked",
       posted("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n") + rider,
       {400}},
      {"gzip, chunked", posted("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") + rider, {400}},
      {"chunked twice", posted(chunked + chunked, "0\r\n\r\n") + rider, {400}},
      {"chunked, chunked",
       posted("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n") + rider,
       {400}},
      {"xchunked", posted("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n") + rider, {400}},
      {"xchunked and a length",
       posted("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "0\r\n\r\n") + rider,
       {400}},
      {"chunked with a parameter",
       posted("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n") + rider,
       {400}},
      {"quoted chunked", posted("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n") + rider, {400}},
      {"identity", posted("Transfer-Encoding: identity\r\n", "") + rider, {400}},
      {"an empty Transfer-Encoding", posted("Transfer-Encoding:\r\n", "") + rider, {400}},
      {"chunks in 1.0",
       "POST /api/v1/reload HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n" + rider,
       {400}},
      {"a chunk's length that is none", posted(chunked, "z\r\n{}\r\n0\r\n\r\n") + rider, {400}},
      {"a chunk's length with a sign", posted(chunked, "-2\r\n{}\r\n0\r\n\r\n") + rider, {400}},
      {"a chunk's length with 0x", posted(chunked, "0x2\r\n{}\r\n0\r\n\r\n") + rider, {400}},
      {"an empty chunk's length", posted(chunked, "\r\n{}\r\n0\r\n\r\n") + rider, {400}},
      {"a chunk's length too large",
       posted(chunked, "ffffffffffffffff\r\n{}\r\n0\r\n\r\n") + rider,
       {400}},
      {"a chunk too large", posted(chunked, "ffffffff\r\n{}\r\n0\r\n\r\n") + rider, {413}},
      {"a chunk's length past 64 bit",
       posted(chunked, "10000000000000002\r\n{}\r\n0\r\n\r\n") + rider,
       {400}},
      {"a chunk longer than it says", posted(chunked, "2\r\n{}}\r\n0\r\n\r\n") + rider, {400}},
      {"chunks whose lines end in LF", posted(chunked, "2\n{}\n0\n\n") + rider, {400}},
      {"a chunk extension", posted(chunked, "2;a=b\r\n{}\r\n0\r\n\r\n") + rider, {400}},
      {"a blank behind a chunk's length", posted(chunked, "2 \r\n{}\r\n0\r\n\r\n") + rider, {400}},
      {"an extension of the last chunk", posted(chunked, "2\r\n{}\r\n0;a\r\n\r\n") + rider, {400}},
      {"a field after the chunks", posted(chunked, "2\r\n{}\r\n0\r\nX: y\r\n\r\n") + rider, {400}},
      {"a Content-Length after the chunks",
       posted(chunked, "2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n") + rider,
       {400}},
      {"a chunk header without an end", posted(chunked, std::string(20000, '0')) + rider, {400}},
      {"chunks that add up to too much",
       posted(chunked, repeat("2000\r\n" + std::string(0x2000, ' ') + end, 9) + "0\r\n\r\n") +
           rider,
       {413}},
      {"a body of single-byte chunks without an end",
       posted(chunked, repeat("1\r\n \r\n", 40000)) + rider,
       {413}},
      {"a body that ends too early", posted("Content-Length: 20\r\n", "{}"), {}},
      {"a header that ends too early", "GET /io/relayon.txt HTTP/1.1\r\nHost: loc", {}},
      {"nothing at all", "", {}},
  };
}

class Strictness : public LiveServer {
 protected:
  void expect(std::vector<Case> const& cases, bool refused = true) {
    limits.connections_per_address = 64;
    start();
    for (auto const& c : cases) {
      SCOPED_TRACE(c.name);
      auto client = connect();
      // In pieces, as far as the server takes them: it may refuse and close in the middle.
      for (std::size_t at = 0; at < c.bytes.size(); at += 8000) {
        client.send(std::string_view{c.bytes}.substr(at, 8000));
        loop.restart();
        loop.poll();
      }
      client.finish();
      auto const reply = until_closed(client);
      EXPECT_EQ(statuses(reply), c.verdict) << reply;
      EXPECT_FALSE(client.reset) << "the reply could have been lost";
      if (refused) {
        EXPECT_TRUE(controls.untouched());
      }
    }
    EXPECT_EQ(status(get("/healthz")), 200) << "and the next client is served";
  }
};

TEST_F(Strictness, WhatIsGoodIsAnsweredInOrder) {
  expect(good_cases(), false);
}
TEST_F(Strictness, OneHostAndAVersionOfOurs) {
  expect(hosts_and_versions());
}
TEST_F(Strictness, KnownMethodsAndTargetsWithoutTricks) {
  expect(methods_and_targets());
}
TEST_F(Strictness, LinesAndFieldsThatCanBeReadInOneWayOnly) {
  expect(lines_and_fields());
}
TEST_F(Strictness, OneLengthOrPlainChunks) {
  expect(lengths_and_chunks());
}

TEST_F(Strictness, ByteByByteIsTheSameRequest) {
  start();
  auto client = connect();
  for (char const c : posted("Transfer-Encoding: chunked\r\nConnection: close\r\n",
                             "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")) {
    client.send({&c, 1});
    loop.restart();
    loop.poll();
  }
  EXPECT_EQ(statuses(until_closed(client)), std::vector<int>{200});
  EXPECT_EQ(controls.reloads, 1);
}

}  // namespace
}  // namespace snapcron
