// Imprecision of a qualitative test near its cut-off: C5, C50 and C95 and the rates of candidates around C50.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/study/detection/dose_response.hpp"

namespace qpcr {

struct QualitativeImprecisionOptions {
  BinomialLink link = BinomialLink::probit;
  DoseScale scale = DoseScale::linear;  ///< candidates may be given relative to the cut-off, below 0 too
  Dispersion dispersion = Dispersion::none;
  double confidence = 0.95;
  /// Half the zone around C50 that C5–C95 shall lie within, of C50 (CLSI EP12-A2 tests C50 ± 20 %). Empty, or C50 not
  /// above 0: not judged.
  std::optional<double> zone = 0.2;

  /// @throws Error invalid_option.
  void validate() const;
};

/// A candidate as it was measured.
struct CandidateRate {
  HitRow row;
  double rate = 0.0;
  Interval wilson;
  std::optional<double> fitted;

  bool operator==(const CandidateRate&) const = default;
};

struct QualitativeImprecision {
  QualitativeImprecisionOptions options;
  DoseResponse curve;
  DoseAtTarget c5;
  DoseAtTarget c50;
  DoseAtTarget c95;
  std::optional<double> width;           ///< C95 − C5
  std::optional<double> relative_width;  ///< of C50, where that is above 0
  /// Shares of positives that the curve gives at C50·(1 ∓ zone): repeated results there agree in at least 95 % when
  /// the first is at most 5 % and the second at least 95 %.
  std::optional<double> rate_below;
  std::optional<double> rate_above;
  std::optional<bool> within_zone;  ///< C5 and C95 both inside C50 ± zone
  std::vector<CandidateRate> candidates;
};

/// CLSI EP12: the concentrations at which 5 %, 50 % and 95 % of results are positive, by a curve through the rates of
/// the candidates. @throws Error invalid_option, invalid_value as fit_dose_response().
QualitativeImprecision estimate_qualitative_imprecision(const std::vector<HitRow>& rows,
                                                        const QualitativeImprecisionOptions& options);

}  // namespace qpcr
