// What the comparisons of proportions share: counts as they are given, tests as they are handed out, and their checks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

/// Successes of two independent groups.
struct ProportionPair {
  long first_successes = 0;
  long first_total = 0;
  long second_successes = 0;
  long second_total = 0;

  bool operator==(const ProportionPair&) const = default;
  double first() const { return static_cast<double>(first_successes) / static_cast<double>(first_total); }
  double second() const { return static_cast<double>(second_successes) / static_cast<double>(second_total); }
  ProportionPair swapped() const { return {second_successes, second_total, first_successes, first_total}; }
};

/// Subjects by the results of two tests on the same sample.
struct PairedCounts {
  long both_positive = 0;
  long first_only = 0;   ///< positive by the first test alone
  long second_only = 0;  ///< positive by the second test alone
  long both_negative = 0;

  bool operator==(const PairedCounts&) const = default;
  long total() const { return both_positive + first_only + second_only + both_negative; }
  long first_positive() const { return both_positive + first_only; }
  long second_positive() const { return both_positive + second_only; }
  long first_negative() const { return second_only + both_negative; }
  long second_negative() const { return first_only + both_negative; }
  long discordant() const { return first_only + second_only; }
  PairedCounts swapped() const { return {both_positive, second_only, first_only, both_negative}; }
  /// The same subjects with "negative" counted instead of "positive".
  PairedCounts mirrored() const { return {both_negative, second_only, first_only, both_positive}; }
};

/// An estimate and the method of its interval.
struct MethodEstimate {
  std::string method;
  Estimate estimate;

  bool operator==(const MethodEstimate&) const = default;
};

/// A test of a hypothesis. Statistic and p are empty where the test does not exist, and then `why_absent` says why; an
/// exact test has no statistic.
struct ComparisonTest {
  std::string method;
  std::optional<double> statistic;
  std::optional<double> degrees_of_freedom;
  std::optional<double> p_value;
  std::optional<Message> why_absent;

  bool operator==(const ComparisonTest&) const = default;
};

/// The sign of a difference, or the direction of a ratio, of two groups or tests.
enum class ComparisonOrder { first_minus_second, second_minus_first };

ComparisonTest test_without_result(std::string method, std::string why);

/// `statistic` squared-normal with `degrees`.
ComparisonTest chi_square_test(std::string method, double statistic, double degrees);

/// value, standard error and value ± z·error, clamped to [least, most].
Estimate wald_estimate(double value, double standard_error, double z, double least, double most);

/// exp(ln value ± z·error).
Estimate log_scale_estimate(double value, double log_error, double z);

/// An interval around a value that does not exist (a ratio with an empty denominator).
Estimate interval_without_value(Interval interval, const std::string& why);

/// The method of that name. @throws std::out_of_range where there is none.
const MethodEstimate& find_method(const std::vector<MethodEstimate>& all, const std::string& method);
const ComparisonTest& find_method(const std::vector<ComparisonTest>& all, const std::string& method);

/// Adds a row to the exclusions of a reason (the first hundred lines are kept).
void note_exclusion(std::vector<Exclusion>& exclusions, const std::string& reason, long line);

/// z with (1 − confidence)/2 above it. @throws Error invalid_option unless 0 < confidence < 1.
double two_sided_z(double confidence);

/// @throws Error invalid_value for negative counts and more successes than subjects.
void check_counts(const ProportionPair& pair);
void check_counts(const PairedCounts& counts);

}  // namespace qpcr
