// Cq of every measurement of a run by one method; what a target's curves have in common is learned once, or pinned.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/curve/cq.hpp"

namespace qpcr {

/// A shape learned from calibration runs, for one target in one dye.
struct PinnedShape {
  std::string target;
  std::string dye;
  CurveKind kind = CurveKind::unknown;
  std::optional<double> threshold;  ///< of the calibration curves: what silence is judged by
  std::shared_ptr<const CommonShape> shape;
};

/// A calibration record, as far as it enters a Cq.
struct PinnedCalibration {
  std::string name;
  std::string identity;
  bool simulated = false;
  std::vector<PinnedShape> shapes;
};

struct RunCqOptions {
  /// The recommended method unless another is set (docs/methods/accuracy.md).
  CqOptions cq = recommended_cq_options();
  std::optional<CurveKind> kind;  ///< the signal to analyse; find_analysis_curve chooses without it
  /// For method common_shape: shapes come from here alone, and a result does not depend on the other wells of its
  /// plate.
  std::optional<PinnedCalibration> calibration;
  /// Where method common_shape cannot be used for a target (too few curves that amplify), estimate by the
  /// second-derivative maximum, and say so in each result, instead of failing.
  bool fall_back = false;
  /// As parallel_for(): 0 means one for each processor. Results are the same to the last bit for any number.
  int threads = 1;

  static CqOptions recommended_cq_options();
};

struct MeasurementCq {
  std::size_t measurement = 0;  ///< index into the run's measurements
  std::size_t group = 0;        ///< index into the groups
  CurveKind kind = CurveKind::unknown;
  CqResult result;
};

/// One target in one dye.
struct GroupCq {
  std::string target;
  std::string dye;
  std::optional<double> threshold;                  ///< common to the group; method threshold only
  std::shared_ptr<const CommonShape> common_shape;  ///< method common_shape only
  bool pinned = false;                              ///< the shape comes from calibration runs
};

struct RunCq {
  std::vector<MeasurementCq> curves;  ///< in the run's order
  std::vector<GroupCq> groups;        ///< by target, then dye
  /// Measurements without a curve to analyse: the passive reference, single filters, none of the kind that was asked
  /// for.
  std::vector<std::size_t> left_out;
};

/// Estimates a Cq for each measurement that has a curve to analyse. Without a fixed threshold or a pinned shape, the
/// measurements that share reagents and optics (one target in one dye) share what is learned from the curves that the
/// instrument's user did not omit. An omitted measurement has the status excluded. Flags compare each curve with its
/// group, unless a calibration is pinned, and know the sample's role.
/// @throws Error assay_mismatch where a calibration is pinned and a target has no shape in it, or one of another kind
/// of
///   signal, or where just one of run and calibration is simulated; invalid_option for a calibration with another
///   method.
RunCq estimate_run_cq(const Run& run, const RunCqOptions& options);

}  // namespace qpcr
