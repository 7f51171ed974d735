// `snapcron open-port`: what the service's unit runs as root before the daemon, so that http.listen
// may name a port below 1024 and the daemon need no right of root's. The service manager keeps the
// socket and hands it over: FDSTORE=1 of sd_notify(3), sd_listen_fds(3).
#include "app/commands.hpp"
#include "app/systemd.hpp"
#include "config/load.hpp"
#include "http/listener.hpp"

#include <linux/capability.h>

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace snapcron {
namespace {

constexpr std::uint16_t first_of_everybody = 1024;

/// Not a byte of the configuration is read as root: from here on we are this user, who may bind low
/// ports.
Result<void> become(std::string const& user) {
  auto const refused = [&](char const* what) {
    return Error{Fault::denied, std::string{what} + " for the user '" + user +
                                    "': " + std::generic_category().message(errno)};
  };
  errno = 0;
  passwd const* const entry = ::getpwnam(user.c_str());
  if (!entry) return Error{Fault::not_found, "there is no user '" + user + "'"};
  if (::prctl(PR_SET_KEEPCAPS, 1) != 0 || ::initgroups(user.c_str(), entry->pw_gid) != 0 ||
      ::setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) != 0 ||
      ::setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) != 0)
    return refused("cannot give up root's rights");
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct only[2]{};
  only[0].effective = only[0].permitted = 1u << CAP_NET_BIND_SERVICE;
  if (::syscall(SYS_capset, &header, only) != 0)
    return refused("cannot keep the right for low ports");
  return {};
}

}  // namespace

int open_port(std::string const& user, std::filesystem::path const& config) {
  if (auto const done = become(user); !done)
    return complain("snapcron", done.error().text, exit_code::failed);
  // What is wrong with the configuration, or with the port, the daemon will say.
  auto const loaded = load_site(config);
  if (!loaded.site || !loaded.site->http || loaded.site->http->port >= first_of_everybody)
    return exit_code::ok;
  if (auto const socket = http::open_tcp(*loaded.site->http, {}))
    notify_service_manager("FDSTORE=1\nFDNAME=port", *socket);
  return exit_code::ok;
}

}  // namespace snapcron
