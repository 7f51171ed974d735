#pragma once

namespace snapcron {

int snapshot_main(int argc, char** argv);

}  // namespace snapcron
