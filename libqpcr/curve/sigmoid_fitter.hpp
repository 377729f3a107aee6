// The sigmoid fit with its working memory, so that many curves share one allocation.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"

namespace qpcr {

/// Shape of a log-logistic curve in parameters that stay well conditioned from the power law to the Gompertz limit:
/// s(x) = (1 + κ·eᵗ)^(−1/κ) with t = −β·(ln x − τ), β = −b, κ = 1/f, ln e = τ + ln κ / β.
struct SigmoidShape {
  double log_beta = 0.0;
  double tau = 0.0;
  double kappa = 1.0;
};

/// Fits curves one after the other; results do not depend on what was fitted before.
class SigmoidFitter {
 public:
  /// As fit_sigmoid(), options already validated.
  SigmoidFit fit(CurveView curve, const SigmoidOptions& options);

  /// The same for readings without gaps at cycles above 0.
  SigmoidFit fit_points(std::span<const double> cycles, std::span<const double> fluorescence,
                        const SigmoidOptions& options);

 private:
  std::vector<double> cycles_;
  std::vector<double> fluorescence_;
  std::vector<double> log_cycles_;
  std::vector<double> centred_;
  std::vector<double> shape_;
  std::array<std::vector<double>, 3> derivatives_;
};

/// Shape parameters of a fit.
SigmoidShape to_shape(const SigmoidFit& fit);

}  // namespace qpcr
