// Developer's tool: writes the simulated data sets of validation_data (argument: that folder) as the library draws them
// now.
#include <exception>
#include <filesystem>
#include <iostream>

#include "libqpcr/core/file.hpp"
#include "libqpcr/simulate/shipped.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: regenerate_validation_data FOLDER\n";
    return 2;
  }
  try {
    for (const qpcr::ShippedDataset& dataset : qpcr::shipped_datasets()) {
      const std::filesystem::path folder = std::filesystem::path(argv[1]) / dataset.name;
      std::filesystem::remove_all(folder);
      qpcr::OutputFiles output(folder);
      for (const qpcr::OutputFile& file : dataset.files) output.add(file.path, file.bytes);
      output.commit();
      std::cout << folder.string() << "\n";
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
