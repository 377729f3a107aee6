// A program outside the project: reads a plate through the installed package and prints how many curves it holds.
#include <iostream>

#include "instruments/registry.hpp"
#include "libqpcr/core/version.hpp"

int main(int argc, char** argv) {
  std::size_t curves = 0;
  for (int i = 1; i < argc; ++i) {
    for (const qpcr::Run& run : qpcr::load_runs({argv[i]})) curves += run->measurements.size();
  }
  std::cout << qpcr::library_version << ' ' << curves << '\n';
}
