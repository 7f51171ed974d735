#include "app/snapshot_main.hpp"

int main(int argc, char** argv) {
  return snapcron::snapshot_main(argc, argv);
}
