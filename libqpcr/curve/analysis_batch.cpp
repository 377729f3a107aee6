// Rounds of fits: one for every curve, another for those with a falling baseline.
#include "libqpcr/curve/analysis_batch.hpp"

#include "libqpcr/math/parallel.hpp"

namespace qpcr {
namespace {

// Enough curves to keep the vector lanes full, few enough for two threads to share a plate's target evenly.
constexpr std::size_t block_size = 192;

}  // namespace

void AnalysisBatch::analyse_block(std::span<const CurveView> curves, std::size_t first, std::size_t last,
                                  Block& block) {
  auto& [fitter, waiting, parts, fits] = block;
  waiting.clear();
  for (std::size_t i = first; i < last; ++i) {
    analysers_[i].prepare(curves[i]);
    if (analysers_[i].needs_fit()) waiting.push_back(i);
  }
  while (!waiting.empty()) {
    parts.clear();
    for (const std::size_t i : waiting) parts.push_back(analysers_[i].part());
    fits.resize(waiting.size());
    fitter.fit(parts, CurveAnalyser::fit_options(), fits);
    std::size_t left = 0;
    for (std::size_t k = 0; k < fits.size(); ++k) {
      const std::size_t i = waiting[k];
      analysers_[i].accept_fit(fits[k]);
      if (analysers_[i].needs_fit()) waiting[left++] = i;
    }
    waiting.resize(left);
  }
  for (std::size_t i = first; i < last; ++i) analysers_[i].finish();
}

void AnalysisBatch::analyse(std::span<const CurveView> curves, int threads) {
  size_ = curves.size();
  if (analysers_.size() < size_) analysers_.resize(size_);
  const std::size_t blocks = (size_ + block_size - 1) / block_size;
  if (blocks_.size() < blocks) blocks_.resize(blocks);
  parallel_for(size_, block_size, threads, [&](std::size_t first, std::size_t last) {
    analyse_block(curves, first, last, blocks_[first / block_size]);
  });
}

}  // namespace qpcr
