// Puts variance components into estimates and tables.
#include "libqpcr/study/precision/precision_results.hpp"

#include <algorithm>

namespace qpcr {
namespace {

using Numbers = std::vector<std::optional<double>>;

Estimate with_limits(Estimate estimate, const std::optional<Interval>& interval, const ComponentIntervals& limits) {
  if (!estimate.value) return estimate;
  estimate.interval = interval;
  estimate.why_absent = interval ? std::nullopt : limits.why_absent;
  return estimate;
}

ResultTable make_component_table(const VarianceComponentsResult& found) {
  std::vector<const VarianceComponent*> rows{&found.total};
  for (const VarianceComponent& component : found.components) rows.push_back(&component);
  std::vector<std::string> names;
  Numbers degrees, sums, squares, variances, unbounded, percents, sds, cvs;
  for (const VarianceComponent* row : rows) {
    names.push_back(row->name);
    degrees.push_back(row->degrees_of_freedom);
    sums.push_back(row->sum_of_squares);
    squares.push_back(row->mean_square);
    variances.push_back(row->variance.value);
    unbounded.push_back(row->unbounded);
    percents.push_back(row->percent);
    sds.push_back(row->sd.value);
    cvs.push_back(row->cv.value);
  }
  return {"components",
          {{"component", names},
           {"degrees_of_freedom", degrees},
           {"sum_of_squares", sums},
           {"mean_square", squares},
           {"variance", variances},
           {"variance_unbounded", unbounded},
           {"percent_of_total", percents},
           {"sd", sds},
           {"cv_percent", cvs}}};
}

ResultTable make_limit_table(const VarianceComponentsResult& found) {
  std::vector<std::string> names, kinds, sides;
  Numbers limits[6];
  const auto add = [&](const VarianceComponent& row, const char* kind, const char* side,
                       const ComponentIntervals& intervals) {
    names.push_back(row.name);
    kinds.emplace_back(kind);
    sides.emplace_back(side);
    std::size_t column = 0;
    for (const auto* one : {&intervals.variance, &intervals.sd, &intervals.cv}) {
      limits[column++].push_back(*one ? std::optional((*one)->lower) : std::nullopt);
      limits[column++].push_back(*one ? std::optional((*one)->upper) : std::nullopt);
    }
  };
  std::vector<const VarianceComponent*> rows{&found.total};
  for (const VarianceComponent& component : found.components) rows.push_back(&component);
  for (const VarianceComponent* row : rows) {
    add(*row, "wald", "two_sided", row->wald.two_sided);
    add(*row, "wald", "one_sided", row->wald.one_sided);
    add(*row, "satterthwaite", "two_sided", row->satterthwaite.two_sided);
    add(*row, "satterthwaite", "one_sided", row->satterthwaite.one_sided);
  }
  return {"limits",
          {{"component", names},
           {"kind", kinds},
           {"sides", sides},
           {"variance_lower", limits[0]},
           {"variance_upper", limits[1]},
           {"sd_lower", limits[2]},
           {"sd_upper", limits[3]},
           {"cv_lower", limits[4]},
           {"cv_upper", limits[5]}}};
}

}  // namespace

std::vector<Exclusion> list_exclusions(const DataTable& table, const std::vector<std::size_t>& rows,
                                       std::string reason) {
  if (rows.empty()) return {};
  Exclusion exclusion{{std::move(reason), {}}, static_cast<long>(rows.size()), {}};
  constexpr std::size_t shown = 100;
  for (std::size_t i = 0; i < std::min(shown, rows.size()); ++i) exclusion.lines.push_back(table.line(rows[i]));
  return {exclusion};
}

void add_component(EvaluationResult& result, const VarianceComponent& component, const std::string& stratum) {
  for (const bool wald : {true, false}) {
    const ComponentIntervals& limits = (wald ? component.wald : component.satterthwaite).two_sided;
    const std::string method = wald ? "wald" : "satterthwaite";
    result.estimates.push_back(
        {"variance", with_limits(component.variance, limits.variance, limits), method, stratum, {}});
    result.estimates.push_back({"sd", with_limits(component.sd, limits.sd, limits), method, stratum, {}});
    result.estimates.push_back({"cv", with_limits(component.cv, limits.cv, limits), method, stratum, "%"});
  }
}

void add_components(EvaluationResult& result, const VarianceComponentsResult& found) {
  result.method = found.method;
  result.confidence = found.confidence;
  Estimate mean;
  mean.value = found.mean;
  result.estimates.push_back({"mean", mean, {}, {}, {}});
  for (const VarianceComponent& component : found.components)
    add_component(result, component, "component=" + component.name);
  for (std::size_t i = 1; i + 1 < found.sums.size(); ++i)
    add_component(result, found.sums[i], "sum=" + found.sums[i].name);
  add_component(result, found.total, "component=total");
  result.warnings.insert(result.warnings.end(), found.warnings.begin(), found.warnings.end());
  if (found.components.size() > 1) result.warnings.push_back({"precision_upper_limits_differ", {}});
  result.tables.push_back(make_component_table(found));
  result.tables.push_back(make_limit_table(found));
}

}  // namespace qpcr
