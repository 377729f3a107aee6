// What all evaluations of scores ask of their inputs, and the small estimates they share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

/// Outcomes of subjects, counted: events are outcomes of 1.
struct OutcomeCounts {
  long subjects = 0;
  long events = 0;

  bool operator==(const OutcomeCounts&) const = default;
  long nonevents() const { return subjects - events; }
  double event_rate() const { return static_cast<double>(events) / static_cast<double>(subjects); }
};

namespace score_inputs {

/// @throws Error invalid_option unless 0 < confidence < 1.
void check_confidence(double confidence);
/// @throws Error invalid_value unless as many as outcomes, and each finite.
void check_values(std::span<const double> values, std::size_t rows, const std::string& field);
/// @throws as check_values(), and unless each is from 0 to 1.
void check_risks(std::span<const double> risks, std::size_t rows, const std::string& field);
/// @throws Error invalid_value unless each outcome is 0 or 1.
OutcomeCounts count_outcomes(std::span<const int> outcomes);

/// Why nothing can be said that needs events and non-events, or nothing.
std::optional<Message> why_one_class(const OutcomeCounts& counts);

/// value ± z·standard error.
Estimate make_wald_estimate(double value, double standard_error, double confidence);

/// Two-sided p of a standard normal value.
double normal_two_sided(double z);

/// Rows in ascending order of their values; equal values stay in row order.
std::vector<std::size_t> order_of(std::span<const double> values);

/// Chance that an event has the higher value, ties counting half, with `weights` (empty: 1 each) as multiplicities.
/// `order` as of order_of(values). NaN without events or non-events.
double derive_concordance(std::span<const double> values, std::span<const int> outcomes,
                          std::span<const double> weights, std::span<const std::size_t> order);

}  // namespace score_inputs
}  // namespace qpcr
