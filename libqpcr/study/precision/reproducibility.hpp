// Reproducibility over sites, lots, days and runs: the sums of components that a dossier names.
#pragma once

#include <optional>
#include <span>

#include "libqpcr/study/precision/variance_components.hpp"

namespace qpcr {

/// Where each value was measured. Lots cross sites; days are within a site and lot, runs within a day.
struct ReproducibilityFactors {
  std::optional<PrecisionFactor> site;
  std::optional<PrecisionFactor> lot;
  std::optional<PrecisionFactor> day;
  std::optional<PrecisionFactor> run;
};

struct ReproducibilityResult {
  VarianceFormula formula;
  VarianceComponentsResult components;
  VarianceComponent repeatability;      ///< the error alone
  VarianceComponent within_laboratory;  ///< with runs and days
  VarianceComponent reproducibility;    ///< with lots and sites too
};

/// `(site + lot)/day/run` of the factors given.
/// @throws Error invalid_option when no factor is given, and as estimate_variance_components().
ReproducibilityResult estimate_reproducibility(std::span<const double> values, const ReproducibilityFactors& factors,
                                               const VarianceComponentsOptions& options);

}  // namespace qpcr
