// Separation by theorems of the alternative: a separating direction exists unless positive weights cancel all rows.
#include "libqpcr/math/binomial_separation.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace qpcr {
namespace {

/// What is left of `target` by the non-negative combination of columns nearest to it (Lawson & Hanson 1974, ch. 23).
Eigen::VectorXd find_nonnegative_residual(const Eigen::MatrixXd& columns, const Eigen::VectorXd& target) {
  const Eigen::Index count = columns.cols();
  std::vector<Eigen::Index> passive;
  std::vector<double> weight;  // of the passive columns
  std::vector<char> is_passive(static_cast<std::size_t>(count), 0);
  Eigen::VectorXd residual = target;
  const double enough = 1e-13 * std::max(1.0, target.norm());
  const int most = 100 + 20 * static_cast<int>(columns.rows());
  for (int round = 0; round < most; ++round) {
    const Eigen::VectorXd gain = columns.transpose() * residual;
    Eigen::Index best = -1;
    for (Eigen::Index i = 0; i < count; ++i) {
      if (!is_passive[static_cast<std::size_t>(i)] && gain[i] > enough && (best < 0 || gain[i] > gain[best])) best = i;
    }
    if (best < 0) break;
    passive.push_back(best);
    weight.push_back(0.0);
    is_passive[static_cast<std::size_t>(best)] = 1;
    for (;;) {
      Eigen::MatrixXd chosen(columns.rows(), static_cast<Eigen::Index>(passive.size()));
      for (std::size_t k = 0; k < passive.size(); ++k)
        chosen.col(static_cast<Eigen::Index>(k)) = columns.col(passive[k]);
      const Eigen::VectorXd solution = chosen.colPivHouseholderQr().solve(target);
      double share = 1.0;
      for (std::size_t k = 0; k < weight.size(); ++k) {
        const double wanted = solution[static_cast<Eigen::Index>(k)];
        if (wanted <= 0.0) share = std::min(share, weight[k] / std::max(weight[k] - wanted, 1e-300));
      }
      std::size_t kept = 0;
      const bool whole = share >= 1.0;
      for (std::size_t k = 0; k < weight.size(); ++k) {
        const double wanted = solution[static_cast<Eigen::Index>(k)];
        const double moved = whole ? wanted : weight[k] + share * (wanted - weight[k]);
        if (!whole && wanted <= 0.0 && moved <= 1e-14 * std::abs(wanted)) {
          is_passive[static_cast<std::size_t>(passive[k])] = 0;
          continue;
        }
        passive[kept] = passive[k];
        weight[kept++] = moved;
      }
      passive.resize(kept);
      weight.resize(kept);
      residual = target;
      for (std::size_t k = 0; k < kept; ++k) residual -= weight[k] * columns.col(passive[k]);
      if (whole || passive.empty()) break;
    }
  }
  return residual;
}

/// Directions that agree with each outcome, of length 1: the row for a success, its opposite for a failure.
Eigen::MatrixXd gather_directions(const Eigen::MatrixXd& basis, std::span<const double> successes,
                                  std::span<const double> trials, bool& has_mixed) {
  std::vector<Eigen::VectorXd> found;
  const double least = 1e-12 * basis.rowwise().norm().maxCoeff();
  for (Eigen::Index i = 0; i < basis.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    const double length = basis.row(i).norm();
    if (trials[row] <= 0.0 || length <= least) continue;
    if (successes[row] > 0.0) found.emplace_back(basis.row(i).transpose() / length);
    if (successes[row] < trials[row]) found.emplace_back(-basis.row(i).transpose() / length);
    has_mixed = has_mixed || (successes[row] > 0.0 && successes[row] < trials[row]);
  }
  Eigen::MatrixXd directions(basis.cols(), static_cast<Eigen::Index>(found.size()));
  for (std::size_t k = 0; k < found.size(); ++k) directions.col(static_cast<Eigen::Index>(k)) = found[k];
  return directions;
}

constexpr double zero_angle = 1e-9;  ///< cosines below it are 0: rows on the separating plane

}  // namespace

Separation find_separation_in(const Eigen::MatrixXd& basis, std::span<const double> successes,
                              std::span<const double> trials) {
  bool has_mixed = false;
  const Eigen::MatrixXd directions = gather_directions(basis, successes, trials, has_mixed);
  if (directions.cols() == 0 || basis.cols() == 0) return Separation::none;
  // Stiemke: no direction agrees with all rows exactly when weights of at least 1 cancel them.
  const Eigen::VectorXd left = -find_nonnegative_residual(directions, -directions.rowwise().sum());
  const double length = left.norm();
  if (length <= zero_angle + 1e-13 * static_cast<double>(directions.cols())) return Separation::none;
  const Eigen::VectorXd agreement = directions.transpose() * (left / length);
  if (agreement.minCoeff() < -1e-7 || agreement.maxCoeff() <= zero_angle) return Separation::none;
  if (has_mixed) return Separation::quasi_complete;
  // Gordan: a direction agrees strictly with all rows exactly when no weights that add up to 1 cancel them.
  Eigen::MatrixXd raised(directions.rows() + 1, directions.cols());
  raised.topRows(directions.rows()) = directions;
  raised.bottomRows(1).setOnes();
  Eigen::VectorXd target = Eigen::VectorXd::Zero(raised.rows());
  target[raised.rows() - 1] = 1.0;
  const Eigen::VectorXd rest = find_nonnegative_residual(raised, target);
  const Eigen::VectorXd strict = -rest.head(directions.rows());
  if (strict.norm() <= zero_angle) return Separation::quasi_complete;
  const double margin = (directions.transpose() * strict).minCoeff() / strict.norm();
  return margin > zero_angle ? Separation::complete : Separation::quasi_complete;
}

}  // namespace qpcr
