// Rounds of fits: one for every curve, another for those with a falling baseline.
#include "libqpcr/curve/analysis_batch.hpp"

namespace qpcr {

void AnalysisBatch::analyse(std::span<const CurveView> curves) {
  size_ = curves.size();
  if (analysers_.size() < size_) analysers_.resize(size_);
  waiting_.clear();
  for (std::size_t i = 0; i < size_; ++i) {
    analysers_[i].prepare(curves[i]);
    if (analysers_[i].needs_fit()) waiting_.push_back(i);
  }
  while (!waiting_.empty()) {
    parts_.clear();
    for (const std::size_t i : waiting_) parts_.push_back(analysers_[i].part());
    fits_.resize(waiting_.size());
    fitter_.fit(parts_, CurveAnalyser::fit_options(), fits_);
    std::size_t left = 0;
    for (std::size_t k = 0; k < fits_.size(); ++k) {
      const std::size_t i = waiting_[k];
      analysers_[i].accept_fit(fits_[k]);
      if (analysers_[i].needs_fit()) waiting_[left++] = i;
    }
    waiting_.resize(left);
  }
  for (std::size_t i = 0; i < size_; ++i) analysers_[i].finish();
}

}  // namespace qpcr
