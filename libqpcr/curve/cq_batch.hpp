// Cq of many curves that are analysed together; the single form is a batch of one.
#pragma once

#include <span>
#include <vector>

#include "libqpcr/curve/analysis_batch.hpp"
#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {

/// derive_threshold() of curves that are analysed already.
double derive_threshold(std::span<const CurveView> curves, const AnalysisBatch& analysis,
                        const BaselineOptions& options);

/// Analyses curves once and estimates their Cq by any number of methods; buffers are kept between calls.
class CqBatch {
 public:
  /// @throws Error invalid_value (arrays of unequal length, cycles that do not increase). The curves must outlive the
  /// estimates.
  void analyse(std::span<const CurveView> curves, int threads = 1);

  const AnalysisBatch& analysis() const { return analysis_; }
  std::span<const CurveView> curves() const { return curves_; }

  /// As are_noise_free().
  bool is_noise_free() const;

  /// estimate_cq() of one of the curves; options already validated. `registrar` is needed by method common_shape.
  CqResult estimate(std::size_t index, const CqOptions& options, const CurveRegistrar* registrar) {
    return estimate(index, options, registrar, buffers_);
  }

  /// The same in buffers of the caller, one set for each thread.
  CqResult estimate(std::size_t index, const CqOptions& options, const CurveRegistrar* registrar,
                    CqBuffers& buffers) const;

 private:
  std::vector<CurveView> curves_;
  std::vector<CurveView> usable_;  ///< as curves_, empty where readings are out of range
  AnalysisBatch analysis_;
  CqBuffers buffers_;
};

}  // namespace qpcr
