// Agreement of two readers on categories: Cohen's kappa, weighted and not, and Bowker's test of symmetry.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// How much a disagreement by d of k − 1 steps counts as agreement.
enum class KappaWeights {
  unweighted,  ///< nothing
  linear,      ///< 1 − d/(k − 1) (Cicchetti & Allison)
  quadratic,   ///< 1 − (d/(k − 1))² (Fleiss & Cohen 1973, 10.1177/001316447303300309)
};

/// Standard error of kappa. The full one is that of Fleiss, Cohen and Everitt 1969 (10.1037/h0028106).
enum class KappaError {
  full,    ///< large-sample variance of the estimate (DescTools, vcd)
  simple,  ///< √(pₒ(1 − pₒ)/n)/(1 − pₑ), Cohen 1960; for weights as in full
};

std::string_view to_string(KappaWeights weights);

struct CohenKappaOptions {
  KappaWeights weights = KappaWeights::unweighted;
  KappaError error = KappaError::full;
  double confidence = 0.95;

  /// @throws Error invalid_option unless 0 < confidence < 1.
  void validate() const;
};

struct CohenKappa {
  std::string_view weights;
  double confidence = 0.95;
  long subjects = 0;
  Estimate kappa;
  Estimate observed_agreement;          ///< unweighted share, Wilson interval
  Estimate expected_agreement;          ///< by chance, unweighted
  std::optional<double> largest_kappa;  ///< possible with these margins, unweighted
  /// Bowker 1948 (10.1080/01621459.1948.10483284): pairs of cells that are both empty do not count.
  std::optional<double> bowker_statistic;
  long bowker_degrees = 0;
  std::optional<double> bowker_p_value;
};

/// Counts by rows (first reader) and columns (second), row by row.
/// @throws Error invalid_value unless categories ≥ 2, the counts are categories² and none is negative; invalid_option.
CohenKappa estimate_cohen_kappa(const std::vector<long>& counts, std::size_t categories,
                                const CohenKappaOptions& options = {});

}  // namespace qpcr
