// Simulated data as files: instrument runs, truth tables, checksums.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/simulate/plate.hpp"

namespace qpcr {

/// A file that is to be written; the path is relative, with '/'.
struct OutputFile {
  std::string path;
  std::string bytes;

  bool operator==(const OutputFile&) const = default;
};

/// `kind,where,detail`.
std::string render_defects_csv(const std::vector<PlantedDefect>& defects);

/// The plate as `run.rdml` (multicomponent), `cfx/…` (baseline-subtracted), `covariates.csv` (demo-methylation only),
/// and its truth: `truth_samples.csv`, `truth_reactions.csv`, `truth_defects.csv`.
std::vector<OutputFile> render_plate_files(const SimulatedPlate& plate);

/// `SHA256SUMS` of the files, in the form and with the sorting of `sha256sum *`; check with `sha256sum -c`.
OutputFile render_checksums(const std::vector<OutputFile>& files);

/// A whole number of hundredths as decimal text; an empty cell for a missing number.
std::string to_cell(const std::optional<double>& value, int decimals);

}  // namespace qpcr
