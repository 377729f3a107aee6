// C5, C50 and C95 from the curve of positives.
#include "libqpcr/study/detection/qualitative_imprecision.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

void QualitativeImprecisionOptions::validate() const {
  check_fraction("confidence", confidence);
  if (zone) check_fraction("zone", *zone);
}

QualitativeImprecision estimate_qualitative_imprecision(const std::vector<HitRow>& rows,
                                                        const QualitativeImprecisionOptions& options) {
  options.validate();
  DoseResponseOptions curve;
  curve.link = options.link;
  curve.scale = options.scale;
  curve.dispersion = options.dispersion;
  curve.confidence = options.confidence;
  curve.targets = {0.05, 0.5, 0.95};
  QualitativeImprecision found;
  found.options = options;
  found.curve = fit_dose_response(rows, curve);
  found.c5 = found.curve.doses[0];
  found.c50 = found.curve.doses[1];
  found.c95 = found.curve.doses[2];
  const auto rate_at = [&](double dose) {
    const double x = options.scale == DoseScale::log10 ? std::log10(dose) : dose;
    return inverse_link(options.link, found.curve.intercept + found.curve.slope * x);
  };
  for (const HitRow& row : rows) {
    if (row.tested == 0) continue;
    CandidateRate candidate;
    candidate.row = row;
    candidate.rate = static_cast<double>(row.positive) / static_cast<double>(row.tested);
    candidate.wilson = wilson_interval(row.positive, row.tested, options.confidence);
    if (!found.curve.why_absent && (options.scale == DoseScale::linear || row.dose > 0.0))
      candidate.fitted = rate_at(row.dose);
    found.candidates.push_back(candidate);
  }
  if (!found.c5.delta.value || !found.c50.delta.value || !found.c95.delta.value) return found;
  const double low = *found.c5.delta.value;
  const double middle = *found.c50.delta.value;
  const double high = *found.c95.delta.value;
  found.width = high - low;
  if (!(middle > 0.0)) return found;
  found.relative_width = *found.width / middle;
  if (!options.zone) return found;
  found.rate_below = rate_at(middle * (1.0 - *options.zone));
  found.rate_above = rate_at(middle * (1.0 + *options.zone));
  found.within_zone = low >= middle * (1.0 - *options.zone) && high <= middle * (1.0 + *options.zone);
  return found;
}

}  // namespace qpcr
