// Composes the model of a reproducibility study and picks its named sums.
#include "libqpcr/study/precision/reproducibility.hpp"

#include "libqpcr/core/error.hpp"

namespace qpcr {

ReproducibilityResult estimate_reproducibility(std::span<const double> values, const ReproducibilityFactors& factors,
                                               const VarianceComponentsOptions& options) {
  ReproducibilityResult result;
  result.formula.response = "value";
  std::vector<PrecisionFactor> used;
  std::vector<std::string> within;
  for (const auto* factor : {&factors.site, &factors.lot}) {
    if (!*factor) continue;
    used.push_back(**factor);
    within.push_back((*factor)->name);
    result.formula.terms.push_back({(*factor)->name});
  }
  const std::size_t upper = result.formula.terms.size();
  for (const auto* factor : {&factors.day, &factors.run}) {
    if (!*factor) continue;
    used.push_back(**factor);
    within.push_back((*factor)->name);
    result.formula.terms.push_back(within);
  }
  if (used.empty()) {
    ErrorContext context;
    context.field = "factors";
    context.found = "none";
    context.expected = "at least one of site, lot, day, run";
    throw Error(ErrorCode::invalid_option, context);
  }
  result.components = estimate_variance_components(values, used, result.formula, options);
  const std::vector<VarianceComponent>& sums = result.components.sums;
  result.repeatability = sums.front();
  result.within_laboratory = sums[result.formula.terms.size() - upper];
  result.reproducibility = sums.back();
  return result;
}

}  // namespace qpcr
