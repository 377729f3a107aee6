// The parameters in which a sigmoid is fitted.
#pragma once

namespace qpcr {

/// Shape of a log-logistic curve in parameters that stay well conditioned from the power law to the Gompertz limit:
/// s(x) = (1 + κ·eᵗ)^(−1/κ) with t = −β·(ln x − τ), β = −b, κ = 1/f, ln e = τ + ln κ / β.
struct SigmoidShape {
  double log_beta = 0.0;
  double tau = 0.0;
  double kappa = 1.0;
};

}  // namespace qpcr
