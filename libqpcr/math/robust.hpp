// Location and spread that single wild values do not move.
#pragma once

#include <span>

namespace qpcr {

/// Middle value, or the mean of the two middle values; NaN values are left out. NaN when nothing is left.
double median(std::span<const double> values);

/// The same without a copy: reorders `values`, which must hold no NaN.
double median_in_place(std::span<double> values);

/// Median absolute deviation from the median times 1.4826, the standard deviation where the values are normal
/// (Rousseeuw & Croux 1993, 10.1080/01621459.1993.10476408). NaN values are left out; NaN when nothing is left.
double median_absolute_deviation_sd(std::span<const double> values);

}  // namespace qpcr
