// The standard curve of a run, from the wells of its standards.
#include <algorithm>
#include <cmath>
#include <set>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/control_wells.hpp"
#include "libqpcr/assay/well_cq.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/linear_fit.hpp"

namespace qpcr {
namespace {

/// "{copies}" and "copies", "[IU]" and "IU" are one unit in two spellings.
std::string plain_unit(std::string_view unit) {
  std::string plain;
  for (const char c : trim(unit)) {
    if (c != '{' && c != '}' && c != '[' && c != ']') plain += c;
  }
  return plain;
}

struct Standards {
  std::vector<double> log_quantities;
  std::vector<double> cqs;
  std::set<double> levels;
};

Message at_well(const char* id, const StandardCurveDefinition& curve, const MatchedWell& well) {
  return {id, {{"curve", curve.id}, {"target", curve.target}, {"well", well.well.label}}};
}

Standards collect(const RunData& run, const AssayDefinition& definition, const StandardCurveDefinition& curve,
                  const PlateMatch& match, const std::vector<WellResult>& rows, std::vector<Message>& problems,
                  std::vector<Message>& warnings) {
  Standards found;
  for (const MatchedWell& well : match.wells) {
    if (!well.control || definition.controls[*well.control].kind != ControlKind::standard) continue;
    const WellResult* row = find_row(rows, definition, well, curve.target);
    if (row == nullptr || row->cq.status == CqStatus::excluded) continue;
    const Measurement& seen = run.measurements[row->measurement];
    if (!seen.quantity || !std::isfinite(*seen.quantity) || !(*seen.quantity > 0)) {
      problems.push_back(at_well("standard_without_quantity", curve, well));
      continue;
    }
    if (plain_unit(seen.quantity_unit) != plain_unit(curve.unit)) {
      const std::string found_unit(trim(seen.quantity_unit));
      Message message = at_well(found_unit.empty() ? "standard_without_unit" : "standard_unit_differs", curve, well);
      if (!found_unit.empty()) message.values.emplace_back("found", found_unit);
      message.values.emplace_back("unit", curve.unit);
      problems.push_back(std::move(message));
      continue;
    }
    const CqObservation observation = to_observation(row->cq);
    if (!read_target(definition, *find_target(definition, curve.target), observation).detected) {
      warnings.push_back(at_well("standard_without_cq", curve, well));
      continue;
    }
    found.log_quantities.push_back(std::log10(*seen.quantity));
    found.cqs.push_back(*observation.cq_cycles);
    found.levels.insert(*seen.quantity);
  }
  return found;
}

}  // namespace

RunStandardCurve fit_standard_curve(const RunData& run, const AssayDefinition& definition,
                                    const StandardCurveDefinition& curve, const PlateMatch& match,
                                    const std::vector<WellResult>& rows, std::vector<Message>& warnings) {
  RunStandardCurve made;
  const Standards standards = collect(run, definition, curve, match, rows, made.problems, warnings);
  const int levels = static_cast<int>(standards.levels.size());
  const int needed = std::max(2, curve.minimum_levels);
  if (levels < needed) {
    made.problems.push_back(
        {"standard_levels_too_few",
         {{"curve", curve.id}, {"found", std::to_string(levels)}, {"needed", std::to_string(needed)}}});
  }
  if (levels < 2) return made;
  const LinearFit fit = fit_line(standards.log_quantities, standards.cqs);
  // r has the sign of the slope; its square is not defined where every Cq is the same.
  made.correlation = std::isfinite(fit.r_squared) ? std::copysign(std::sqrt(fit.r_squared), fit.slope) : 0.0;
  if (!(fit.slope < 0) ||
      (curve.slope_window && !(fit.slope >= curve.slope_window->first && fit.slope <= curve.slope_window->second))) {
    made.problems.push_back({"standard_slope_outside",
                             {{"curve", curve.id},
                              {"slope", format_fixed(fit.slope, 3)},
                              {"lower", curve.slope_window ? format_double(curve.slope_window->first) : "–"},
                              {"upper", curve.slope_window ? format_double(curve.slope_window->second) : "0"}}});
  }
  if (curve.minimum_r && !(std::abs(*made.correlation) >= *curve.minimum_r)) {
    made.problems.push_back({"standard_correlation_low",
                             {{"curve", curve.id},
                              {"found", format_fixed(std::abs(*made.correlation), 4)},
                              {"needed", format_double(*curve.minimum_r)}}});
  }
  if (made.problems.empty()) {
    made.slope = fit.slope;
    made.intercept = fit.intercept;
  }
  return made;
}

}  // namespace qpcr
