// What stands beside the runs of an analysis on the command line: run sheet, threshold records, trusted keys,
// signature.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "libqpcr/assay/analysis.hpp"

namespace qpcr::apps {

struct ContextOptions {
  std::string run_sheet;
  std::vector<std::string> thresholds;  ///< calibration records; FILE.signature.json beside each is read where it is
  std::string trust;
  std::string signature;  ///< empty: ASSAY.signature.json where it is
};

/// --run-sheet, --thresholds, --trust and --signature.
void add_context_options(CLI::App& command, ContextOptions& options);

/// Reads and verifies what the options name. Without a list of trusted keys no signature counts.
/// @throws Error of reading, and integrity_failure for a signature that does not hold.
AnalysisContext read_context(const ContextOptions& options, const std::string& assay_path,
                             const AssayDefinition& definition);

}  // namespace qpcr::apps
