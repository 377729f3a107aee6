// Areas of bootstrap resamples from integers alone: the controls are counted, the cases look their ranks up.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libqpcr/study/roc/roc_sample.hpp"

namespace qpcr {

/// Prepared once for a sample; area() is then O(n) without sorting.
class AucResampler {
 public:
  explicit AucResampler(const RocSample& sample, RocDirection direction);

  std::size_t cases() const { return below_.size(); }
  std::size_t controls() const { return place_.size(); }

  /// Counters of one worker.
  std::vector<std::uint32_t> make_scratch() const { return std::vector<std::uint32_t>(distinct_ + 1); }

  /// Area of the cases and controls drawn, given by their indices in the sample.
  double area(std::span<const std::uint32_t> drawn_cases, std::span<const std::uint32_t> drawn_controls,
              std::vector<std::uint32_t>& scratch) const;

 private:
  struct Below {
    std::uint32_t lower = 0;    ///< distinct values of controls below
    std::uint32_t at_most = 0;  ///< distinct values of controls below or equal
  };
  std::vector<Below> below_;          ///< by case
  std::vector<std::uint32_t> place_;  ///< by control, of its value among the distinct ones
  std::size_t distinct_ = 0;
};

}  // namespace qpcr
