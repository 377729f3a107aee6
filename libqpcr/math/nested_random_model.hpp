// Random terms each nested in the one before: a forest whose covariance matrix has a closed inverse.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/math/random_model.hpp"

namespace qpcr {

/// One level of one term, its values and what the level above it is.
struct ForestNode {
  int parent = -1;  ///< node of the term before; 0 (the whole) for nodes of the first term
  double count = 0.0;
  double mean = 0.0;  ///< of its values, from which the grand mean was taken
};

/// Nodes of the whole (one node), then of each term.
using Forest = std::vector<std::vector<ForestNode>>;

/// Nothing when a level of a term has values in two levels of the term before.
std::optional<Forest> grow_forest(std::span<const double> centred, const std::vector<RandomTerm>& terms);

/// Level-by-level formulas: V of a node is V of its children side by side plus a constant, so that its inverse, its
/// determinant and every trace are sums over nodes (Sherman & Morrison 1950, 10.1214/aoms/1177729893, applied upwards).
class NestedRandomModel final : public RandomModel {
 public:
  /// @param within sum of squares about the means of the nodes of the last term
  NestedRandomModel(Forest forest, double mean, double within);

  std::size_t values() const override;
  double mean() const override { return mean_; }
  SequentialSums sequential_sums() const override;
  Eigen::MatrixXd sums_covariance(const Eigen::VectorXd& variances) const override;
  RestrictedLikelihood restricted_likelihood(const Eigen::VectorXd& variances) const override;

 private:
  std::size_t terms() const { return forest_.size() - 1; }
  /// Σ of squared counts of the nodes of term j (the error last) below each node of term i.
  Eigen::MatrixXd squared_counts(std::size_t i) const;

  Forest forest_;
  double mean_ = 0.0;
  double within_ = 0.0;
};

}  // namespace qpcr
