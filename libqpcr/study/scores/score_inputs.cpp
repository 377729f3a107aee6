// Checks of risks and outcomes, Wald estimates and the concordance of scores.
#include "libqpcr/study/scores/score_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr::score_inputs {
void check_confidence(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0))
    refuse_option("confidence", fmt::format("{}", confidence), "a number between 0 and 1, both excluded");
}

void check_values(std::span<const double> values, std::size_t rows, const std::string& field) {
  if (values.size() != rows)
    refuse_value(field, fmt::format("{} values", values.size()), fmt::format("one for each of {} outcomes", rows));
  for (const double value : values) {
    if (!std::isfinite(value)) refuse_value(field, fmt::format("{}", value), "finite numbers");
  }
}

void check_risks(std::span<const double> risks, std::size_t rows, const std::string& field) {
  check_values(risks, rows, field);
  for (const double risk : risks) {
    if (risk < 0.0 || risk > 1.0) refuse_value(field, fmt::format("{}", risk), "probabilities from 0 to 1");
  }
}

OutcomeCounts count_outcomes(std::span<const int> outcomes) {
  OutcomeCounts counts;
  for (const int outcome : outcomes) {
    if (outcome != 0 && outcome != 1) refuse_value("outcome", fmt::format("{}", outcome), "0 or 1");
    ++counts.subjects;
    counts.events += outcome;
  }
  return counts;
}

std::optional<Message> why_one_class(const OutcomeCounts& counts) {
  if (counts.subjects == 0) return Message{"score_no_subjects", {}};
  if (counts.events == 0) return Message{"score_no_events", {}};
  if (counts.nonevents() == 0) return Message{"score_no_nonevents", {}};
  return std::nullopt;
}

Estimate make_wald_estimate(double value, double standard_error, double confidence) {
  Estimate made;
  made.value = value;
  made.standard_error = standard_error;
  const double reach = normal_upper_quantile((1.0 - confidence) / 2.0) * standard_error;
  made.interval = Interval{value - reach, value + reach};
  return made;
}

double normal_two_sided(double z) { return 2.0 * normal_upper_tail(std::abs(z)); }

std::vector<std::size_t> order_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

double derive_concordance(std::span<const double> values, std::span<const int> outcomes,
                          std::span<const double> weights, std::span<const std::size_t> order) {
  double events = 0.0;
  double nonevents = 0.0;  // with lower values
  double won = 0.0;
  for (std::size_t i = 0; i < order.size();) {
    double tied_events = 0.0;
    double tied_nonevents = 0.0;
    const double value = values[order[i]];
    for (; i < order.size() && values[order[i]] == value; ++i) {
      const double weight = weights.empty() ? 1.0 : weights[order[i]];
      (outcomes[order[i]] == 1 ? tied_events : tied_nonevents) += weight;
    }
    won += tied_events * (nonevents + 0.5 * tied_nonevents);
    events += tied_events;
    nonevents += tied_nonevents;
  }
  if (events == 0.0 || nonevents == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return won / (events * nonevents);
}

}  // namespace qpcr::score_inputs
