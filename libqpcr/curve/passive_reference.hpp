// Reporter signal divided by the passive reference of its well: once, and only where both are signals of single dyes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr {

struct PassiveReferenceOptions {
  /// Median of the reference below this part of the median over the plate's wells (or of `usual_level`): weak.
  double smallest_level_fraction = 0.3;
  /// Range of the reference over the cycles, smoothed by medians of three, in units of its median: varying.
  double largest_range_fraction = 0.3;
  /// Level of the reference that the assay's wells have, pinned with the assay; a well's result then does not depend on
  /// its neighbours. Absent: normalise_run() takes the median over the run's wells, a single curve is not judged.
  std::optional<double> usual_level;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const PassiveReferenceOptions&) const = default;
};

enum class PassiveReferenceStatus {
  normalised,
  weak,                ///< normalised, but the reference is weak: bubble, low volume, no dye
  varying,             ///< normalised, but the reference changes over the cycles: evaporation, bubble, wrong dye
  already_normalised,  ///< the reporter is Rn or ΔRn already: nothing is divided twice
  wrong_kind,          ///< reporter or reference is no single dye with its baseline: raw filters, subtracted, unknown
  missing_reference,   ///< no reference in this well, or none with these cycles
  not_positive,        ///< the reference's median is zero or below: there is nothing to divide by
};

std::string_view to_string(PassiveReferenceStatus status);

struct NormalisedCurve {
  PassiveReferenceStatus status = PassiveReferenceStatus::missing_reference;
  /// Kind normalised, with the reporter's cycles. Empty unless status is normalised, weak or varying. A reading is NaN
  /// where either is missing or the reference is not above zero.
  AmplificationCurve curve;
  std::optional<double> reference_level;           ///< median of the reference
  std::optional<double> reference_range_fraction;  ///< as in the options
  Message reason;                                  ///< empty where the status is normalised
};

/// Rn of one well: multicomponent by multicomponent, or background-subtracted by background-subtracted.
/// @throws Error invalid_option, invalid_value (arrays of unequal length).
/// Against the Rn of the instrument's own software: within 1.5e-7 (docs/methods/colour.md).
NormalisedCurve normalise_by_passive_reference(CurveView reporter, CurveView reference,
                                               const PassiveReferenceOptions& options);

struct NormalisedMeasurement {
  std::size_t measurement = 0;  ///< index into the run's measurements
  NormalisedCurve result;
};

/// Rn of every measurement with a target, in the run's order. A measurement that has a normalised curve from the
/// instrument has the status already_normalised.
/// @throws Error invalid_option; missing_column when the run names no passive reference.
std::vector<NormalisedMeasurement> normalise_run(const Run& run, const PassiveReferenceOptions& options);

}  // namespace qpcr
