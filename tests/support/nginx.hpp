#pragma once
// Debian's nginx as a camera: the real thing on the other side, where it is installed.

#include "temporary_folder.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace snapcron {

class Nginx {
 public:
  /// `server` is the inside of a server block; "PORT" and "FOLDER" in it are replaced.
  Nginx(TemporaryFolder const& folder, std::string server) : folder_(folder) {
    if (!std::filesystem::exists("/usr/sbin/nginx")) {
      why_not_ = "nginx is not installed";
      return;
    }
    port_ = free_port();
    replace(server, "PORT", std::to_string(port_));
    replace(server, "FOLDER", folder.path().string());
    auto const user = ::geteuid() == 0 ? std::string{"user root;\n"} : std::string{};
    auto config = user +
                  "daemon off; master_process off; pid FOLDER/pid; error_log FOLDER/error.log;\n"
                  "events {}\nhttp { access_log off; keepalive_requests 100000000;\n"
                  "client_body_temp_path FOLDER/1; proxy_temp_path FOLDER/2; fastcgi_temp_path "
                  "FOLDER/3; uwsgi_temp_path FOLDER/4; scgi_temp_path FOLDER/5;\n"
                  "server { root FOLDER; " +
                  server + " } }\n";
    replace(config, "FOLDER", folder.path().string());
    start(folder.write("nginx.conf", config).string());
  }
  Nginx(Nginx const&) = delete;
  Nginx& operator=(Nginx const&) = delete;
  ~Nginx() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  /// Empty when it runs.
  std::string const& why_not() const { return why_not_; }
  unsigned port() const { return port_; }

 private:
  static void replace(std::string& text, std::string const& what, std::string const& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
      text.replace(at, what.size(), with);
  }
  static unsigned free_port() {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }
  bool answers() const {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool const good = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return good;
  }
  void start(std::string const& config) {
    std::vector<std::string> words{"/usr/sbin/nginx", "-e", folder_.path() / "error.log", "-c",
                                   config};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawn(&pid_, argv.front(), nullptr, nullptr, argv.data(), environ) != 0) pid_ = -1;
    for (int i = 0; pid_ > 0 && i < 500; ++i) {
      if (answers()) return;
      ::usleep(10'000);
    }
    why_not_ = "nginx does not start: " + contents(folder_.path() / "error.log");
  }

  TemporaryFolder const& folder_;
  std::string why_not_;
  unsigned port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace snapcron
