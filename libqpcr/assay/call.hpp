// The decision for one sample, from Cq values and covariates alone: no curves, no plate.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/assay/logic.hpp"
#include "libqpcr/assay/run_context.hpp"

namespace qpcr {

/// One target in one well.
struct CqObservation {
  CqStatus status = CqStatus::not_measured;
  std::optional<double> cq_cycles;  ///< set exactly when status is found
  std::optional<double> standard_error_cycles = std::nullopt;

  bool operator==(const CqObservation&) const = default;
};

/// One well of a sample: the targets of one tube.
struct ReplicateObservation {
  std::string well;  ///< label, for messages
  std::string tube = "1";
  std::map<std::string, CqObservation> targets;  ///< by identifier; a target that is absent was not measured

  bool operator==(const ReplicateObservation&) const = default;
};

/// What a covariate table says of one sample.
struct CovariateValue {
  std::string text;                ///< as written
  std::string category;            ///< of a category
  ValueRange range;                ///< of a number, in its unit; "<0.8" is bounded below by the definition's minimum
  bool out_of_range = false;       ///< beyond the definition's range, where that makes the sample invalid
  std::optional<double> age_days;  ///< between its date and the sample's; absent where the table gives no dates
  bool lot_expired = false;        ///< of a lot: past its date on the day of the run, or unknown to the run sheet

  bool operator==(const CovariateValue&) const = default;
};

struct SampleObservation {
  std::string sample;
  std::vector<ReplicateObservation> replicates;
  std::map<std::string, CovariateValue> covariates;  ///< by identifier; one that is absent is missing
};

/// How the rules see one observation of a target.
struct TargetReading {
  bool detected = false;      ///< a Cq no later than the target's maximum
  bool not_detected = false;  ///< no amplification, or a Cq later than the maximum; neither: the reaction says nothing
  bool imputed = false;
  bool late = false;  ///< not detected because its Cq is later than the maximum
  /// The Cq that enters the rules: measured, or imputed. Absent for censored, excluded and failed observations.
  std::optional<double> used_cq_cycles;
};

/// Applies maximum and not-detected policy. fit_failed, excluded and not_measured are neither detected nor not
/// detected.
TargetReading read_target(const AssayDefinition& definition, const AssayTarget& target,
                          const CqObservation& observation);

/// True when an observation satisfies a limit. An observation that says nothing (failed fit, excluded, not measured)
/// satisfies none, not even "not detected".
bool satisfies(const AssayDefinition& definition, const CqLimit& limit, const CqObservation& observation);

/// The same of an observation that was read already.
bool satisfies(const CqLimit& limit, const TargetReading& reading, const CqObservation& observation);

/// The limit in words: control_expects_at_most {target, limit} …
Message describe_limit(const CqLimit& limit);
/// The limit as a sign and numbers: "≤ 28", "22–32", "–" for not detected.
std::string render_limit(const CqLimit& limit);
/// What was seen: cq_found {target, cq}, cq_none {target, status}.
Message describe_observation(const AssayDefinition& definition, const std::string& target,
                             const CqObservation& observation);

/// Calls one sample by the rules of a definition, as if its run were valid. Rules, values and reasons are filled;
/// `wells` is not. Three-valued: positive when every completion of what is unknown is positive, negative likewise; else
/// invalid when an operand that is needed is invalid, else indeterminate. `depends_on_imputed_cq` is set where the
/// outcome changes once every imputed Cq is taken as unknown; `needs_review` also where it changes once imputed Cqs are
/// only known to be later than that.
/// @throws Error assay_refused (require_runnable); invalid_value for a covariate outside its range, where the
/// definition refuses that, or with an unknown code.
SampleCall call_sample(const AssayDefinition& definition, const SampleObservation& sample,
                       const RunContext& context = {});

struct AssayProgram;
/// The same by a definition that was compiled once (program.hpp), for many samples and for released definitions.
SampleCall call_sample(const AssayProgram& program, const SampleObservation& sample, const RunContext& context = {});

/// Makes a call invalid because its run is, keeping what was computed. `reasons` go first.
void invalidate(SampleCall& call, const std::vector<Message>& reasons);

}  // namespace qpcr
