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
  /// Analyses each curve, in blocks on up to `threads` threads (as parallel_for()). Analysers of an earlier call are
  /// reused. @throws Error invalid_value (arrays of unequal length).
  void analyse(std::span<const CurveView> curves, int threads = 1);

  std::size_t size() const { return size_; }
  const CurveAnalyser& operator[](std::size_t index) const { return analysers_[index]; }

 private:
  /// What the curves of one block share.
  struct Block {
    SigmoidBatch fitter;
    std::vector<std::size_t> waiting;  ///< analysers whose fit is missing
    std::vector<CurveView> parts;
    std::vector<SigmoidFit> fits;
  };

  void analyse_block(std::span<const CurveView> curves, std::size_t first, std::size_t last, Block& block);

  std::vector<CurveAnalyser> analysers_;
  std::vector<Block> blocks_;
  std::size_t size_ = 0;
};

}  // namespace qpcr
