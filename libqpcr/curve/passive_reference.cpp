// What may be divided by what, and when the divisor is to be doubted.
#include "libqpcr/curve/passive_reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/readings.hpp"
#include "libqpcr/math/robust.hpp"

namespace qpcr {
namespace {

bool is_divisible(CurveKind kind) {
  return kind == CurveKind::multicomponent || kind == CurveKind::background_subtracted;
}

/// Largest minus smallest running median of three, over the median.
double find_range_fraction(const std::vector<double>& readings, double level) {
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
  for (std::size_t i = 0; i + 3 <= readings.size(); ++i) {
    const double middle = std::max(std::min(readings[i], readings[i + 1]),
                                   std::min(std::max(readings[i], readings[i + 1]), readings[i + 2]));
    low = std::min(low, middle);
    high = std::max(high, middle);
  }
  return low <= high ? (high - low) / level : 0.0;
}

Message describe(const char* id, double value, double limit) {
  return {id, {{"value", format_fixed(100.0 * value, 1)}, {"limit", format_fixed(100.0 * limit, 1)}}};
}

void refuse(const char* field, double found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = format_double(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

}  // namespace

void PassiveReferenceOptions::validate() const {
  if (!(smallest_level_fraction >= 0.0 && smallest_level_fraction < 1.0))
    refuse("smallest_level_fraction", smallest_level_fraction, "at least 0 and less than 1");
  if (!(largest_range_fraction > 0.0)) refuse("largest_range_fraction", largest_range_fraction, "more than 0");
  if (usual_level && !(*usual_level > 0.0)) refuse("usual_level", *usual_level, "more than 0");
}

std::string_view to_string(PassiveReferenceStatus status) {
  switch (status) {
    case PassiveReferenceStatus::normalised:
      return "normalised";
    case PassiveReferenceStatus::weak:
      return "weak";
    case PassiveReferenceStatus::varying:
      return "varying";
    case PassiveReferenceStatus::already_normalised:
      return "already_normalised";
    case PassiveReferenceStatus::wrong_kind:
      return "wrong_kind";
    case PassiveReferenceStatus::missing_reference:
      return "missing_reference";
    case PassiveReferenceStatus::not_positive:
      return "not_positive";
  }
  return "missing_reference";
}

NormalisedCurve normalise_by_passive_reference(CurveView reporter, CurveView reference,
                                               const PassiveReferenceOptions& options) {
  options.validate();
  check_lengths(reporter);
  check_lengths(reference);
  NormalisedCurve result;
  if (reporter.kind == CurveKind::normalised || reporter.kind == CurveKind::baseline_subtracted) {
    // ΔRn and subtracted RFU cannot be told apart by their numbers; neither may be divided.
    result.status = reporter.kind == CurveKind::normalised ? PassiveReferenceStatus::already_normalised
                                                           : PassiveReferenceStatus::wrong_kind;
    result.reason = Message{"curve_reference_not_divided", {{"kind", std::string(to_string(reporter.kind))}}};
    return result;
  }
  if (!is_divisible(reporter.kind) || reference.kind != reporter.kind) {
    result.status = PassiveReferenceStatus::wrong_kind;
    const CurveKind kind = is_divisible(reporter.kind) ? reference.kind : reporter.kind;
    result.reason = Message{"curve_reference_not_divided", {{"kind", std::string(to_string(kind))}}};
    return result;
  }
  if (reference.cycles.empty() ||
      !std::equal(reporter.cycles.begin(), reporter.cycles.end(), reference.cycles.begin(), reference.cycles.end())) {
    result.reason = Message{"curve_reference_missing", {}};
    return result;
  }
  std::vector<double> present;
  for (const double value : reference.fluorescence) {
    if (std::isfinite(value)) present.push_back(value);
  }
  if (present.empty()) {
    result.reason = Message{"curve_reference_missing", {}};
    return result;
  }
  const double level = median(present);
  result.reference_level = level;
  if (!(level > 0.0)) {
    result.status = PassiveReferenceStatus::not_positive;
    result.reason = Message{"curve_reference_not_positive", {}};
    return result;
  }
  result.reference_range_fraction = find_range_fraction(present, level);
  result.curve.kind = CurveKind::normalised;
  result.curve.cycles.assign(reporter.cycles.begin(), reporter.cycles.end());
  for (std::size_t i = 0; i < reporter.fluorescence.size(); ++i) {
    const double ratio = reporter.fluorescence[i] / reference.fluorescence[i];
    const bool known = reference.fluorescence[i] > 0.0 && std::isfinite(ratio);
    result.curve.fluorescence.push_back(known ? ratio : std::numeric_limits<double>::quiet_NaN());
  }
  const double level_fraction = options.usual_level ? level / *options.usual_level : 1.0;
  if (level_fraction < options.smallest_level_fraction) {
    result.status = PassiveReferenceStatus::weak;
    result.reason = describe("curve_reference_weak", level_fraction, options.smallest_level_fraction);
  } else if (*result.reference_range_fraction > options.largest_range_fraction) {
    result.status = PassiveReferenceStatus::varying;
    result.reason =
        describe("curve_reference_varying", *result.reference_range_fraction, options.largest_range_fraction);
  } else {
    result.status = PassiveReferenceStatus::normalised;
  }
  return result;
}

std::vector<NormalisedMeasurement> normalise_run(const Run& run, const PassiveReferenceOptions& options) {
  options.validate();
  if (run->passive_reference_dye.empty()) {
    ErrorContext context;
    if (!run->provenance.sources.empty()) context.path = run->provenance.sources.front().name;
    context.problem = "the run names no passive reference dye";
    throw Error(ErrorCode::missing_column, context);
  }
  std::map<std::string_view, const Measurement*> references;
  std::vector<double> levels;
  for (const Measurement& measurement : run->measurements) {
    if (measurement.dye != run->passive_reference_dye || !measurement.target.empty()) continue;
    references.emplace(measurement.well.label, &measurement);
    for (const CurveKind kind : {CurveKind::multicomponent, CurveKind::background_subtracted}) {
      const AmplificationCurve* curve = find_curve(measurement, kind);
      if (curve == nullptr || measurement.excluded) continue;
      const double level = median(curve->fluorescence);
      if (std::isfinite(level)) levels.push_back(level);
      break;
    }
  }
  PassiveReferenceOptions own = options;
  if (!own.usual_level && !levels.empty()) {
    const double usual = median(levels);
    if (usual > 0.0) own.usual_level = usual;
  }
  std::vector<NormalisedMeasurement> results;
  for (std::size_t i = 0; i < run->measurements.size(); ++i) {
    const Measurement& measurement = run->measurements[i];
    if (measurement.target.empty() || measurement.amplification.empty()) continue;
    NormalisedMeasurement& entry = results.emplace_back();
    entry.measurement = i;
    const auto found = references.find(measurement.well.label);
    const Measurement* reference = found == references.end() ? nullptr : found->second;
    const AmplificationCurve* reporter = find_curve(measurement, CurveKind::normalised);
    for (const CurveKind kind : {CurveKind::multicomponent, CurveKind::background_subtracted}) {
      if (reporter == nullptr) reporter = find_curve(measurement, kind);
    }
    if (reporter == nullptr) reporter = &measurement.amplification.front();
    const AmplificationCurve* divisor = reference == nullptr ? nullptr : find_curve(*reference, reporter->kind);
    CurveView view;
    view.kind = reporter->kind;
    if (divisor != nullptr) view = to_view(*divisor);
    entry.result = normalise_by_passive_reference(to_view(*reporter), view, own);
  }
  return results;
}

}  // namespace qpcr
