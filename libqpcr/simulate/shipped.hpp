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

/// Calls on noisy plates against their truth, as a test measures them with the shipped definition of the panel through
/// RDML. The READMEs state these numbers, and the test compares them with its own.
struct MeasuredCalls {
  SimulatedPanel panel = SimulatedPanel::demo_methylation;
  double artefact_rate = 0;
  std::uint64_t first_seed = 0;
  std::uint64_t last_seed = 0;
  int samples_per_class = 0;  ///< cases and controls on each plate
  int clear_cut = 0;          ///< samples whose call follows from their template
  int wrong = 0;              ///< called positive or negative, and that is not their call
  int undecided = 0;          ///< indeterminate or invalid

  bool operator==(const MeasuredCalls&) const = default;
};

const std::vector<MeasuredCalls>& measured_calls();

}  // namespace qpcr
