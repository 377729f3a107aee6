// The curves of the fit benchmarks, and the two solvers that the fit is measured against.
#pragma once

#include <cstddef>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/curve/sigmoid_shape.hpp"

namespace qpcr::bench {

/// Amplified curves of 45 cycles: take-off, steepness, asymmetry, drift and noise as on real plates.
std::vector<AmplificationCurve> make_amplified(std::size_t count, int cycles = 45);

/// Flat, drifting and barely rising curves.
std::vector<AmplificationCurve> make_flat(std::size_t count, int cycles = 45);

/// In what the peers fit: the published parameters, or those of our own kernel, in which any solver is quicker.
enum class PeerParameters { published, shape };

struct PeerStart {
  SigmoidShape shape;
  double before = 0.0;     ///< level before
  double amplitude = 0.0;  ///< level difference
};

struct PeerFit {
  double residual_sum_of_squares = 0.0;
  int evaluations = 0;
};

/// The start that SigmoidBatch reads off a curve, with the levels that are best for it.
PeerStart find_start(CurveView curve, SigmoidModel model);

/// What a peer is asked to do. Tolerance 0 asks for as much as it has.
struct PeerTask {
  SigmoidModel model = SigmoidModel::log_logistic_5;
  PeerParameters parameters = PeerParameters::published;
  int max_evaluations = 200;
  double tolerance = 1.5e-8;
};

/// MINPACK's lmder with analytic derivatives.
PeerFit fit_cminpack(CurveView curve, const PeerTask& task, const PeerStart& start);

/// Ceres TinySolver, the same functions.
PeerFit fit_tiny_solver(CurveView curve, const PeerTask& task, const PeerStart& start);

/// libqpcr's scalar Levenberg–Marquardt on the full problem, without variable projection and vectors.
PeerFit fit_scalar(CurveView curve, const PeerTask& task, const PeerStart& start);

}  // namespace qpcr::bench
