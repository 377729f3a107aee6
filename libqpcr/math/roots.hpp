// Where a function of one variable crosses zero, or is least, between two bounds.
#pragma once

#include <functional>
#include <optional>

namespace qpcr {

/// A root between two bounds at which the signs differ (Alefeld, Potra & Shi 1995, 10.1145/210089.210111), to the last
/// bits. A bound that is a root is returned. Nothing when the signs are equal or a value is NaN.
std::optional<double> find_root(const std::function<double(double)>& function, double lower, double upper);

/// Where a function with one minimum between the bounds is least (Brent 1973), to about 1e-8 of the width.
double find_minimum(const std::function<double(double)>& function, double lower, double upper);

}  // namespace qpcr
