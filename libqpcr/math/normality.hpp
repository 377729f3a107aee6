// Tests of whether values look like a sample of a normal distribution.
#pragma once

#include <span>

namespace qpcr {

/// A test statistic and its p-value. Both are NaN where the test does not exist: too few values, all equal.
struct NormalityTest {
  double statistic = 0.0;
  double p_value = 0.0;
};

/// Shapiro and Wilk's W with Royston's coefficients and p-value (1995, algorithm AS R94, 10.2307/2986146) for 3 to
/// 5000 values; NaN outside that range and for equal values. Agrees with R's shapiro.test to 1e-9
/// (tests/math/test_normality.cpp).
/// @throws Error invalid_value for a value that is not finite.
NormalityTest shapiro_wilk(std::span<const double> values);

/// Anderson and Darling's A² with mean and standard deviation estimated; p from A²·(1 + 0.75/n + 2.25/n²) by
/// Stephens (D'Agostino & Stephens 1986, table 4.9). The statistic is not modified. NaN below 8 values.
/// @throws as shapiro_wilk().
NormalityTest anderson_darling(std::span<const double> values);

/// Lilliefors' D (1967, 10.1080/01621459.1967.10482916), the largest distance of the empirical from the fitted
/// distribution; p by Dallal and Wilkinson (1986, 10.1080/00031305.1986.10475419) up to 0.1 and by Stephens' modified
/// statistic above. NaN below 5 values. @throws as shapiro_wilk().
NormalityTest lilliefors(std::span<const double> values);

}  // namespace qpcr
