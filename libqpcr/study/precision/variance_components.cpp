// Variance components with their degrees of freedom and intervals.
#include "libqpcr/study/precision/variance_components.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/variance_components.hpp"

namespace qpcr {
namespace {

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// The values used and the levels of each term among them.
struct Design {
  std::vector<double> values;
  std::vector<RandomTerm> terms;
  std::vector<std::string> names;
  std::vector<std::size_t> excluded;
};

Design gather_design(std::span<const double> values, const std::vector<PrecisionFactor>& factors,
                     const VarianceFormula& formula) {
  std::vector<const PrecisionFactor*> used;
  std::vector<std::vector<const PrecisionFactor*>> terms;
  for (const std::vector<std::string>& term : formula.terms) {
    terms.emplace_back();
    for (const std::string& name : term) {
      const auto found =
          std::find_if(factors.begin(), factors.end(), [&](const PrecisionFactor& one) { return one.name == name; });
      if (found == factors.end()) {
        std::vector<std::string> names;
        for (const PrecisionFactor& factor : factors) names.push_back(factor.name);
        refuse_request(ErrorCode::invalid_option, "formula", name,
                       fmt::format("factors among {}", fmt::join(names, ", ")));
      }
      if (found->level.size() != values.size())
        refuse_request(ErrorCode::invalid_value, name, fmt::format("{} levels", found->level.size()),
                       fmt::format("{} as there are values", values.size()));
      terms.back().push_back(&*found);
      used.push_back(&*found);
    }
  }
  Design design;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (std::isinf(values[row])) refuse_request(ErrorCode::invalid_value, "value", "infinite", "finite values");
    const bool placed =
        std::all_of(used.begin(), used.end(), [&](const auto* factor) { return factor->level[row] >= 0; });
    if (std::isnan(values[row]) || !placed) {
      design.excluded.push_back(row);
    } else {
      rows.push_back(row);
      design.values.push_back(values[row]);
    }
  }
  for (const std::vector<const PrecisionFactor*>& term : terms) {
    PrecisionFactor combined = keep_rows(combine_factors(term), rows);
    design.names.push_back(combined.name);
    design.terms.push_back({std::move(combined.level), static_cast<int>(combined.labels.size())});
  }
  return design;
}

/// Limits of the root and of the coefficient of variation from those of the variance.
ComponentIntervals derive_intervals(std::optional<Interval> variance, double mean, const std::string& why) {
  ComponentIntervals made;
  if (!variance) {
    made.why_absent = Message{why, {}};
    return made;
  }
  made.variance = variance;
  made.sd = Interval{std::sqrt(variance->lower), std::sqrt(variance->upper)};
  if (mean > 0.0) made.cv = Interval{100.0 * made.sd->lower / mean, 100.0 * made.sd->upper / mean};
  return made;
}

constexpr auto too_few_degrees = "not_estimable_few_degrees_of_freedom";
constexpr auto component_is_zero = "interval_not_estimable_component_zero";

ComponentLimits derive_chi_square_limits(double variance, double degrees, double mean, double confidence) {
  const auto at = [&](double level) {
    if (!(variance > 0.0)) return derive_intervals(std::nullopt, mean, component_is_zero);
    return derive_intervals(variance_interval(variance, degrees, level), mean, too_few_degrees);
  };
  return {at(confidence), at(2.0 * confidence - 1.0)};
}

ComponentLimits derive_normal_limits(double variance, double error, double mean, double confidence) {
  const auto at = [&](double tail) {
    if (!(variance > 0.0)) return derive_intervals(std::nullopt, mean, component_is_zero);
    const double reach = normal_upper_quantile(tail) * error;
    return derive_intervals(Interval{std::max(0.0, variance - reach), variance + reach}, mean, {});
  };
  return {at((1.0 - confidence) / 2.0), at(1.0 - confidence)};
}

/// What the figures of a component are made of.
struct Found {
  std::string name;
  double variance = 0.0;
  double error = 0.0;    ///< standard error of the variance
  double degrees = 0.0;  ///< Satterthwaite's
  bool chi_square = false;
};

VarianceComponent make_component(const Found& found, double total, double mean, double confidence) {
  VarianceComponent made;
  made.name = found.name;
  made.variance.value = found.variance;
  made.variance.standard_error = found.error;
  made.sd.value = std::sqrt(found.variance);
  made.cv = mean > 0.0 ? make_estimate(100.0 * *made.sd.value / mean, "not_estimable_cv_mean_not_positive")
                       : not_estimable("not_estimable_cv_mean_not_positive");
  if (total > 0.0) made.percent = 100.0 * found.variance / total;
  // A confidence of one half or less has no two-sided counterpart of its one-sided limits.
  made.satterthwaite = derive_chi_square_limits(found.variance, found.degrees, mean, confidence);
  made.wald =
      found.chi_square ? made.satterthwaite : derive_normal_limits(found.variance, found.error, mean, confidence);
  made.variance.interval = made.wald.two_sided.variance;
  made.sd.interval = made.wald.two_sided.sd;
  if (made.cv.value) made.cv.interval = made.wald.two_sided.cv;
  for (Estimate* one : {&made.variance, &made.sd, &made.cv})
    if (one->value && !one->interval) one->why_absent = made.wald.two_sided.why_absent;
  return made;
}

std::string describe(ComponentFault fault) {
  switch (fault) {
    case ComponentFault::no_error_degrees:
      return "not_estimable_no_replicates";
    case ComponentFault::confounded_term:
      return "not_estimable_confounded_term";
    default:
      return "not_estimable_no_variation_of_values";
  }
}

VarianceComponent make_absent(std::string name, const Message& why) {
  VarianceComponent made;
  made.name = std::move(name);
  made.variance = made.sd = made.cv = not_estimable(why);
  for (ComponentLimits* limits : {&made.wald, &made.satterthwaite})
    limits->two_sided.why_absent = limits->one_sided.why_absent = why;
  return made;
}

/// Sums of the components from each one to the error; the last is the total.
std::string name_sum(const std::vector<std::string>& names, std::size_t from) {
  if (from == 0 && names.size() > 1) return "total";
  return fmt::format("{}", fmt::join(names.begin() + static_cast<std::ptrdiff_t>(from), names.end(), "+"));
}

void add_absent(VarianceComponentsResult& result, const std::vector<std::string>& names, ComponentFault fault,
                std::size_t term) {
  Message why{describe(fault), {}};
  if (fault == ComponentFault::confounded_term) why.values.emplace_back("term", names[term]);
  for (const std::string& name : names) result.components.push_back(make_absent(name, why));
  for (std::size_t from = names.size(); from-- > 0;) result.sums.push_back(make_absent(name_sum(names, from), why));
  result.total = make_absent("total", why);
}

/// Components, sums and total. `component_degrees` and `sum_degrees` are Satterthwaite's of each, by first component.
void add_components(VarianceComponentsResult& result, const std::vector<std::string>& names,
                    const Eigen::VectorXd& variances, const Eigen::MatrixXd& covariance,
                    const std::vector<double>& component_degrees, const std::vector<double>& sum_degrees) {
  const double total = variances.sum();
  const std::size_t last = names.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const double error = std::sqrt(std::max(0.0, covariance(index(i), index(i))));
    result.components.push_back(make_component({names[i], variances[index(i)], error, component_degrees[i], i == last},
                                               total, result.mean, result.confidence));
  }
  for (std::size_t from = last + 1; from-- > 0;) {
    const Eigen::Index size = index(last + 1 - from);
    const double error = std::sqrt(std::max(0.0, covariance.bottomRightCorner(size, size).sum()));
    VarianceComponent sum =
        make_component({name_sum(names, from), variances.tail(size).sum(), error, sum_degrees[from], true}, total,
                       result.mean, result.confidence);
    sum.degrees_of_freedom = sum_degrees[from];
    result.sums.push_back(std::move(sum));
  }
  result.total = result.sums.back();
  result.total.name = "total";
}

void add_anova(VarianceComponentsResult& result, const RandomModel& model, const std::vector<std::string>& names,
               ComponentCovarianceKind covariance) {
  const AnovaFit fit = estimate_anova_components(model, covariance == ComponentCovarianceKind::giesbrecht_burns
                                                            ? ComponentCovariance::giesbrecht_burns
                                                            : ComponentCovariance::searle_casella_mcculloch);
  if (!fit.components) {
    add_absent(result, names, fit.fault, fit.term);
  } else {
    const AnovaComponents& found = *fit.components;
    std::vector<double> each;
    std::vector<double> sums;
    for (std::size_t i = 0; i < names.size(); ++i) {
      each.push_back(derive_component_degrees(found, i));
      sums.push_back(derive_sum_degrees(found, i));
    }
    add_components(result, names, found.variances, found.covariance, each, sums);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    VarianceComponent& component = result.components[i];
    const double degrees = fit.sums.degrees_of_freedom[index(i)];
    component.degrees_of_freedom = degrees;
    component.sum_of_squares = fit.sums.sum_of_squares[index(i)];
    if (degrees > 0.0) component.mean_square = *component.sum_of_squares / degrees;
    if (!fit.components) continue;
    component.unbounded = fit.components->unbounded[index(i)];
    if (*component.unbounded < 0.0)
      result.warnings.push_back({"precision_negative_component",
                                 {{"component", names[i]}, {"value", fmt::format("{:.6g}", *component.unbounded)}}});
  }
}

void add_reml(VarianceComponentsResult& result, const RandomModel& model, const std::vector<std::string>& names) {
  const RemlFit fit = fit_reml(model);
  if (fit.fault != ComponentFault::none) {
    add_absent(result, names, fit.fault, fit.term);
    return;
  }
  if (!fit.converged) result.warnings.push_back({"precision_reml_not_converged", {}});
  result.minus_two_log_likelihood = fit.minus_two_log;
  const std::size_t count = names.size();
  std::vector<double> each;
  std::vector<double> sums;
  for (std::size_t i = 0; i < count; ++i) {
    const double variance = fit.variances[index(i)];
    const double own = fit.covariance(index(i), index(i));
    each.push_back(own > 0.0 ? 2.0 * variance * variance / own : 0.0);
    const Eigen::Index size = index(count - i);
    const double sum = fit.variances.tail(size).sum();
    sums.push_back(2.0 * sum * sum / fit.covariance.bottomRightCorner(size, size).sum());
    if (variance > 0.0) continue;
    result.warnings.push_back({"precision_component_at_zero", {{"component", names[i]}}});
  }
  add_components(result, names, fit.variances, fit.covariance, each, sums);
  for (std::size_t i = 0; i < count; ++i)
    if (each[i] > 0.0) result.components[i].degrees_of_freedom = each[i];
}

}  // namespace

void VarianceComponentsOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", fmt::format("{}", confidence), "a number between 0 and 1");
}

std::optional<Interval> variance_interval(double variance, double degrees_of_freedom, double confidence) {
  if (!(degrees_of_freedom > 0.0) || !(confidence > 0.0)) return std::nullopt;
  const double tail = (1.0 - confidence) / 2.0;
  const double scaled = variance * degrees_of_freedom;
  const Interval limits{scaled / chi_square_quantile(1.0 - tail, degrees_of_freedom),
                        scaled / chi_square_quantile(tail, degrees_of_freedom)};
  if (!(limits.lower <= variance && limits.upper >= variance) || !std::isfinite(limits.upper)) return std::nullopt;
  return limits;
}

VarianceComponentsResult estimate_variance_components(std::span<const double> values,
                                                      const std::vector<PrecisionFactor>& factors,
                                                      const VarianceFormula& formula,
                                                      const VarianceComponentsOptions& options) {
  options.validate();
  Design design = gather_design(values, factors, formula);
  const auto model = make_random_model(design.values, design.terms);
  VarianceComponentsResult result;
  result.confidence = options.confidence;
  result.values = static_cast<long>(design.values.size());
  result.mean = model->mean();
  result.excluded = std::move(design.excluded);
  std::vector<std::string> names = std::move(design.names);
  names.emplace_back("error");
  if (options.method == ComponentMethod::anova) {
    result.method = "anova_type_1";
    add_anova(result, *model, names, options.covariance);
  } else {
    result.method = "reml";
    add_reml(result, *model, names);
  }
  return result;
}

}  // namespace qpcr
