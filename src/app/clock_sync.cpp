#include "app/clock_sync.hpp"

#include <sys/timex.h>
#include <unistd.h>

namespace snapcron {

bool clock_is_synchronised() {
  timex state{};  // modes 0: only asks
  if (::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0) return true;
  return ::access("/run/systemd/timesync/synchronized", F_OK) == 0;
}

}  // namespace snapcron
