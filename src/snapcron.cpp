#include "app/snapcron_main.hpp"

int main(int argc, char** argv) {
  return snapcron::snapcron_main(argc, argv);
}
