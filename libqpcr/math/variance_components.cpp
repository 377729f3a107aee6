// Solves for variance components.
#include "libqpcr/math/variance_components.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace qpcr {
namespace {

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// A term of the model that cannot be told from the others, or an error without degrees of freedom.
ComponentFault find_fault(const SequentialSums& sums, std::size_t& term) {
  const Eigen::Index last = sums.degrees_of_freedom.size() - 1;
  if (sums.degrees_of_freedom[last] < 1.0) return ComponentFault::no_error_degrees;
  for (Eigen::Index i = 0; i < last; ++i) {
    if (sums.degrees_of_freedom[i] >= 1.0) continue;
    term = static_cast<std::size_t>(i);
    return ComponentFault::confounded_term;
  }
  if (!(sums.sum_of_squares.sum() > 0.0)) return ComponentFault::no_variation;
  return ComponentFault::none;
}

/// Covariance 2·F⁻¹ of the marked components; 0 elsewhere. Nothing where F is singular.
std::optional<Eigen::MatrixXd> invert_information(const Eigen::MatrixXd& information,
                                                  const std::vector<Eigen::Index>& kept) {
  const Eigen::Index size = index(kept.size());
  Eigen::MatrixXd scaled(size, size);
  Eigen::VectorXd scale(size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const Eigen::Index row = kept[static_cast<std::size_t>(i)];
    if (!(information(row, row) > 0.0)) return std::nullopt;
    scale[i] = 1.0 / std::sqrt(information(row, row));
  }
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j < size; ++j)
      scaled(i, j) =
          information(kept[static_cast<std::size_t>(i)], kept[static_cast<std::size_t>(j)]) * scale[i] * scale[j];
  const Eigen::LLT<Eigen::MatrixXd> factor(scaled);
  // A pivot of a unit-diagonal matrix this small: two components have the same effect on every likelihood.
  constexpr double inseparable = 1e-10;
  if (factor.info() != Eigen::Success) return std::nullopt;
  const Eigen::MatrixXd lower = factor.matrixL();
  if (lower.diagonal().cwiseAbs2().minCoeff() < inseparable) return std::nullopt;
  const Eigen::MatrixXd inverse = factor.solve(Eigen::MatrixXd::Identity(size, size));
  if (!inverse.allFinite()) return std::nullopt;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(information.rows(), information.cols());
  for (Eigen::Index i = 0; i < size; ++i)
    for (Eigen::Index j = 0; j < size; ++j)
      covariance(kept[static_cast<std::size_t>(i)], kept[static_cast<std::size_t>(j)]) =
          2.0 * inverse(i, j) * scale[i] * scale[j];
  return covariance;
}

double satterthwaite(const Eigen::RowVectorXd& weights, const Eigen::VectorXd& mean_squares,
                     const Eigen::VectorXd& degrees) {
  const Eigen::ArrayXd parts = weights.transpose().array() * mean_squares.array();
  const double sum = parts.sum();
  return sum * sum / (parts.square() / degrees.array()).sum();
}

/// Ascent of the restricted likelihood from `variances`, inside the bounds.
class Ascent {
 public:
  Ascent(const RandomModel& model, Eigen::VectorXd variances)
      : model_(model), variances_(std::move(variances)), here_(model.restricted_likelihood(variances_)) {}

  /// Takes one step. False where no step raises the likelihood any more.
  bool step() {
    const std::vector<Eigen::Index> free = find_free();
    const Eigen::VectorXd gradient = here_.quadratic - here_.trace;
    const std::optional<Eigen::MatrixXd> inverse = invert_information(here_.information, free);
    if (!inverse) return false;
    // Scoring: the covariance of the components times half the gradient.
    const Eigen::VectorXd direction = 0.5 * *inverse * gradient;
    const double total = variances_.sum();
    for (double length = 1.0; length > 1e-10; length *= 0.5) {
      const Eigen::VectorXd next = project(variances_ + length * direction);
      const double moved = (next - variances_).cwiseAbs().maxCoeff();
      if (moved <= 1e-15 * total) return false;
      const RestrictedLikelihood there = model_.restricted_likelihood(next);
      if (!std::isfinite(there.minus_two_log)) continue;
      // Near the optimum the likelihood itself is rounded: what then counts is that the step shrinks.
      const double slack = 1e-12 * (1.0 + std::abs(here_.minus_two_log));
      if (there.minus_two_log > here_.minus_two_log + (moved < 1e-5 * total ? slack : 0.0)) continue;
      last_move_ = moved / total;
      variances_ = next;
      here_ = there;
      return true;
    }
    return false;
  }

  std::vector<Eigen::Index> find_free() const {
    const Eigen::Index last = variances_.size() - 1;
    std::vector<Eigen::Index> free;
    for (Eigen::Index i = 0; i <= last; ++i)
      if (i == last || variances_[i] > 0.0 || here_.quadratic[i] > here_.trace[i]) free.push_back(i);
    return free;
  }

  /// True once steps are lost in rounding.
  bool arrived() const { return last_move_ < 1e-13; }
  const Eigen::VectorXd& variances() const { return variances_; }
  const RestrictedLikelihood& likelihood() const { return here_; }

 private:
  /// No component below 0, and the error's never below a tenth of what it was.
  Eigen::VectorXd project(Eigen::VectorXd next) const {
    const Eigen::Index last = next.size() - 1;
    for (Eigen::Index i = 0; i < last; ++i) next[i] = std::max(0.0, next[i]);
    next[last] = std::max(next[last], 0.1 * variances_[last]);
    return next;
  }

  const RandomModel& model_;
  Eigen::VectorXd variances_;
  RestrictedLikelihood here_;
  double last_move_ = 1.0;
};

}  // namespace

AnovaFit estimate_anova_components(const RandomModel& model, ComponentCovariance covariance) {
  AnovaFit fit;
  fit.sums = model.sequential_sums();
  fit.fault = find_fault(fit.sums, fit.term);
  if (fit.fault != ComponentFault::none) return fit;
  AnovaComponents found;
  found.sums = fit.sums;
  found.mean_squares = fit.sums.sum_of_squares.cwiseQuotient(fit.sums.degrees_of_freedom);
  const Eigen::MatrixXd expected = fit.sums.degrees_of_freedom.cwiseInverse().asDiagonal() * fit.sums.expectation;
  const Eigen::FullPivLU<Eigen::MatrixXd> solver(expected);
  if (!solver.isInvertible()) {
    fit.fault = ComponentFault::confounded_term;
    return fit;
  }
  found.solution = solver.inverse();
  found.unbounded = found.solution * found.mean_squares;
  found.variances = found.unbounded.cwiseMax(0.0);
  const Eigen::Index last = found.variances.size() - 1;
  // Without error variance V has no inverse; the sums of squares still have a covariance.
  if (covariance == ComponentCovariance::searle_casella_mcculloch || !(found.variances[last] > 0.0)) {
    const Eigen::MatrixXd weights = found.solution * fit.sums.degrees_of_freedom.cwiseInverse().asDiagonal();
    found.covariance = weights * model.sums_covariance(found.unbounded) * weights.transpose();
  } else {
    std::vector<Eigen::Index> all;
    for (Eigen::Index i = 0; i <= last; ++i) all.push_back(i);
    const auto inverse = invert_information(model.restricted_likelihood(found.variances).information, all);
    if (!inverse) {
      fit.fault = ComponentFault::confounded_term;
      return fit;
    }
    found.covariance = *inverse;
  }
  fit.components = std::move(found);
  return fit;
}

double derive_sum_degrees(const AnovaComponents& components, std::size_t from) {
  const Eigen::MatrixXd expected =
      components.sums.degrees_of_freedom.cwiseInverse().asDiagonal() * components.sums.expectation;
  const Eigen::RowVectorXd weights =
      components.solution.bottomRows(components.solution.rows() - index(from)).colwise().sum();
  return satterthwaite(weights, expected * components.variances, components.sums.degrees_of_freedom);
}

double derive_component_degrees(const AnovaComponents& components, std::size_t component) {
  return satterthwaite(components.solution.row(index(component)), components.mean_squares,
                       components.sums.degrees_of_freedom);
}

RemlFit fit_reml(const RandomModel& model) {
  RemlFit fit;
  const AnovaFit start = estimate_anova_components(model, ComponentCovariance::searle_casella_mcculloch);
  const double free = start.sums.degrees_of_freedom.sum();
  const double spread = start.sums.sum_of_squares.sum() / free;
  const Eigen::Index last = start.sums.sum_of_squares.size() - 1;
  // Not a term that earlier ones explain: the likelihood may still separate it.
  if (start.sums.degrees_of_freedom[last] < 1.0) {
    fit.fault = ComponentFault::no_error_degrees;
  } else if (!(start.sums.sum_of_squares[last] > 0.0)) {
    fit.fault = ComponentFault::no_variation;
  }
  if (fit.fault != ComponentFault::none) return fit;
  Eigen::VectorXd first = Eigen::VectorXd::Constant(last + 1, spread / static_cast<double>(last + 1));
  if (start.components) first = start.components->variances;
  Ascent ascent(model, first);
  constexpr int max_iterations = 1000;
  while (fit.iterations < max_iterations && !ascent.arrived() && ascent.step()) ++fit.iterations;
  fit.converged = fit.iterations < max_iterations;
  fit.variances = ascent.variances();
  fit.minus_two_log = ascent.likelihood().minus_two_log;
  std::vector<Eigen::Index> kept;
  for (Eigen::Index i = 0; i <= last; ++i)
    if (fit.variances[i] > 0.0) kept.push_back(i);
  const auto inverse = invert_information(ascent.likelihood().information, kept);
  if (inverse) {
    fit.covariance = *inverse;
  } else {
    fit.fault = ComponentFault::confounded_term;
  }
  return fit;
}

}  // namespace qpcr
