// exp, expm1, log, log1p and pow whose bits depend neither on the processor nor on the C library.
#pragma once

#include <span>

namespace qpcr::elementary {

/// eˣ, correct to 1 ulp for every double; +∞ on overflow, gradual underflow, NaN for NaN.
/// Accuracy: tests/math/test_elementary.cpp, against the 64-bit mantissa of long double.
double exp(double x);

/// exp() of each, the same bits, several at once. `result` is as long as `x`, and may be `x`.
void exp_all(std::span<const double> x, std::span<double> result);

/// eˣ − 1, correct to 1 ulp, also for small x.
double expm1(double x);

/// ln x, correct to 1 ulp; −∞ at 0, NaN below 0.
double log(double x);

/// ln(1 + x), correct to 1 ulp, also for small x; −∞ at −1, NaN below −1.
double log1p(double x);

/// xʸ for x > 0 as e^(y·ln x): relative error up to (2 + |y·ln x|)·2⁻⁵³·2. NaN for x < 0; x = 0 gives 0, 1 or ∞ by the
/// sign of y.
double pow(double x, double y);

}  // namespace qpcr::elementary
