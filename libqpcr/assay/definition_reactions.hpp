// The parts of a definition that speak of reactions: targets, Cq, controls, validity, replicates, standard curves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/curve/cq.hpp"

namespace qpcr {

/// exogenous: a spike-in; endogenous: a human sequence that is present in every sample.
enum class InternalControlKind { exogenous, endogenous };
enum class NotDetectedPolicy { censor, impute, exclude, fail };
/// The scale a fixed threshold belongs to: fluorescence units of the instrument, or normalised by a passive reference
/// (Rn).
enum class SignalScale { fluorescence, normalised };
enum class LimitKind { not_detected, at_most, below, at_least, above, within, absent_or_above };
/// Who found the Cq: this library from the curve, or the instrument's software (its stated Cq is taken over).
enum class CqOrigin { computed, vendor };
/// Where the fluorescence threshold comes from: derived from the plate, written in the definition, or a calibration
/// record of the instrument, dye and reagent lot.
enum class ThresholdOrigin { plate, fixed, calibrated };
/// The least that a curve must be for its Cq to count.
enum class RequiredShape { any, amplified, typical };
/// What a curve means that has a Cq and fails the gate.
enum class GateFailure { not_detected, unreadable };
/// What a mixture of detected and not detected replicates means: bounded (the call is made where every value between
/// agrees), indeterminate, or invalid.
enum class DiscordancePolicy { bounded, indeterminate, invalid };

std::string_view to_string(InternalControlKind kind);
std::string_view to_string(NotDetectedPolicy policy);
std::string_view to_string(SignalScale scale);
std::string_view to_string(LimitKind kind);
std::string_view to_string(CqOrigin origin);
std::string_view to_string(ThresholdOrigin origin);
std::string_view to_string(RequiredShape shape);
std::string_view to_string(GateFailure failure);
std::string_view to_string(DiscordancePolicy policy);

/// What a target means that has no Cq, or one later than its maximum.
struct NotDetected {
  NotDetectedPolicy policy = NotDetectedPolicy::fail;
  /// impute: the Cq that stands in. censor: the Cq is later than this. Absent otherwise.
  std::optional<double> cycles;
  /// A reference of the same tube whose validity must hold for "not detected" to mean anything; empty for none.
  std::string paired_with;

  bool operator==(const NotDetected&) const = default;
};

struct AssayTarget {
  std::string id;
  std::vector<std::string> aliases;
  std::string accession;          ///< of the sequence or assay; empty where none is given
  std::string identifier_status;  ///< "withdrawn" …; empty: current
  std::string dye;
  std::vector<std::string> dye_aliases;  ///< other names of the same channel: VIC, HEX
  TargetRole role = TargetRole::target;
  std::optional<InternalControlKind> internal_control_kind;  ///< set exactly for internal controls
  std::string treatment = "none";           ///< of the template: none, bisulfite, digested, undigested, …
  std::string tube = "1";                   ///< targets of one tube share their wells
  std::optional<double> maximum_cq_cycles;  ///< a later Cq counts as not detected; absent: the last cycle
  /// Fluorescence above the baseline: the one used (fixed), or the nominal one that a calibration may move
  /// (calibrated).
  std::optional<double> threshold;
  std::optional<double> assigned_cq_cycles;     ///< of the calibrator material, for calibrated thresholds
  std::optional<double> minimum_rise;           ///< of the curve gate: fluorescence at the end above the baseline
  std::optional<double> maximum_spread_cycles;  ///< largest minus smallest Cq of the valid replicates
  std::optional<double> maximum_sd_cycles;      ///< standard deviation (n − 1) of the valid replicates
  NotDetected not_detected;
  std::string source;  ///< identifier of the citation of its numbers; empty: the definition's

  bool operator==(const AssayTarget&) const = default;
};

/// What a Cq must be. `lower` and `upper` are set as the kind needs them.
struct CqLimit {
  std::string target;
  LimitKind kind = LimitKind::not_detected;
  std::optional<double> lower;  ///< at_least, above, within, absent_or_above
  std::optional<double> upper;  ///< at_most, below, within

  bool operator==(const CqLimit&) const = default;
};

struct ControlDefinition {
  std::string id;
  ControlKind kind = ControlKind::no_template;
  std::vector<std::string> sample_names;  ///< compared without case; wells are also found by their role in the run
  std::vector<std::string> wells;  ///< "A1": where the control must lie; empty: anywhere. Elsewhere: the run is invalid
  int minimum_count = 1;           ///< wells
  /// Wells that must keep every limit; absent: all of them. The others are still shown as failed.
  std::optional<int> passing_count;
  std::vector<CqLimit> limits;
  bool monitored = false;  ///< followed from run to run (Levey–Jennings, Westgard)
  std::string source;

  bool operator==(const ControlDefinition&) const = default;
};

/// What makes a replicate valid; the exception lets the limit fail beside a strong target.
struct ValidityRule {
  std::string id;
  CqLimit limit;
  std::string exception_target;  ///< empty for none
  std::optional<double> exception_at_most;
  std::string source;

  bool operator==(const ValidityRule&) const = default;
};

/// A spike-in that comes later in a sample than in the run's negatives shows inhibition. Exogenous controls only.
struct InhibitionRule {
  std::string id;
  std::string target;   ///< an exogenous internal control
  std::string against;  ///< identifier of the control whose wells give the mean of the run
  /// Sample − mean of the run's wells; a larger shift is inhibition. At least one of the two is set.
  std::optional<double> maximum_shift_cycles;
  std::optional<double> maximum_shift_sd;  ///< in standard deviations of those wells; needs at least three
  std::string exception_target;            ///< as in ValidityRule
  std::optional<double> exception_at_most;
  std::string source;

  bool operator==(const InhibitionRule&) const = default;
};

struct ReplicatePlan {
  int count = 1;          ///< wells a sample and tube
  int minimum_valid = 1;  ///< fewer valid wells: the sample is invalid
  DiscordancePolicy discordance = DiscordancePolicy::bounded;
  /// Of three or more Cq values, one that lies farther than this from the median of the others is left out, named and
  /// reviewed. Absent: nothing is ever left out.
  std::optional<double> outlier_beyond_cycles;

  bool operator==(const ReplicatePlan&) const = default;
};

/// Cq = intercept + slope · log10(quantity): fixed, or fitted to the standards of each run.
struct StandardCurveDefinition {
  std::string id;
  std::string target;
  std::string unit;                 ///< UCUM, of the quantity: "{copies}", "[IU]"
  std::optional<double> slope;      ///< both set: a fixed curve; both absent: from the run's standards
  std::optional<double> intercept;  ///< Cq at quantity 1
  int minimum_levels = 4;           ///< distinct quantities among the standards, for a curve of the run
  std::optional<double> minimum_r;  ///< least absolute correlation
  std::optional<std::pair<double, double>> slope_window;
  std::optional<double> lower_limit;  ///< of quantification, in the unit; below it a value is only known to be below
  std::optional<double> upper_limit;  ///< the same above
  std::string source;

  bool operator==(const StandardCurveDefinition&) const = default;
};

struct CurveGate {
  RequiredShape shape = RequiredShape::any;
  GateFailure on_failure = GateFailure::unreadable;

  bool operator==(const CurveGate&) const = default;
};

/// When a calibration of the thresholds is accepted, and for how long.
struct ThresholdCalibrationPlan {
  std::string calibrator;             ///< control whose wells carry the assigned Cq
  std::string weak_positive;          ///< control with material independent of the calibrator
  double maximum_shift_factor = 1.0;  ///< a threshold stays within nominal/factor … nominal·factor
  double tolerance_cycles = 0.0;      ///< of the calibrator's mean Cq around its assigned Cq
  double bias_limit_cycles = 0.0;     ///< of the weak positive's ΔCq against its assigned one
  int minimum_wells = 3;
  int valid_days = 0;
  std::string source;

  bool operator==(const ThresholdCalibrationPlan&) const = default;
};

struct CqSettings {
  CqOptions options;  ///< without threshold: that belongs to the target
  int cycles = 0;     ///< the protocol's; a shorter curve cannot say "not detected"
  std::optional<SignalScale> signal;
  CqOrigin origin = CqOrigin::computed;
  ThresholdOrigin threshold_origin = ThresholdOrigin::plate;
  CurveGate gate;

  bool operator==(const CqSettings&) const = default;
};

}  // namespace qpcr
