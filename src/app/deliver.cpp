#include "app/commands.hpp"
#include "upload/worker.hpp"

#include <csignal>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace snapcron {

int run_deliver() {
  ::prctl(PR_SET_NAME, "snapcron-upload");
  // Without the daemon nobody would write down how an upload ended.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlimit const no_core{0, 0};  // passwords are in it
  ::setrlimit(RLIMIT_CORE, &no_core);
  int const code = run_upload_worker(STDIN_FILENO, STDOUT_FILENO);
  if (code == exit_code::ok) return code;
  return complain("snapcron", "deliver: what came is not an upload; only `snapcron run` starts it",
                  exit_code::failed);
}

}  // namespace snapcron
