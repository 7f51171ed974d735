#pragma once

namespace snapcron {

int snapcron_main(int argc, char** argv);

}  // namespace snapcron
