// Ranks every subject once, so that a resample needs no comparison.
#include "libqpcr/study/roc/auc_resampler.hpp"

#include <algorithm>

namespace qpcr {

AucResampler::AucResampler(const RocSample& sample, RocDirection direction) {
  const double sign = direction == RocDirection::higher_is_case ? 1.0 : -1.0;
  std::vector<double> distinct;
  distinct.reserve(sample.controls.size());
  for (const double value : sample.controls) distinct.push_back(sign * value);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  distinct_ = distinct.size();
  const auto count_below = [&](double value) {
    return static_cast<std::uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), value) - distinct.begin());
  };
  place_.reserve(sample.controls.size());
  for (const double value : sample.controls) place_.push_back(count_below(sign * value));
  below_.reserve(sample.cases.size());
  for (const double value : sample.cases) {
    const std::uint32_t lower = count_below(sign * value);
    const bool tied = lower < distinct_ && distinct[lower] == sign * value;
    below_.push_back({lower, lower + (tied ? 1U : 0U)});
  }
}

double AucResampler::area(std::span<const std::uint32_t> drawn_cases, std::span<const std::uint32_t> drawn_controls,
                          std::vector<std::uint32_t>& scratch) const {
  std::fill(scratch.begin(), scratch.end(), 0U);
  for (const std::uint32_t control : drawn_controls) ++scratch[place_[control] + 1];
  for (std::size_t i = 1; i < scratch.size(); ++i) scratch[i] += scratch[i - 1];
  std::uint64_t halves = 0;
  for (const std::uint32_t one : drawn_cases) {
    const Below& below = below_[one];
    halves += std::uint64_t{scratch[below.lower]} + scratch[below.at_most];
  }
  return static_cast<double>(halves) /
         (2.0 * static_cast<double>(drawn_cases.size()) * static_cast<double>(drawn_controls.size()));
}

}  // namespace qpcr
