// What every quantitative evaluation asks of its input, and how it refuses.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "libqpcr/study/estimate.hpp"
#include "libqpcr/study/request_checks.hpp"

namespace qpcr {

/// Not estimable because fewer values than needed are there.
Message too_few_values(std::size_t found, std::size_t needed);

double mean_of(std::span<const double> values);
/// Sum of squared deviations from the mean. @param mean of the same values.
double squares_about(std::span<const double> values, double mean);
/// NaN with fewer than two values.
double variance_of(std::span<const double> values);

/// value ± t·standard_error; without a usable standard error only the value, and `why`.
Estimate make_t_estimate(double value, double standard_error, double degrees_of_freedom, double confidence,
                         const std::string& why);

}  // namespace qpcr
