// The data sets of validation_data that are simulated, each as the files of its folder.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/simulate/output_files.hpp"

namespace qpcr {

struct ShippedDataset {
  std::string name;               ///< folder below validation_data
  std::vector<OutputFile> files;  ///< README.md and SHA256SUMS among them, and nothing else stands in the folder
};

/// Draws them all: `demo_methylation_plate` and its noise-free twin `demo_methylation_noise_free`, the same for
/// demo-rna, and `demo_trial`. A test compares the bytes with the folders; tests/support/regenerate_validation_data.cpp
/// writes them.
std::vector<ShippedDataset> shipped_datasets();

}  // namespace qpcr
