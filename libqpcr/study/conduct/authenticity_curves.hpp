// Curves that were measured once and stand in two wells: equal bit for bit, or scaled, shifted and rounded copies.
#pragma once

#include <vector>

#include "libqpcr/study/conduct/run_ledger.hpp"

namespace qpcr {

struct CurveCopyOptions {
  /// Largest difference between two standardised curves, in standard deviations of the readings, beside what rounding
  /// explains.
  double tolerance = 2e-4;
  /// A curve is compared only where its own noise (by third differences) is at least so many tolerances: a smoother
  /// one says too little to be told from its neighbour.
  double noise_ratio = 3;
  std::size_t fewest_readings = 20;
  std::size_t fewest_values = 10;  ///< different readings

  void validate() const;
};

/// Pairs of wells, within a run or over any runs, whose curves are equal (check "curve_identical", blocks) or equal up
/// to y = a + b·x with b > 0 (check "curve_affine", a query). Each curve is reported against the first it is like.
/// Curves are standardised by mean and standard deviation, ordered along a fixed direction, and compared with their
/// neighbours there, so that the time grows as n·log n with a small constant. Two curves of independent noise agree
/// within the tolerance at one reading with a chance of at most 0.19 (both as quiet as is admitted), at twenty of them
/// with 1e-14: with 10⁶ curves fewer than one false alarm in a hundred studies. Not found: copies shifted in time,
/// smoothed anew, or with noise added.
StudyFindings find_curve_copies(const std::vector<LedgerRun>& runs, const CurveCopyOptions& options = {});

}  // namespace qpcr
