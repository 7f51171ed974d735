// The camera against a server that is not ours: Basic authentication and TLS.

#include "curl/url_camera.hpp"

#include "support/await.hpp"
#include "support/nginx.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <gmock/gmock.h>

namespace snapcron {
namespace {

using testing::HasSubstr;

class AgainstNginx : public testing::Test {
 protected:
  Result<Frame> grab(std::string url, std::string username = {}, std::string password = {},
                     bool verify = true) {
    CameraSpec spec;
    spec.name = "door";
    spec.source = UrlCamera{std::move(url), std::move(username), std::move(password)};
    spec.verify_tls = verify;
    auto const camera = make_url_camera(multi, clock, spec);
    return await(loop, camera->grab());
  }
  /// For nobody, signed by nobody.
  bool make_certificate() const {
    auto const pem = (folder / "pem").string();
    auto const command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "
        "/CN=localhost -keyout " +
        pem + " -out " + pem + ".crt 2>/dev/null && cat " + pem + ".crt >>" + pem;
    return std::system(command.c_str()) == 0;
  }
  TemporaryFolder folder;
  boost::asio::io_context loop{1};
  Multi multi{loop};
  SystemClock clock;
};

TEST_F(AgainstNginx, BasicAuthenticationWorks) {
  folder.write("still.jpg", "picture", std::filesystem::perms{0644});
  folder.write("users", "root:{PLAIN}s3cret\n", std::filesystem::perms{0644});
  Nginx const nginx{folder,
                    "listen 127.0.0.1:PORT; auth_basic camera; auth_basic_user_file FOLDER/users;"};
  if (!nginx.why_not().empty()) GTEST_SKIP() << nginx.why_not();
  auto const url = "http://127.0.0.1:" + std::to_string(nginx.port()) + "/still.jpg";

  auto const frame = grab(url, "root", "s3cret");
  ASSERT_TRUE(frame) << frame.error().text;
  EXPECT_EQ(*frame->bytes, "picture");

  auto const refused = grab(url, "root", "wr0ng");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::denied);
}

TEST_F(AgainstNginx, ACertificateThatNobodySignedIsRefusedUnlessAllowed) {
  folder.write("still.jpg", "picture", std::filesystem::perms{0644});
  if (!make_certificate()) GTEST_SKIP() << "openssl is not installed";
  Nginx const nginx{
      folder,
      "listen 127.0.0.1:PORT ssl; ssl_certificate FOLDER/pem; ssl_certificate_key FOLDER/pem;"};
  if (!nginx.why_not().empty()) GTEST_SKIP() << nginx.why_not();
  auto const url = "https://127.0.0.1:" + std::to_string(nginx.port()) + "/still.jpg";

  auto const refused = grab(url);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::denied);
  EXPECT_THAT(refused.error().text, HasSubstr("the camera's certificate is not trusted ("));

  auto const allowed = grab(url, {}, {}, false);
  ASSERT_TRUE(allowed) << allowed.error().text;
  EXPECT_EQ(*allowed->bytes, "picture");
}

TEST_F(AgainstNginx, OldTlsIsRefused) {
  if (!make_certificate()) GTEST_SKIP() << "openssl is not installed";
  Nginx const nginx{folder,
                    "listen 127.0.0.1:PORT ssl; ssl_protocols TLSv1.1; ssl_certificate FOLDER/pem; "
                    "ssl_certificate_key FOLDER/pem;"};
  if (!nginx.why_not().empty()) GTEST_SKIP() << nginx.why_not();

  auto const frame =
      grab("https://127.0.0.1:" + std::to_string(nginx.port()) + "/still.jpg", {}, {}, false);

  EXPECT_FALSE(frame);
}

}  // namespace
}  // namespace snapcron
