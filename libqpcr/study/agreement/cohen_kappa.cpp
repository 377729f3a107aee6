// Weighted agreement against that expected from the margins.
#include "libqpcr/study/agreement/cohen_kappa.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

double weigh(std::size_t i, std::size_t j, std::size_t categories, KappaWeights weights) {
  if (weights == KappaWeights::unweighted) return i == j ? 1.0 : 0.0;
  const double step = std::abs(static_cast<double>(i) - static_cast<double>(j)) / static_cast<double>(categories - 1);
  return weights == KappaWeights::linear ? 1.0 - step : 1.0 - step * step;
}

void add_symmetry(CohenKappa& result, const std::vector<long>& counts, std::size_t k) {
  double statistic = 0.0;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = i + 1; j < k; ++j) {
      const auto upper = static_cast<double>(counts[i * k + j]);
      const auto lower = static_cast<double>(counts[j * k + i]);
      if (upper + lower == 0.0) continue;
      statistic += (upper - lower) * (upper - lower) / (upper + lower);
      ++result.bowker_degrees;
    }
  }
  if (result.bowker_degrees == 0) return;
  result.bowker_statistic = statistic;
  result.bowker_p_value = chi_square_upper_tail(statistic, static_cast<double>(result.bowker_degrees));
}

}  // namespace

std::string_view to_string(KappaWeights weights) {
  constexpr std::array<std::string_view, 3> names{"unweighted", "linear", "quadratic"};
  return names[static_cast<std::size_t>(weights)];
}

void CohenKappaOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence), "a number between 0 and 1");
}

CohenKappa estimate_cohen_kappa(const std::vector<long>& counts, std::size_t k, const CohenKappaOptions& options) {
  options.validate();
  if (k < 2 || counts.size() != k * k)
    refuse_request(ErrorCode::invalid_value, "counts", std::to_string(counts.size()),
                   "the square of the number of categories, at least 2");
  CohenKappa result;
  result.weights = to_string(options.weights);
  result.confidence = options.confidence;
  for (const long count : counts) {
    if (count < 0) refuse_request(ErrorCode::invalid_value, "counts", std::to_string(count), "counts of at least 0");
    result.subjects += count;
  }
  if (result.subjects == 0) {
    result.kappa = result.observed_agreement = result.expected_agreement = not_estimable("not_estimable_no_subjects");
    return result;
  }
  const auto n = static_cast<double>(result.subjects);
  std::vector<double> row(k, 0.0);
  std::vector<double> column(k, 0.0);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      row[i] += static_cast<double>(counts[i * k + j]) / n;
      column[j] += static_cast<double>(counts[i * k + j]) / n;
    }
  }
  const auto w = [&](std::size_t i, std::size_t j) { return weigh(i, j, k, options.weights); };
  double observed = 0.0;
  double expected = 0.0;
  double chance = 0.0;
  double possible = 0.0;
  long agreed = 0;
  std::vector<double> row_weight(k, 0.0);
  std::vector<double> column_weight(k, 0.0);
  for (std::size_t i = 0; i < k; ++i) {
    agreed += counts[i * k + i];
    chance += row[i] * column[i];
    possible += std::min(row[i], column[i]);
    for (std::size_t j = 0; j < k; ++j) {
      observed += w(i, j) * static_cast<double>(counts[i * k + j]) / n;
      expected += w(i, j) * row[i] * column[j];
      row_weight[i] += w(i, j) * column[j];
      column_weight[j] += w(i, j) * row[i];
    }
  }
  result.observed_agreement.value = static_cast<double>(agreed) / n;
  result.observed_agreement.interval = wilson_interval(agreed, result.subjects, options.confidence);
  result.expected_agreement.value = chance;
  add_symmetry(result, counts, k);
  const bool one_category = std::any_of(row.begin(), row.end(), [](double share) { return share == 1.0; }) &&
                            std::any_of(column.begin(), column.end(), [](double share) { return share == 1.0; });
  if (one_category && agreed == result.subjects) {
    result.kappa = not_estimable("not_estimable_no_variation");
    return result;
  }
  result.largest_kappa = (possible - chance) / (1.0 - chance);
  // Shares need not sum to exactly 1; no kappa is above it.
  const double kappa = std::min(1.0, (observed - expected) / (1.0 - expected));
  double variance = 0.0;
  if (options.error == KappaError::simple && options.weights == KappaWeights::unweighted) {
    variance = observed * (1.0 - observed) / (n * (1.0 - expected) * (1.0 - expected));
  } else {
    double spread = 0.0;
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) {
        const double off = w(i, j) - (row_weight[i] + column_weight[j]) * (1.0 - kappa);
        spread += static_cast<double>(counts[i * k + j]) / n * off * off;
      }
    }
    const double centre = kappa - expected * (1.0 - kappa);
    variance = (spread - centre * centre) / (n * (1.0 - expected) * (1.0 - expected));
  }
  const double error = std::sqrt(std::max(0.0, variance));
  const double z = normal_upper_quantile((1.0 - options.confidence) / 2.0);
  result.kappa.value = kappa;
  result.kappa.standard_error = error;
  result.kappa.interval = Interval{std::max(-1.0, kappa - z * error), std::min(1.0, kappa + z * error)};
  return result;
}

}  // namespace qpcr
