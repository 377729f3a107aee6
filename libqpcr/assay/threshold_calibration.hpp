// Calibration of fluorescence thresholds: a record for an instrument, its dyes and a reagent lot.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/definition.hpp"
#include "libqpcr/core/provenance.hpp"

namespace qpcr {

/// How a threshold was found: where the calibrator reads its assigned Cq, k standard deviations of blanks above their
/// baseline, or a number given.
enum class ThresholdMethod { calibrator_anchored, blank_deviations, fixed };

std::string_view to_string(ThresholdMethod method);
std::optional<ThresholdMethod> parse_threshold_method(std::string_view text);

struct CalibratedThreshold {
  std::string target;
  std::string dye;
  double threshold = 0.0;         ///< fluorescence above the baseline, on the scale of the definition
  double nominal = 0.0;           ///< of the definition
  double dye_gain = 1.0;          ///< threshold / nominal
  double log_linear_lower = 0.0;  ///< window of fluorescence in which every calibration curve is log-linear
  double log_linear_upper = 0.0;
  int wells = 0;  ///< curves it rests on
  std::optional<double> calibrator_mean_cq_cycles;
  std::optional<double> calibrator_sd_cycles;
  /// Of the baseline windows of the calibrator's curves: the earliest first and the latest last cycle.
  std::optional<double> baseline_first_cycle;
  std::optional<double> baseline_last_cycle;
  std::optional<double> blank_sd;  ///< of the blanks' readings about their baseline; method blank_deviations only

  bool operator==(const CalibratedThreshold&) const = default;
};

/// What the weak positive reads at the new thresholds: a ΔCq of the definition, or the Cq of a target that has none.
struct WeakPositiveBias {
  std::string value;             ///< identifier of the ΔCq, or of the target
  std::string target;            ///< whose threshold it judges
  int wells = 0;                 ///< wells of the target
  double measured_cycles = 0.0;  ///< mean over the wells
  double assigned_cycles = 0.0;  ///< from the middle of the limits of the weak positive control
  double bias_cycles = 0.0;      ///< measured − assigned

  bool operator==(const WeakPositiveBias&) const = default;
};

/// Immutable once written; `identity` is the SHA-256 of its canonical content.
struct ThresholdCalibration {
  std::string name;
  std::string assay_id;
  std::string assay_sha256;
  std::string instrument_serial;
  std::string reagent_lot;
  ThresholdMethod method = ThresholdMethod::calibrator_anchored;
  std::string date;    ///< ISO 8601, of the calibration runs
  std::string expiry;  ///< ISO 8601, the last day
  std::string operator_name;
  std::string approver;  ///< another person
  bool simulated = false;
  bool accepted = false;                            ///< every check below passed
  std::vector<Message> findings;                    ///< what failed, or is near its limit
  std::optional<double> weak_positive_bias_cycles;  ///< largest ΔCq bias over targets, by magnitude
  std::vector<CalibratedThreshold> thresholds;
  std::vector<SourceFile> sources;
  std::string library_version;
  std::string identity;
  bool signature_verified = false;     ///< set when it was read with a trusted signature
  std::optional<double> blank_factor;  ///< k of method blank_deviations
  BaselineOptions baseline;            ///< of the definition: method, and the window where it names one
  std::string colour_matrix = "none";  ///< that was applied to the curves; the instrument's own is not seen here
  std::vector<WeakPositiveBias> weak_positive;

  bool operator==(const ThresholdCalibration&) const = default;
};

/// The record that holds for a run, or why none does.
struct CalibrationChoice {
  const ThresholdCalibration* record = nullptr;
  std::vector<Message> problems;  ///< none accepted, expired, unsigned, another lot …; empty when the record is valid
};

/// The accepted record of the assay, instrument and lot on a day: the latest of those that are valid. A record that
/// exists and is not valid (expired, not accepted, unsigned, of another version of the definition) is still given,
/// with its problems: for research only. A simulated record always has a problem. So has a valid one that a later
/// calibration of the same instrument and lot, made by that day and refused, puts in doubt.
/// `date` is an ISO 8601 date, what follows a 'T' is not looked at; without one no record is valid.
CalibrationChoice find_threshold_calibration(const std::vector<ThresholdCalibration>& records,
                                             const AssayDefinition& definition, std::string_view instrument_serial,
                                             std::string_view reagent_lot, std::string_view date);

const CalibratedThreshold* find_threshold(const ThresholdCalibration& record, std::string_view target);

}  // namespace qpcr
