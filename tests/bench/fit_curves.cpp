// The 4- and 5-parameter model for cminpack and Ceres TinySolver, with fixed sizes and nothing allocated in a fit.
#include "tests/bench/fit_curves.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <ceres/tiny_solver.h>
#include <cminpack.h>

#include "libqpcr/curve/sigmoid_start.hpp"
#include "libqpcr/math/least_squares.hpp"
#include "tests/curve/curve_data.hpp"

namespace qpcr::bench {
namespace {

constexpr int most_readings = 128;

/// Readings with ln cycle and the functions that every solver is given.
struct Problem {
  int readings = 0;
  int size = 5;
  bool published = false;
  std::array<double, most_readings> log_cycles{};
  std::array<double, most_readings> fluorescence{};

  Problem(CurveView curve, const PeerTask& task)
      : size(task.model == SigmoidModel::log_logistic_5 ? 5 : 4),
        published(task.parameters == PeerParameters::published) {
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      if (!std::isfinite(curve.fluorescence[i]) || !(curve.cycles[i] > 0.0) || readings == most_readings) continue;
      log_cycles[static_cast<std::size_t>(readings)] = std::log(curve.cycles[i]);
      fluorescence[static_cast<std::size_t>(readings++)] = curve.fluorescence[i];
    }
  }

  std::array<double, 5> to_parameters(const PeerStart& start) const {
    const SigmoidShape& at = start.shape;
    if (!published) return {start.before, start.amplitude, at.log_beta, at.tau, at.kappa};
    const double beta = std::exp(at.log_beta);
    return {start.before, start.before + start.amplitude, -beta, std::exp(at.tau + std::log(at.kappa) / beta),
            1.0 / at.kappa};
  }

  /// Residuals fitted − observed, and their derivatives column by column; either may be null.
  [[gnu::noinline]] void evaluate(const double* at, double* residuals, double* jacobian) const {
    if (published) {
      evaluate_published(at, residuals, jacobian);
    } else {
      evaluate_shape(at, residuals, jacobian);
    }
  }

  /// c, d, b, e, f.
  void evaluate_published(const double* at, double* residuals, double* jacobian) const {
    const double log_e = std::log(std::max(at[3], 1e-300));
    const double f = size == 5 ? at[4] : 1.0;
    const double difference = at[1] - at[0];
    for (int i = 0; i < readings; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const double distance = log_cycles[k] - log_e;
      const double u = std::exp(std::min(at[2] * distance, 300.0));
      const double logarithm = size == 5 ? std::log1p(u) : 0.0;
      const double s = size == 5 ? std::exp(-f * logarithm) : 1.0 / (1.0 + u);
      if (residuals != nullptr) residuals[i] = at[0] + difference * s - fluorescence[k];
      if (jacobian == nullptr) continue;
      const double slope = difference * f * s * (u / (1.0 + u));
      jacobian[i] = 1.0 - s;
      jacobian[readings + i] = s;
      jacobian[2 * readings + i] = -slope * distance;
      jacobian[3 * readings + i] = slope * at[2] / at[3];
      if (size == 5) jacobian[4 * readings + i] = -difference * s * logarithm;
    }
  }

  /// Level, difference, ln β, τ, κ.
  void evaluate_shape(const double* at, double* residuals, double* jacobian) const {
    const double beta = std::exp(at[2]);
    const double kappa = size == 5 ? std::max(at[4], 1e-8) : 1.0;
    for (int i = 0; i < readings; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const double t = std::min(beta * (at[3] - log_cycles[k]), 300.0);
      const double v = std::exp(t);
      const double u = 1.0 + kappa * v;
      const double exponent = size == 5 ? std::log1p(kappa * v) / kappa : 0.0;
      const double s = size == 5 ? std::exp(-exponent) : 1.0 / u;
      if (residuals != nullptr) residuals[i] = at[0] + at[1] * s - fluorescence[k];
      if (jacobian == nullptr) continue;
      const double by_t = -at[1] * s * (v / u);
      jacobian[i] = 1.0;
      jacobian[readings + i] = s;
      jacobian[2 * readings + i] = by_t * t;
      jacobian[3 * readings + i] = by_t * beta;
      if (size == 5) jacobian[4 * readings + i] = at[1] * s * (exponent - v / u) / kappa;
    }
  }
};

int evaluate_minpack(void* data, int, int, const double* x, double* residuals, double* jacobian, int, int flag) {
  static_cast<const Problem*>(data)->evaluate(x, flag == 1 ? residuals : nullptr, flag == 2 ? jacobian : nullptr);
  return 0;
}

template <int N>
struct TinyModel {
  using Scalar = double;
  static constexpr int NUM_RESIDUALS = Eigen::Dynamic;
  static constexpr int NUM_PARAMETERS = N;
  const Problem& problem;
  int NumResiduals() const { return problem.readings; }
  bool operator()(const double* at, double* residuals, double* jacobian) const {
    problem.evaluate(at, residuals, jacobian);
    return std::isfinite(residuals[0]);
  }
};

template <int N>
PeerFit solve_tiny(const Problem& problem, const PeerTask& task, const PeerStart& start) {
  const TinyModel<N> model{problem};
  // One solver a thread and size, as a user who cares for speed would keep it.
  static thread_local ceres::TinySolver<TinyModel<N>> solver;
  solver.options.max_num_iterations = task.max_evaluations;
  solver.options.gradient_tolerance = task.tolerance * 1e-2;
  solver.options.parameter_tolerance = task.tolerance;
  const std::array<double, 5> first = problem.to_parameters(start);
  Eigen::Matrix<double, N, 1> x;
  for (int k = 0; k < N; ++k) x(k) = first[static_cast<std::size_t>(k)];
  const auto& summary = solver.Solve(model, &x);
  return {2.0 * summary.final_cost, summary.iterations};
}

template <int N>
PeerFit solve_scalar(const Problem& problem, const PeerTask& task, const PeerStart& start) {
  std::array<double, most_readings> residuals{};
  std::array<double, most_readings * 5> jacobian{};
  const std::array<double, 5> first = problem.to_parameters(start);
  ParameterArray<N> x{};
  std::copy_n(first.begin(), x.size(), x.begin());
  LeastSquaresOptions options;
  options.max_iterations = task.max_evaluations;
  const auto model = [&](const ParameterArray<N>& at, NormalEquations<N>& normal) {
    problem.evaluate(at.data(), residuals.data(), jacobian.data());
    for (int i = 0; i < problem.readings; ++i) {
      ParameterArray<N> row{};
      for (int k = 0; k < N; ++k)
        row[static_cast<std::size_t>(k)] = jacobian[static_cast<std::size_t>(k * problem.readings + i)];
      normal.add(row, -residuals[static_cast<std::size_t>(i)]);
    }
  };
  const auto result = fit_least_squares<N>(model, x, problem.readings, options);
  return {result.normal.residual_sum_of_squares, result.iterations};
}

}  // namespace

std::vector<AmplificationCurve> make_amplified(std::size_t count, int cycles) {
  test::Random random(20);
  std::vector<AmplificationCurve> curves;
  for (std::size_t i = 0; i < count; ++i) {
    test::Shape shape;
    shape.e = 14.0 + 22.0 * random.uniform();
    shape.b = -shape.e * (0.4 + 0.4 * random.uniform());
    shape.f = std::exp(-0.5 + 1.3 * random.uniform());
    shape.c = 50.0 + 950.0 * random.uniform();
    shape.d = shape.c + 500.0 + 4500.0 * random.uniform();
    shape.slope_per_cycle = (shape.d - shape.c) * 2e-4 * random.normal();
    shape.noise_sd = (shape.d - shape.c) * std::exp(-6.5 + 2.5 * random.uniform());
    curves.push_back(test::make_curve(shape, cycles, random));
  }
  return curves;
}

std::vector<AmplificationCurve> make_flat(std::size_t count, int cycles) {
  test::Random random(21);
  std::vector<AmplificationCurve> curves;
  for (std::size_t i = 0; i < count; ++i) {
    test::Shape shape;
    shape.c = 50.0 + 950.0 * random.uniform();
    shape.d = shape.c;
    shape.slope_per_cycle = 2.0 * random.normal();
    shape.noise_sd = std::exp(4.0 * random.uniform());
    if (i % 3 == 0) {
      shape.d += 300.0 * random.uniform();
      shape.e = 40.0 + 10.0 * random.uniform();
    }
    curves.push_back(test::make_curve(shape, cycles, random));
  }
  return curves;
}

PeerStart find_start(CurveView curve, SigmoidModel model) {
  PreparedCurves prepared;
  prepared.clear(curve.cycles.size());
  PeerStart start;
  if (prepared.add(0, curve, 6).constant || prepared.curves().empty()) return start;
  const bool five = model == SigmoidModel::log_logistic_5;
  start.shape = five ? estimate_start(prepared.curves()[0]) : estimate_symmetric_start(prepared.curves()[0]);
  PeerTask task;
  task.parameters = PeerParameters::shape;
  Problem problem(curve, task);
  // Fluorescence and shape at the start: a straight line gives the levels.
  const std::array<double, 5> unit{0.0, 1.0, start.shape.log_beta, start.shape.tau, start.shape.kappa};
  std::array<double, most_readings> values{};
  const auto fluorescence = problem.fluorescence;
  problem.fluorescence.fill(0.0);
  problem.evaluate(unit.data(), values.data(), nullptr);
  double s = 0.0;
  double y = 0.0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(problem.readings); ++i) {
    s += values[i] / problem.readings;
    y += fluorescence[i] / problem.readings;
  }
  double ss = 0.0;
  double sy = 0.0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(problem.readings); ++i) {
    ss += (values[i] - s) * (values[i] - s);
    sy += (values[i] - s) * (fluorescence[i] - y);
  }
  start.amplitude = sy / ss;
  start.before = y - start.amplitude * s;
  return start;
}

PeerFit fit_cminpack(CurveView curve, const PeerTask& task, const PeerStart& start) {
  Problem problem(curve, task);
  std::array<double, 5> x = problem.to_parameters(start);
  std::array<double, most_readings> residuals{};
  std::array<double, most_readings * 5> jacobian{};
  std::array<double, 5> diagonal{};
  std::array<int, 5> order{};
  std::array<double, 20> work{};
  std::array<double, most_readings> work_rows{};
  int evaluations = 0;
  int jacobians = 0;
  (void)lmder(evaluate_minpack, &problem, problem.readings, problem.size, x.data(), residuals.data(), jacobian.data(),
              problem.readings, task.tolerance, task.tolerance, 0.0, task.max_evaluations, diagonal.data(), 1, 100.0, 0,
              &evaluations, &jacobians, order.data(), work.data(), work.data() + 5, work.data() + 10, work.data() + 15,
              work_rows.data());
  PeerFit fit;
  fit.evaluations = evaluations;
  for (int i = 0; i < problem.readings; ++i) {
    const double residual = residuals[static_cast<std::size_t>(i)];
    fit.residual_sum_of_squares += residual * residual;
  }
  return fit;
}

PeerFit fit_tiny_solver(CurveView curve, const PeerTask& task, const PeerStart& start) {
  const Problem problem(curve, task);
  return problem.size == 5 ? solve_tiny<5>(problem, task, start) : solve_tiny<4>(problem, task, start);
}

PeerFit fit_scalar(CurveView curve, const PeerTask& task, const PeerStart& start) {
  const Problem problem(curve, task);
  return problem.size == 5 ? solve_scalar<5>(problem, task, start) : solve_scalar<4>(problem, task, start);
}

}  // namespace qpcr::bench
