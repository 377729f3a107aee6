// Runs Catch2; a run of reference tests without the reference data ends with 77, which ctest reports as skipped.
#define CATCH_CONFIG_RUNNER
#include <cstdlib>
#include <iostream>

#include <catch2/catch.hpp>

int main(int argc, char** argv) {
  if (std::getenv("QPCR_TEST_NEEDS_REFERENCE") != nullptr) {
    const char* folder = std::getenv("QPCR_REFERENCE_DATA");
    if (folder == nullptr || *folder == '\0') {
      std::cout << "skipped: QPCR_REFERENCE_DATA names no folder\n";
      return 77;
    }
  }
  return Catch::Session().run(argc, argv);
}
