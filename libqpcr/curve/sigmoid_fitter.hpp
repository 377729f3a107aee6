// The sigmoid fit with its working memory, so that many curves share one allocation.
#pragma once

#include <span>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/curve/sigmoid_batch.hpp"
#include "libqpcr/curve/sigmoid_shape.hpp"

namespace qpcr {

/// Fits curves one after the other, each a batch of one; results do not depend on what was fitted before.
class SigmoidFitter {
 public:
  /// As fit_sigmoid(), options already validated.
  SigmoidFit fit(CurveView curve, const SigmoidOptions& options);

  /// The same for readings without gaps at cycles above 0.
  SigmoidFit fit_points(std::span<const double> cycles, std::span<const double> fluorescence,
                        const SigmoidOptions& options);

 private:
  SigmoidBatch batch_;
};

/// Shape parameters of a fit.
SigmoidShape to_shape(const SigmoidFit& fit);

}  // namespace qpcr
