// A two-way table of subjects and readers without replicates, and the moments of pairs.
#include "libqpcr/study/agreement/intraclass_correlation.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

void check_confidence(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence), "a number between 0 and 1");
}

Estimate make(double value, double lower, double upper) {
  Estimate estimate;
  estimate.value = value;
  estimate.interval = Interval{lower, upper};
  return estimate;
}

/// The forms whose F ratio is that of subjects over `error`: single and mean.
void add_ratio_forms(double subjects_square, double error, double n, double error_degrees, double k, double tail,
                     Estimate& single, Estimate& mean) {
  const double ratio = subjects_square / error;
  const double low = ratio / f_quantile(1.0 - tail, n - 1.0, error_degrees);
  const double high = ratio * f_quantile(1.0 - tail, error_degrees, n - 1.0);
  single = make((ratio - 1.0) / (ratio + k - 1.0), (low - 1.0) / (low + k - 1.0), (high - 1.0) / (high + k - 1.0));
  mean = make(1.0 - 1.0 / ratio, 1.0 - 1.0 / low, 1.0 - 1.0 / high);
}

void add_agreement(IntraclassCorrelations& result, double tail) {
  const auto n = static_cast<double>(result.subjects);
  const auto k = static_cast<double>(result.readers);
  const double b = result.between_subjects_square;
  const double j = result.between_readers_square;
  const double e = result.residual_square;
  const double single = (b - e) / (b + (k - 1.0) * e + k * (j - e) / n);
  const double f = j / e;
  const double inner = n * (1.0 + (k - 1.0) * single) - k * single;
  const double degrees = (k - 1.0) * (n - 1.0) * std::pow(k * single * f + inner, 2) /
                         ((n - 1.0) * k * k * single * single * f * f + inner * inner);
  const double other = k * j + (k * n - k - n) * e;
  const double f_low = f_quantile(1.0 - tail, n - 1.0, degrees);
  const double f_high = f_quantile(1.0 - tail, degrees, n - 1.0);
  const double low = n * (b - f_low * e) / (f_low * other + n * b);
  const double high = n * (f_high * b - e) / (other + n * f_high * b);
  result.single_agreement = make(single, low, high);
  const auto stepped = [&](double value) { return k * value / (1.0 + (k - 1.0) * value); };
  result.mean_agreement = make((b - e) / (b + (j - e) / n), stepped(low), stepped(high));
}

}  // namespace

IntraclassCorrelations estimate_intraclass_correlations(const std::vector<std::vector<double>>& values,
                                                        double confidence) {
  check_confidence(confidence);
  IntraclassCorrelations result;
  result.confidence = confidence;
  std::vector<std::vector<double>> complete;
  Exclusion gaps;
  gaps.reason = Message{"agreement_exclusion_not_rated_by_all", {}};
  for (const auto& subject : values) {
    if (subject.size() < 2 || subject.size() != values.front().size())
      refuse_request(ErrorCode::invalid_value, "readers", std::to_string(subject.size()),
                     "the same number for every subject, at least 2");
    if (std::any_of(subject.begin(), subject.end(), [](double value) { return std::isinf(value); }))
      refuse_request(ErrorCode::invalid_value, "value", "infinity", "a finite number, or a missing one");
    if (std::any_of(subject.begin(), subject.end(), [](double value) { return std::isnan(value); }))
      ++gaps.rows;
    else
      complete.push_back(subject);
  }
  if (gaps.rows > 0) result.exclusions.push_back(gaps);
  result.subjects = static_cast<long>(complete.size());
  result.readers = values.empty() ? 0 : static_cast<long>(values.front().size());
  const std::array<Estimate*, 6> forms{&result.single_one_way, &result.single_agreement, &result.single_consistency,
                                       &result.mean_one_way,   &result.mean_agreement,   &result.mean_consistency};
  if (result.subjects < 2) {
    for (Estimate* form : forms) *form = not_estimable("agreement_not_estimable_fewer_than_two_subjects");
    return result;
  }
  const auto n = static_cast<double>(result.subjects);
  const auto k = static_cast<double>(result.readers);
  std::vector<double> reader_mean(complete.front().size(), 0.0);
  double grand = 0.0;
  for (const auto& subject : complete) {
    for (std::size_t reader = 0; reader < subject.size(); ++reader) {
      reader_mean[reader] += subject[reader] / n;
      grand += subject[reader] / (n * k);
    }
  }
  double subjects = 0.0;
  double residual = 0.0;
  double within = 0.0;
  for (const auto& subject : complete) {
    double mean = 0.0;
    for (const double value : subject) mean += value / k;
    subjects += k * (mean - grand) * (mean - grand);
    for (std::size_t reader = 0; reader < subject.size(); ++reader) {
      within += std::pow(subject[reader] - mean, 2);
      residual += std::pow(subject[reader] - mean - reader_mean[reader] + grand, 2);
    }
  }
  double readers = 0.0;
  for (const double mean : reader_mean) readers += n * (mean - grand) * (mean - grand);
  result.between_subjects_square = subjects / (n - 1.0);
  result.between_readers_square = readers / (k - 1.0);
  result.residual_square = residual / ((n - 1.0) * (k - 1.0));
  result.within_subjects_square = within / (n * (k - 1.0));
  const double rounding = 1e-24 * grand * grand;
  if (!(result.residual_square > rounding && result.between_subjects_square > rounding)) {
    for (Estimate* form : forms) *form = not_estimable("agreement_not_estimable_no_residual_variation");
    return result;
  }
  const double tail = (1.0 - confidence) / 2.0;
  add_ratio_forms(result.between_subjects_square, result.within_subjects_square, n, n * (k - 1.0), k, tail,
                  result.single_one_way, result.mean_one_way);
  add_ratio_forms(result.between_subjects_square, result.residual_square, n, (n - 1.0) * (k - 1.0), k, tail,
                  result.single_consistency, result.mean_consistency);
  add_agreement(result, tail);
  return result;
}

ConcordanceCorrelation estimate_concordance(const std::vector<double>& x, const std::vector<double>& y,
                                            double confidence) {
  check_confidence(confidence);
  if (x.size() != y.size())
    refuse_request(ErrorCode::invalid_value, "y", std::to_string(y.size()),
                   "as many values as x has (" + std::to_string(x.size()) + ")");
  ConcordanceCorrelation result;
  result.pairs = static_cast<long>(x.size());
  const auto n = static_cast<double>(x.size());
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i]))
      refuse_request(ErrorCode::invalid_value, "value", "not finite", "finite numbers");
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x) / n;
    yy += (y[i] - mean_y) * (y[i] - mean_y) / n;
    xy += (x[i] - mean_x) * (y[i] - mean_y) / n;
  }
  if (x.size() < 2 || !(xx > 0.0 && yy > 0.0)) {
    result.concordance = not_estimable(x.size() < 2 ? "agreement_not_estimable_fewer_than_two_pairs"
                                                    : "agreement_not_estimable_values_all_equal");
    result.precision = result.accuracy = result.concordance;
    return result;
  }
  const double r = std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
  const double shift = (mean_x - mean_y) * (mean_x - mean_y);
  const double c = 2.0 * xy / (xx + yy + shift);
  result.concordance.value = c;
  result.precision.value = r;
  result.accuracy.value = 2.0 * std::sqrt(xx) * std::sqrt(yy) / (xx + yy + shift);
  const double unexplained = 1.0 - c * c;
  if (x.size() < 3 || r == 0.0 || !(unexplained > 1e-15)) {
    result.concordance.why_absent = Message{"agreement_interval_not_estimable_no_residual_variation", {}};
    return result;
  }
  const double u = shift / (std::sqrt(xx) * std::sqrt(yy));
  const double variance = ((1.0 - r * r) * c * c / (unexplained * r * r) +
                           2.0 * std::pow(c, 3) * (1.0 - c) * u / (r * unexplained * unexplained) -
                           std::pow(c, 4) * u * u / (2.0 * r * r * unexplained * unexplained)) /
                          (n - 2.0);
  const double error = std::sqrt(std::max(0.0, variance));
  const double z = normal_upper_quantile((1.0 - confidence) / 2.0);
  result.concordance.standard_error = error * unexplained;
  result.concordance.interval = Interval{std::tanh(std::atanh(c) - z * error), std::tanh(std::atanh(c) + z * error)};
  return result;
}

}  // namespace qpcr
