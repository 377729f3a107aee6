// Sums of squares, likelihood and traces of random terms in any arrangement.
#include "libqpcr/math/crossed_random_model.hpp"

#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>

namespace qpcr {
namespace {

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

}  // namespace

CrossedRandomModel::CrossedRandomModel(std::span<const double> centred, double mean,
                                       const std::vector<RandomTerm>& terms)
    : count_(centred.size()), mean_(mean), starts_{1} {
  for (const RandomTerm& term : terms) starts_.push_back(starts_.back() + term.levels);
  const Eigen::Index columns = starts_.back();
  products_ = Eigen::MatrixXd::Zero(columns, columns);
  sums_ = Eigen::VectorXd::Zero(columns);
  std::vector<Eigen::Index> row(terms.size() + 1, 0);
  for (std::size_t i = 0; i < centred.size(); ++i) {
    for (std::size_t t = 0; t < terms.size(); ++t) row[t + 1] = starts_[t] + terms[t].level[i];
    squares_ += centred[i] * centred[i];
    for (const Eigen::Index a : row) {
      sums_[a] += centred[i];
      for (const Eigen::Index b : row) products_(a, b) += 1.0;
    }
  }
  // Cholesky in the order of the columns; a column that those before it span makes no direction.
  constexpr double dependent = 1e-9;
  factor_ = Eigen::MatrixXd::Zero(columns, columns);
  Eigen::Index rank = 0;
  std::size_t term = 0;
  for (Eigen::Index column = 0; column < columns; ++column) {
    while (term < terms.size() && column >= starts_[term]) {
      bases_.push_back(rank);
      ++term;
    }
    const Eigen::Index rest = columns - column;
    Eigen::VectorXd next = products_.col(column).tail(rest);
    next.noalias() -= factor_.block(column, 0, rest, rank) * factor_.row(column).head(rank).transpose();
    if (next[0] <= dependent * products_(column, column)) continue;
    factor_.col(rank++).tail(rest) = next / std::sqrt(next[0]);
  }
  bases_.push_back(rank);
  factor_.conservativeResize(Eigen::NoChange, rank);
}

SequentialSums CrossedRandomModel::sequential_sums() const {
  const std::size_t last = terms();
  const Eigen::Index rank = bases_.back();
  SequentialSums found{Eigen::VectorXd::Zero(index(last + 1)), Eigen::VectorXd::Zero(index(last + 1)),
                       Eigen::MatrixXd::Zero(index(last + 1), index(last + 1))};
  // Coordinates of the values in the directions: solve factor · u = sums row by row of each direction's own column.
  Eigen::VectorXd rest = sums_;
  Eigen::VectorXd coordinates(rank);
  for (Eigen::Index direction = 0, column = 0; direction < rank; ++direction, ++column) {
    while (factor_(column, direction) == 0.0) ++column;
    coordinates[direction] = rest[column] / factor_(column, direction);
    rest -= coordinates[direction] * factor_.col(direction);
  }
  double remaining = squares_ - coordinates.head(bases_[0]).squaredNorm();
  const auto n = static_cast<double>(count_);
  for (std::size_t i = 0; i < last; ++i) {
    const Eigen::Index width = bases_[i + 1] - bases_[i];
    const Eigen::Index row = index(i);
    found.sum_of_squares[row] = coordinates.segment(bases_[i], width).squaredNorm();
    remaining -= found.sum_of_squares[row];
    found.degrees_of_freedom[row] = static_cast<double>(width);
    for (std::size_t j = 0; j < last; ++j)
      found.expectation(row, index(j)) = factor_.block(first(j), bases_[i], size(j), width).squaredNorm();
    found.expectation(row, index(last)) = static_cast<double>(width);
  }
  const double free = n - static_cast<double>(rank);
  found.degrees_of_freedom[index(last)] = free;
  found.expectation(index(last), index(last)) = free;
  // What rounding leaves of values that the terms explain wholly is no variation.
  found.sum_of_squares[index(last)] = remaining > 1e-14 * squares_ ? remaining : 0.0;
  return found;
}

Eigen::MatrixXd CrossedRandomModel::sums_covariance(const Eigen::VectorXd& variances) const {
  const std::size_t last = terms();
  const Eigen::Index rank = bases_.back();
  const double error = variances[index(last)];
  Eigen::MatrixXd rotated = error * Eigen::MatrixXd::Identity(rank, rank);  // V in the directions
  for (std::size_t k = 0; k < last; ++k) {
    const auto block = factor_.middleRows(first(k), size(k));
    rotated.noalias() += variances[index(k)] * (block.transpose() * block);
  }
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(index(last + 1), index(last + 1));
  for (std::size_t i = 0; i < last; ++i) {
    for (std::size_t j = 0; j < last; ++j) {
      covariance(index(i), index(j)) =
          2.0 * rotated.block(bases_[i], bases_[j], bases_[i + 1] - bases_[i], bases_[j + 1] - bases_[j]).squaredNorm();
    }
  }
  covariance(index(last), index(last)) =
      2.0 * error * error * (static_cast<double>(count_) - static_cast<double>(rank));
  return covariance;
}

RestrictedLikelihood CrossedRandomModel::restricted_likelihood(const Eigen::VectorXd& variances) const {
  const std::size_t last = terms();
  const double error = variances[index(last)];
  const auto n = static_cast<double>(count_);
  // V⁻¹ = (I − Z Λ (I + Λ ZᵀZ Λ)⁻¹ Λ Zᵀ)/σ² over the levels whose variance is above 0.
  std::vector<Eigen::Index> active;
  std::vector<double> root;
  for (std::size_t t = 0; t < last; ++t) {
    if (!(variances[index(t)] > 0.0)) continue;
    for (Eigen::Index column = first(t); column < first(t) + size(t); ++column) {
      active.push_back(column);
      root.push_back(std::sqrt(variances[index(t)] / error));
    }
  }
  const Eigen::Index width = index(active.size());
  Eigen::MatrixXd scaled(width, products_.cols());
  Eigen::VectorXd scaled_sums(width);
  for (Eigen::Index i = 0; i < width; ++i) {
    const auto at = static_cast<std::size_t>(i);
    scaled.row(i) = root[at] * products_.row(active[at]);
    scaled_sums[i] = root[at] * sums_[active[at]];
  }
  Eigen::MatrixXd inner = Eigen::MatrixXd::Identity(width, width);
  for (Eigen::Index i = 0; i < width; ++i)
    inner.col(i) += root[static_cast<std::size_t>(i)] * scaled.col(active[static_cast<std::size_t>(i)]);
  const Eigen::LLT<Eigen::MatrixXd> factor(inner);
  const Eigen::MatrixXd lower = factor.matrixL();
  factor.matrixL().solveInPlace(scaled);
  factor.matrixL().solveInPlace(scaled_sums);
  Eigen::MatrixXd inverse = products_;  // XᵀV⁻¹X σ²
  inverse.noalias() -= scaled.transpose() * scaled;
  const Eigen::VectorXd right = sums_ - scaled.transpose() * scaled_sums;
  const double whole = inverse(0, 0);
  const double centre = right[0] / whole;
  const Eigen::VectorXd residual = (right - centre * inverse.col(0)) / error;  // ZᵀQy
  const Eigen::VectorXd sums_of_inverse = inverse.col(0);
  inverse.noalias() -= sums_of_inverse * sums_of_inverse.transpose() / whole;  // ZᵀQZ σ²
  inverse /= error;

  RestrictedLikelihood found{0.0, Eigen::VectorXd::Zero(index(last + 1)), Eigen::VectorXd::Zero(index(last + 1)),
                             Eigen::MatrixXd::Zero(index(last + 1), index(last + 1))};
  const double quadratic = (squares_ - scaled_sums.squaredNorm() - right[0] * centre) / error;  // yᵀQy
  found.minus_two_log = (n - 1.0) * std::log(2.0 * std::numbers::pi) + n * std::log(error) +
                        2.0 * lower.diagonal().array().log().sum() + std::log(whole / error) - std::log(n) + quadratic;
  // QVQ = Q gives the error's entries from those of the terms.
  const Eigen::Index e = index(last);
  double own_trace = n - 1.0;
  double own_quadratic = quadratic;
  for (std::size_t i = 0; i < last; ++i) {
    const Eigen::Index row = index(i);
    found.trace[row] = inverse.diagonal().segment(first(i), size(i)).sum();
    found.quadratic[row] = residual.segment(first(i), size(i)).squaredNorm();
    own_trace -= variances[row] * found.trace[row];
    own_quadratic -= variances[row] * found.quadratic[row];
    double with_error = found.trace[row];
    for (std::size_t j = 0; j < last; ++j) {
      found.information(row, index(j)) = inverse.block(first(i), first(j), size(i), size(j)).squaredNorm();
      with_error -= variances[index(j)] * found.information(row, index(j));
    }
    found.information(row, e) = found.information(e, row) = with_error / error;
  }
  found.trace[e] = own_trace / error;
  found.quadratic[e] = own_quadratic / error;
  double own_information = found.trace[e];
  for (Eigen::Index j = 0; j < e; ++j) own_information -= variances[j] * found.information(e, j);
  found.information(e, e) = own_information / error;
  return found;
}

}  // namespace qpcr
