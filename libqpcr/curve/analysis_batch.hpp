// The analysis of many curves at once: their sigmoid fits are made together, one curve in each vector lane.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libqpcr/curve/curve_analysis.hpp"
#include "libqpcr/curve/sigmoid_batch.hpp"

namespace qpcr {

/// Memory is kept between calls; once it has grown, none is allocated. What an analyser holds is the same to the last
/// bit as CurveAnalyser::analyse() of its curve, in any batch.
class AnalysisBatch {
 public:
  /// Analyses each curve. Analysers of an earlier call are reused. @throws Error invalid_value (arrays of unequal
  /// length).
  void analyse(std::span<const CurveView> curves);

  std::size_t size() const { return size_; }
  const CurveAnalyser& operator[](std::size_t index) const { return analysers_[index]; }

 private:
  std::vector<CurveAnalyser> analysers_;
  SigmoidBatch fitter_;
  std::vector<std::size_t> waiting_;  ///< analysers whose fit is missing
  std::vector<CurveView> parts_;
  std::vector<SigmoidFit> fits_;
  std::size_t size_ = 0;
};

}  // namespace qpcr
