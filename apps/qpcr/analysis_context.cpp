// Reads what stands beside the runs of an analysis.
#include "apps/qpcr/analysis_context.hpp"

#include <filesystem>

#include "apps/common/clock.hpp"
#include "apps/common/console.hpp"
#include "libqpcr/assay/threshold_record.hpp"
#include "libqpcr/seal/signature.hpp"
#include "libqpcr/seal/trust_list.hpp"

namespace qpcr::apps {
namespace {

std::string beside(const std::string& path) { return path + ".signature.json"; }

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

void add_context_options(CLI::App& command, ContextOptions& options) {
  command.add_option("--run-sheet", options.run_sheet, "run sheet (TOML): instrument, lots and their expiry");
  command.add_option("--thresholds", options.thresholds, "calibration records of fluorescence thresholds (JSON)");
  command.add_option("--trust", options.trust, "list of trusted keys (TOML); without it no signature counts");
  command.add_option("--signature", options.signature, "signature of the definition; else ASSAY.signature.json");
}

AnalysisContext read_context(const ContextOptions& options, const std::string& assay_path,
                             const AssayDefinition& definition) {
  AnalysisContext context;
  context.today = utc_today();
  if (!options.run_sheet.empty()) context.sheet = read_run_sheet(options.run_sheet);
  TrustList trust;
  if (!options.trust.empty()) trust = read_trust_list(options.trust);
  for (const std::string& path : options.thresholds) {
    ThresholdCalibration record = read_threshold_calibration(path);
    if (!options.trust.empty() && is_there(beside(path))) {
      const Signature signature = read_signature(beside(path));
      verify(signature, record.identity, KeyPurpose::calibration, trust, false, context.today);
      record = mark_signed(std::move(record), signature, trust);
    }
    context.calibrations.push_back(std::move(record));
  }
  const std::string signature = options.signature.empty() ? beside(assay_path) : options.signature;
  if (!options.signature.empty() && options.trust.empty())
    refuse_option("--signature", options.signature, "--trust with the list of trusted keys beside it");
  if (!options.trust.empty() && (is_there(signature) || !options.signature.empty())) {
    const Signature read = read_signature(signature);
    context.proof = verify_release(definition, read, trust);
    verify(read, context.proof->definition_sha256, KeyPurpose::release, trust, false, context.today);
  }
  return context;
}

}  // namespace qpcr::apps
