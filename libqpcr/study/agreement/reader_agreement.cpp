// Pairs of readers that agree, against what their shares of categories would give.
#include "libqpcr/study/agreement/reader_agreement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/distributions.hpp"

namespace qpcr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Ratings = std::vector<std::vector<double>>;

std::vector<double> list_categories(const Ratings& ratings) {
  std::vector<double> categories;
  for (const auto& subject : ratings) {
    for (const double rating : subject) {
      if (!std::isnan(rating)) categories.push_back(rating);
    }
  }
  std::sort(categories.begin(), categories.end());
  categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
  return categories;
}

std::size_t find_category(const std::vector<double>& categories, double rating) {
  return static_cast<std::size_t>(std::lower_bound(categories.begin(), categories.end(), rating) - categories.begin());
}

/// Both kappas' parts of ratings without a gap.
struct KappaParts {
  double observed = nan;
  double fleiss = nan;
  double conger = nan;
  double fleiss_null_error = nan;
};

KappaParts form_kappas(const Ratings& ratings) {
  KappaParts parts;
  if (ratings.empty()) return parts;
  const std::vector<double> categories = list_categories(ratings);
  const std::size_t readers = ratings.front().size();
  const auto n = static_cast<double>(ratings.size());
  const auto m = static_cast<double>(readers);
  std::vector<std::vector<double>> share(readers, std::vector<double>(categories.size(), 0.0));
  double agreeing = 0.0;
  for (const auto& subject : ratings) {
    std::vector<double> count(categories.size(), 0.0);
    for (std::size_t reader = 0; reader < readers; ++reader) {
      const std::size_t category = find_category(categories, subject[reader]);
      count[category] += 1.0;
      share[reader][category] += 1.0 / n;
    }
    for (const double c : count) agreeing += c * (c - 1.0);
  }
  parts.observed = agreeing / (n * m * (m - 1.0));
  double squares = 0.0;
  double skew = 0.0;
  double spread = 0.0;
  for (std::size_t category = 0; category < categories.size(); ++category) {
    double mean = 0.0;
    double own = 0.0;
    for (std::size_t reader = 0; reader < readers; ++reader) {
      mean += share[reader][category] / m;
      own += share[reader][category] * share[reader][category];
    }
    squares += mean * mean;
    skew += mean * (1.0 - mean) * (1.0 - 2.0 * mean);
    spread += own - m * mean * mean;
  }
  if (categories.size() < 2) return parts;
  const double chance = squares - spread / (m * (m - 1.0));
  parts.fleiss = (parts.observed - squares) / (1.0 - squares);
  if (chance < 1.0) parts.conger = (parts.observed - chance) / (1.0 - chance);
  const double variance = (1.0 - squares) * (1.0 - squares) - skew;
  parts.fleiss_null_error = std::sqrt(2.0 * variance) / ((1.0 - squares) * std::sqrt(n * m * (m - 1.0)));
  return parts;
}

double form_alpha(const Ratings& ratings, RatingScale scale) {
  const std::vector<double> categories = list_categories(ratings);
  const std::size_t k = categories.size();
  std::vector<double> coincidence(k * k, 0.0);
  std::vector<double> total(k, 0.0);
  double all = 0.0;
  for (const auto& subject : ratings) {
    std::vector<double> count(k, 0.0);
    double rated = 0.0;
    for (const double rating : subject) {
      if (std::isnan(rating)) continue;
      count[find_category(categories, rating)] += 1.0;
      rated += 1.0;
    }
    if (rated < 2.0) continue;
    all += rated;
    for (std::size_t c = 0; c < k; ++c) {
      total[c] += count[c];
      for (std::size_t d = 0; d < k; ++d)
        coincidence[c * k + d] += count[c] * (c == d ? count[c] - 1.0 : count[d]) / (rated - 1.0);
    }
  }
  const auto distance = [&](std::size_t c, std::size_t d) {
    if (scale == RatingScale::nominal) return c == d ? 0.0 : 1.0;
    if (scale == RatingScale::interval) return std::pow(categories[c] - categories[d], 2);
    double between = -(total[c] + total[d]) / 2.0;
    for (std::size_t g = std::min(c, d); g <= std::max(c, d); ++g) between += total[g];
    return c == d ? 0.0 : between * between;
  };
  double observed = 0.0;
  double expected = 0.0;
  for (std::size_t c = 0; c < k; ++c) {
    for (std::size_t d = 0; d < k; ++d) {
      observed += coincidence[c * k + d] * distance(c, d);
      expected += total[c] * total[d] * distance(c, d);
    }
  }
  return expected > 0.0 ? 1.0 - (all - 1.0) * observed / expected : nan;
}

Estimate jackknife(const Ratings& ratings, double confidence, const std::function<double(const Ratings&)>& statistic) {
  const double whole = statistic(ratings);
  if (std::isnan(whole)) return not_estimable("agreement_not_estimable_one_category");
  Estimate estimate;
  estimate.value = whole;
  const auto n = static_cast<double>(ratings.size());
  std::vector<double> left_out;
  for (std::size_t out = 0; out < ratings.size() && ratings.size() > 1; ++out) {
    Ratings rest = ratings;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(out));
    left_out.push_back(statistic(rest));
  }
  if (left_out.empty() || std::any_of(left_out.begin(), left_out.end(), [](double one) { return std::isnan(one); })) {
    estimate.why_absent = Message{"agreement_interval_not_estimable_hangs_on_one_subject", {}};
    return estimate;
  }
  double mean = 0.0;
  for (const double one : left_out) mean += one / n;
  double squares = 0.0;
  for (const double one : left_out) squares += (one - mean) * (one - mean);
  const double error = std::sqrt((n - 1.0) / n * squares);
  const double t = student_t_upper_quantile((1.0 - confidence) / 2.0, n - 1.0);
  estimate.standard_error = error;
  estimate.interval = Interval{std::max(-1.0, whole - t * error), std::min(1.0, whole + t * error)};
  return estimate;
}

}  // namespace

std::string_view to_string(RatingScale scale) {
  constexpr std::array<std::string_view, 3> names{"nominal", "ordinal", "interval"};
  return names[static_cast<std::size_t>(scale)];
}

void ReaderAgreementOptions::validate() const {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_request(ErrorCode::invalid_option, "confidence", format_double(confidence), "a number between 0 and 1");
}

ReaderAgreement estimate_reader_agreement(const Ratings& ratings, const ReaderAgreementOptions& options) {
  options.validate();
  ReaderAgreement result;
  result.confidence = options.confidence;
  Ratings complete;
  Ratings paired;
  Exclusion gaps;
  gaps.reason = Message{"agreement_exclusion_not_rated_by_all", {}};
  for (const auto& subject : ratings) {
    if (subject.size() < 2 || subject.size() != ratings.front().size())
      refuse_request(ErrorCode::invalid_value, "readers", std::to_string(subject.size()),
                     "the same number for every subject, at least 2");
    long rated = 0;
    for (const double rating : subject) {
      if (std::isinf(rating))
        refuse_request(ErrorCode::invalid_value, "rating", "infinity", "a finite number, or a missing one");
      rated += std::isnan(rating) ? 0 : 1;
    }
    if (rated == static_cast<long>(subject.size()))
      complete.push_back(subject);
    else
      ++gaps.rows;
    if (rated >= 2) paired.push_back(subject);
  }
  if (gaps.rows > 0) result.exclusions.push_back(gaps);
  result.readers = ratings.empty() ? 0 : static_cast<long>(ratings.front().size());
  result.subjects = static_cast<long>(complete.size());
  result.alpha_subjects = static_cast<long>(paired.size());
  const Estimate nobody = not_estimable("not_estimable_no_subjects");
  result.observed = result.fleiss_kappa = result.conger_kappa = result.krippendorff_alpha = nobody;
  if (!complete.empty()) {
    const KappaParts whole = form_kappas(complete);
    const auto of = [&](double KappaParts::*part) {
      return jackknife(complete, options.confidence, [part](const Ratings& some) { return form_kappas(some).*part; });
    };
    result.observed = of(&KappaParts::observed);
    result.fleiss_kappa = of(&KappaParts::fleiss);
    result.conger_kappa = of(&KappaParts::conger);
    if (whole.fleiss_null_error > 0.0)
      result.fleiss_p_value = 2.0 * normal_upper_tail(std::abs(whole.fleiss) / whole.fleiss_null_error);
  }
  if (!paired.empty())
    result.krippendorff_alpha =
        jackknife(paired, options.confidence, [&](const Ratings& some) { return form_alpha(some, options.scale); });
  return result;
}

}  // namespace qpcr
