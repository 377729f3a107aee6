// The criteria as functions of a fourfold table.
#include "libqpcr/study/roc/cutoff_criterion.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/refusal.hpp"
#include "libqpcr/study/roc/roc_curve.hpp"

namespace qpcr {
namespace {

using Score = std::optional<CriterionScore>;

/// Everything of a point that criteria use.
struct Point {
  FourfoldTable table;
  double se = 0.0;
  double sp = 0.0;
  double p = 0.0;
  std::optional<double> ppv;
  std::optional<double> npv;
};

Score greatest(double value, double second = 0.0) { return CriterionScore{value, second, value}; }
Score least(double value, double second = 0.0) { return CriterionScore{-value, second, value}; }

Score reach(std::optional<double> reached, std::optional<double> level, std::optional<double> other) {
  if (!reached || !other || *reached < *level) return std::nullopt;
  return CriterionScore{*other, *reached, *reached};
}

Score approach(std::optional<double> value, std::optional<double> level, std::optional<double> other) {
  if (!value) return std::nullopt;
  return CriterionScore{-std::abs(*value - *level), other.value_or(0.0), *value};
}

double as_double(long count) { return static_cast<double>(count); }

Point make_point(const FourfoldTable& table, const CriterionOptions& options) {
  Point point{table, find_sensitivity(table), find_specificity(table), 0.0, std::nullopt, std::nullopt};
  point.p = options.prevalence.value_or(as_double(table.cases()) / as_double(table.total()));
  const double positive = point.p * point.se + (1.0 - point.p) * (1.0 - point.sp);
  const double negative = point.p * (1.0 - point.se) + (1.0 - point.p) * point.sp;
  if (table.test_positive() > 0) point.ppv = point.p * point.se / positive;
  if (table.test_negative() > 0) point.npv = (1.0 - point.p) * point.sp / negative;
  return point;
}

double find_odds_ratio(const FourfoldTable& table) {
  const auto cell = [](long count) { return count == 0 ? 0.5 : as_double(count); };
  return cell(table.true_positive) * cell(table.true_negative) /
         (cell(table.false_positive) * cell(table.false_negative));
}

Score score_odds_ratio(const FourfoldTable& table, ZeroCell zero_cell) {
  const bool has_zero =
      std::min({table.true_positive, table.false_positive, table.false_negative, table.true_negative}) == 0;
  if (has_zero && zero_cell == ZeroCell::excluded) return std::nullopt;
  return greatest(find_odds_ratio(table));
}

/// χ² with the correction of Yates, never more than the difference itself.
Score score_chi_square(const FourfoldTable& table) {
  if (table.test_positive() == 0 || table.test_negative() == 0) return std::nullopt;
  const double n = as_double(table.total());
  const double cross = std::abs(as_double(table.true_positive) * as_double(table.true_negative) -
                                as_double(table.false_positive) * as_double(table.false_negative));
  const double corrected = std::max(0.0, cross - n / 2.0);
  const double chi_square = n * corrected * corrected /
                            (as_double(table.cases()) * as_double(table.controls()) * as_double(table.test_positive()) *
                             as_double(table.test_negative()));
  return CriterionScore{chi_square, 0.0, chi_square_upper_tail(chi_square, 1.0)};
}

Score score_kappa(const Point& point) {
  const double positive = point.p * point.se + (1.0 - point.p) * (1.0 - point.sp);
  const double chance = point.p * (1.0 - positive) + (1.0 - point.p) * positive;
  if (!(chance > 0.0)) return std::nullopt;
  return greatest(2.0 * point.p * (1.0 - point.p) * (point.se + point.sp - 1.0) / chance);
}

Score score_predictive(const Point& point, CutoffCriterion criterion) {
  if (!point.ppv || !point.npv) return std::nullopt;
  switch (criterion) {
    case CutoffCriterion::predictive_sum:
      return greatest(*point.ppv + *point.npv);
    case CutoffCriterion::predictive_product:
      return greatest(*point.ppv * *point.npv);
    case CutoffCriterion::predictive_max_min:
      return greatest(std::min(*point.ppv, *point.npv));
    case CutoffCriterion::predictive_closest_corner:
      return least(std::hypot(1.0 - *point.ppv, 1.0 - *point.npv));
    default:
      return least(std::abs(*point.ppv - *point.npv));
  }
}

/// Criteria that name a level.
Score score_level(const Point& point, const CriterionOptions& options) {
  switch (options.criterion) {
    case CutoffCriterion::minimum_sensitivity:
      return reach(point.se, options.sensitivity_level, point.sp);
    case CutoffCriterion::minimum_specificity:
      return reach(point.sp, options.specificity_level, point.se);
    case CutoffCriterion::minimum_both:
      if (point.sp < *options.specificity_level || point.se < *options.sensitivity_level) return std::nullopt;
      return greatest(point.sp, point.se);
    case CutoffCriterion::nearest_sensitivity:
      return approach(point.se, options.sensitivity_level, point.sp);
    case CutoffCriterion::nearest_specificity:
      return approach(point.sp, options.specificity_level, point.se);
    case CutoffCriterion::minimum_ppv:
      return reach(point.ppv, options.ppv_level, point.npv);
    case CutoffCriterion::minimum_npv:
      return reach(point.npv, options.npv_level, point.ppv);
    case CutoffCriterion::minimum_both_predictive:
      if (!point.ppv || !point.npv || *point.ppv < *options.ppv_level || *point.npv < *options.npv_level)
        return std::nullopt;
      return greatest(*point.npv, *point.ppv);
    case CutoffCriterion::nearest_ppv:
      return approach(point.ppv, options.ppv_level, point.npv);
    case CutoffCriterion::nearest_npv:
      return approach(point.npv, options.npv_level, point.ppv);
    case CutoffCriterion::nearest_positive_ratio:
      if (point.table.false_positive == 0) return std::nullopt;
      return approach(point.se / (1.0 - point.sp), options.ratio_level, std::nullopt);
    default:
      if (point.table.true_negative == 0) return std::nullopt;
      return approach((1.0 - point.se) / point.sp, options.ratio_level, std::nullopt);
  }
}

struct Named {
  CutoffCriterion criterion;
  std::string_view name;
};

constexpr std::array<Named, 33> names{{
    {CutoffCriterion::youden, "youden"},
    {CutoffCriterion::closest_top_left, "closest_top_left"},
    {CutoffCriterion::product, "product"},
    {CutoffCriterion::equal, "equal"},
    {CutoffCriterion::max_min, "max_min"},
    {CutoffCriterion::accuracy, "accuracy"},
    {CutoffCriterion::kappa, "kappa"},
    {CutoffCriterion::f1, "f1"},
    {CutoffCriterion::diagnostic_odds_ratio, "diagnostic_odds_ratio"},
    {CutoffCriterion::p_value, "p_value"},
    {CutoffCriterion::cost, "cost"},
    {CutoffCriterion::misclassification_cost, "misclassification_cost"},
    {CutoffCriterion::minimax, "minimax"},
    {CutoffCriterion::prevalence_matching, "prevalence_matching"},
    {CutoffCriterion::max_sensitivity, "max_sensitivity"},
    {CutoffCriterion::max_specificity, "max_specificity"},
    {CutoffCriterion::minimum_sensitivity, "minimum_sensitivity"},
    {CutoffCriterion::minimum_specificity, "minimum_specificity"},
    {CutoffCriterion::minimum_both, "minimum_both"},
    {CutoffCriterion::nearest_sensitivity, "nearest_sensitivity"},
    {CutoffCriterion::nearest_specificity, "nearest_specificity"},
    {CutoffCriterion::minimum_ppv, "minimum_ppv"},
    {CutoffCriterion::minimum_npv, "minimum_npv"},
    {CutoffCriterion::minimum_both_predictive, "minimum_both_predictive"},
    {CutoffCriterion::nearest_ppv, "nearest_ppv"},
    {CutoffCriterion::nearest_npv, "nearest_npv"},
    {CutoffCriterion::predictive_sum, "predictive_sum"},
    {CutoffCriterion::predictive_product, "predictive_product"},
    {CutoffCriterion::predictive_max_min, "predictive_max_min"},
    {CutoffCriterion::predictive_closest_corner, "predictive_closest_corner"},
    {CutoffCriterion::predictive_equal, "predictive_equal"},
    {CutoffCriterion::nearest_positive_ratio, "nearest_positive_ratio"},
    {CutoffCriterion::nearest_negative_ratio, "nearest_negative_ratio"},
}};

void demand_level(const char* field, std::optional<double> level, double upper) {
  if (!level) refuse_request(ErrorCode::invalid_option, field, "nothing", "a level: the criterion needs one");
  if (!(*level >= 0.0 && *level <= upper && std::isfinite(*level)))
    refuse_request(ErrorCode::invalid_option, field, fmt::format("{}", *level),
                   fmt::format("a number from 0 to {}", upper));
}

}  // namespace

std::string_view to_string(CutoffCriterion criterion) {
  return std::find_if(names.begin(), names.end(), [criterion](const Named& one) { return one.criterion == criterion; })
      ->name;
}

std::vector<std::string> list_cutoff_criteria() {
  std::vector<std::string> listed;
  for (const Named& one : names) listed.emplace_back(one.name);
  return listed;
}

CutoffCriterion parse_cutoff_criterion(std::string_view text) {
  const auto found = std::find_if(names.begin(), names.end(), [text](const Named& one) { return one.name == text; });
  if (found == names.end())
    refuse_request(ErrorCode::invalid_option, "criterion", std::string(text),
                   fmt::format("one of {}", fmt::join(list_cutoff_criteria(), ", ")));
  return found->criterion;
}

void CriterionOptions::validate() const {
  if (prevalence) check_roc_fraction("prevalence", *prevalence);
  if (!(cost_ratio > 0.0 && std::isfinite(cost_ratio)))
    refuse_request(ErrorCode::invalid_option, "cost_ratio", fmt::format("{}", cost_ratio), "a number above 0");
  switch (criterion) {
    case CutoffCriterion::minimum_sensitivity:
    case CutoffCriterion::nearest_sensitivity:
      return demand_level("sensitivity_level", sensitivity_level, 1.0);
    case CutoffCriterion::minimum_specificity:
    case CutoffCriterion::nearest_specificity:
      return demand_level("specificity_level", specificity_level, 1.0);
    case CutoffCriterion::minimum_both:
      demand_level("sensitivity_level", sensitivity_level, 1.0);
      return demand_level("specificity_level", specificity_level, 1.0);
    case CutoffCriterion::minimum_ppv:
    case CutoffCriterion::nearest_ppv:
      return demand_level("ppv_level", ppv_level, 1.0);
    case CutoffCriterion::minimum_npv:
    case CutoffCriterion::nearest_npv:
      return demand_level("npv_level", npv_level, 1.0);
    case CutoffCriterion::minimum_both_predictive:
      demand_level("ppv_level", ppv_level, 1.0);
      return demand_level("npv_level", npv_level, 1.0);
    case CutoffCriterion::nearest_positive_ratio:
    case CutoffCriterion::nearest_negative_ratio:
      return demand_level("ratio_level", ratio_level, 1e6);
    default:
      return;
  }
}

std::optional<CriterionScore> score_point(const FourfoldTable& table, const CriterionOptions& options) {
  const Point point = make_point(table, options);
  switch (options.criterion) {
    case CutoffCriterion::youden:
      return greatest(point.se + point.sp - 1.0);
    case CutoffCriterion::closest_top_left:
      return least(std::hypot(1.0 - point.se, 1.0 - point.sp));
    case CutoffCriterion::product:
      return greatest(point.se * point.sp);
    case CutoffCriterion::equal:
      return least(std::abs(point.se - point.sp));
    case CutoffCriterion::max_min:
      return greatest(std::min(point.se, point.sp));
    case CutoffCriterion::accuracy:
      return greatest(as_double(table.true_positive + table.true_negative) / as_double(table.total()));
    case CutoffCriterion::kappa:
      return score_kappa(point);
    case CutoffCriterion::f1:
      return greatest(2.0 * as_double(table.true_positive) /
                      as_double(2 * table.true_positive + table.false_positive + table.false_negative));
    case CutoffCriterion::diagnostic_odds_ratio:
      return score_odds_ratio(table, options.zero_cell);
    case CutoffCriterion::p_value:
      return score_chi_square(table);
    case CutoffCriterion::cost:
      return greatest(point.se - (1.0 - point.p) / (point.p * options.cost_ratio) * (1.0 - point.sp));
    case CutoffCriterion::misclassification_cost:
      return least(options.cost_ratio * point.p * (1.0 - point.se) + (1.0 - point.p) * (1.0 - point.sp));
    case CutoffCriterion::minimax:
      return least(as_double(std::max(table.false_negative, table.false_positive)), point.sp);
    case CutoffCriterion::prevalence_matching:
      return least(as_double(std::abs(table.cases() - table.test_positive())) / as_double(table.total()));
    case CutoffCriterion::max_sensitivity:
      return greatest(point.se, point.sp);
    case CutoffCriterion::max_specificity:
      return greatest(point.sp, point.se);
    case CutoffCriterion::predictive_sum:
    case CutoffCriterion::predictive_product:
    case CutoffCriterion::predictive_max_min:
    case CutoffCriterion::predictive_closest_corner:
    case CutoffCriterion::predictive_equal:
      return score_predictive(point, options.criterion);
    default:
      return score_level(point, options);
  }
}

}  // namespace qpcr
