// Random terms in any arrangement, by the dense cross-product of their levels.
#pragma once

#include <vector>

#include "libqpcr/math/random_model.hpp"

namespace qpcr {

/// Everything is computed from XᵀX of the mean and all levels (never from a matrix of the size of the values): its
/// Cholesky factor gives the sequential sums of squares, Woodbury's identity the likelihood and its traces.
class CrossedRandomModel final : public RandomModel {
 public:
  CrossedRandomModel(std::span<const double> centred, double mean, const std::vector<RandomTerm>& terms);

  std::size_t values() const override { return count_; }
  double mean() const override { return mean_; }
  SequentialSums sequential_sums() const override;
  Eigen::MatrixXd sums_covariance(const Eigen::VectorXd& variances) const override;
  RestrictedLikelihood restricted_likelihood(const Eigen::VectorXd& variances) const override;

 private:
  Eigen::Index first(std::size_t term) const { return starts_[term]; }
  Eigen::Index size(std::size_t term) const { return starts_[term + 1] - starts_[term]; }
  std::size_t terms() const { return starts_.size() - 1; }

  std::size_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;              ///< Σ of squared centred values
  std::vector<Eigen::Index> starts_;  ///< first column of each term; column 0 is the mean
  Eigen::MatrixXd products_;          ///< of the columns
  Eigen::VectorXd sums_;              ///< centred values by column
  Eigen::MatrixXd factor_;            ///< products_ = factor_ factor_ᵀ, a column an independent direction
  std::vector<Eigen::Index> bases_;   ///< first direction of each term; the last entry is the rank
};

}  // namespace qpcr
