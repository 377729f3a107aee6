// Sums of squares, likelihood and traces of nested random terms, by passes up and down the forest.
#include "libqpcr/math/nested_random_model.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace qpcr {
namespace {

/// What the passes leave at a node. W is the inverse covariance of the node's values among themselves.
struct Passed {
  double weight = 0.0;   ///< b = 1ᵀB1, of the children side by side
  double centre = 0.0;   ///< mean of the children by weight
  double shrink = 1.0;   ///< h = 1/(1 + σ²b)
  double outside = 0.0;  ///< Γ: −Γ·g·g' couples values of different children, through this node and all above
  double path = 1.0;     ///< product of h over the nodes above
  double offset = 0.0;   ///< grand mean and predicted effects of the nodes above

  double full() const { return shrink * weight; }  ///< w = 1ᵀW1
};

using Passes = std::vector<std::vector<Passed>>;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// Weights and centres, from the leaves up. `deviations` gathers yᵀQy without a difference of large numbers.
Passes pass_up(const Forest& forest, const Eigen::VectorXd& variances, double& deviations, double& log_determinant) {
  const std::size_t last = forest.size() - 1;
  const double error = variances[index(last)];
  Passes passes(forest.size());
  for (std::size_t level = 0; level < forest.size(); ++level) passes[level].resize(forest[level].size());
  for (std::size_t u = 0; u < forest[last].size(); ++u) {
    passes[last][u].weight = forest[last][u].count / error;
    passes[last][u].centre = forest[last][u].mean;
  }
  for (std::size_t level = last; level > 0; --level) {
    std::vector<Passed>& above = passes[level - 1];
    const double variance = variances[index(level - 1)];
    for (std::size_t u = 0; u < passes[level].size(); ++u) {
      Passed& node = passes[level][u];
      node.shrink = 1.0 / (1.0 + variance * node.weight);
      log_determinant -= std::log(node.shrink);
      Passed& parent = above[static_cast<std::size_t>(forest[level][u].parent)];
      parent.weight += node.full();
      parent.centre += node.full() * node.centre;
    }
    for (Passed& parent : above) parent.centre /= parent.weight;
    for (std::size_t u = 0; u < passes[level].size(); ++u) {
      const Passed& node = passes[level][u];
      const double away = node.centre - above[static_cast<std::size_t>(forest[level][u].parent)].centre;
      deviations += node.full() * away * away;
    }
  }
  return passes;
}

/// Couplings and predicted effects, from the whole down.
void pass_down(const Forest& forest, const Eigen::VectorXd& variances, Passes& passes) {
  passes[0][0].offset = passes[0][0].centre;
  for (std::size_t level = 1; level < forest.size(); ++level) {
    const double variance = variances[index(level - 1)];
    for (std::size_t u = 0; u < passes[level].size(); ++u) {
      Passed& node = passes[level][u];
      const Passed& parent = passes[level - 1][static_cast<std::size_t>(forest[level][u].parent)];
      node.path = parent.path * parent.shrink;
      node.offset = parent.offset;
      if (level > 1) {
        const double above = variances[index(level - 2)];
        node.offset += above * parent.full() * (parent.centre - parent.offset);
      }
      node.outside = variance * node.shrink + parent.outside * node.shrink * node.shrink;
    }
  }
}

}  // namespace

std::optional<Forest> grow_forest(std::span<const double> centred, const std::vector<RandomTerm>& terms) {
  Forest forest(terms.size() + 1);
  forest[0].resize(1);
  for (std::size_t t = 0; t < terms.size(); ++t) forest[t + 1].resize(static_cast<std::size_t>(terms[t].levels));
  for (std::size_t row = 0; row < centred.size(); ++row) {
    int above = 0;
    forest[0][0].count += 1.0;
    forest[0][0].mean += centred[row];
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const int level = terms[t].level[row];
      ForestNode& node = forest[t + 1][static_cast<std::size_t>(level)];
      if (node.parent >= 0 && node.parent != above) return std::nullopt;
      node.parent = above;
      node.count += 1.0;
      node.mean += centred[row];
      above = level;
    }
  }
  for (std::vector<ForestNode>& nodes : forest) {
    for (ForestNode& node : nodes) node.mean /= node.count;
  }
  return forest;
}

NestedRandomModel::NestedRandomModel(Forest forest, double mean, double within)
    : forest_(std::move(forest)), mean_(mean), within_(within) {}

std::size_t NestedRandomModel::values() const { return static_cast<std::size_t>(forest_[0][0].count); }

Eigen::MatrixXd NestedRandomModel::squared_counts(std::size_t i) const {
  const std::size_t last = terms();
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(index(forest_[i].size()), index(last + 1));
  for (std::size_t u = 0; u < forest_[i].size(); ++u) sums(index(u), index(last)) = forest_[i][u].count;
  std::vector<std::size_t> ancestor;
  for (std::size_t level = i + 1; level <= last; ++level) {
    std::vector<std::size_t> found(forest_[level].size());
    for (std::size_t v = 0; v < found.size(); ++v) {
      const auto parent = static_cast<std::size_t>(forest_[level][v].parent);
      found[v] = level == i + 1 ? parent : ancestor[parent];
      sums(index(found[v]), index(level - 1)) += forest_[level][v].count * forest_[level][v].count;
    }
    ancestor = std::move(found);
  }
  return sums;
}

SequentialSums NestedRandomModel::sequential_sums() const {
  const std::size_t last = terms();
  const Eigen::Index size = index(last + 1);
  SequentialSums sums{Eigen::VectorXd::Zero(size), Eigen::VectorXd::Zero(size), Eigen::MatrixXd::Zero(size, size)};
  // Row i: tr(Pᵢ Zⱼ Zⱼᵀ), Pᵢ the projection on the means of the nodes of term i (0: the whole).
  Eigen::MatrixXd projected = Eigen::MatrixXd::Zero(size + 1, size);
  for (std::size_t i = 0; i <= last; ++i) {
    const Eigen::MatrixXd counts = squared_counts(i);
    for (std::size_t j = 0; j < i; ++j) projected(index(i), index(j)) = forest_[0][0].count;
    for (std::size_t u = 0; u < forest_[i].size(); ++u)
      for (std::size_t j = i; j <= last; ++j)
        projected(index(i), index(j)) += counts(index(u), index(j)) / forest_[i][u].count;
  }
  projected.row(size).setConstant(forest_[0][0].count);
  sums.expectation = projected.bottomRows(size) - projected.topRows(size);
  for (std::size_t i = 1; i <= last; ++i) {
    sums.degrees_of_freedom[index(i - 1)] =
        static_cast<double>(forest_[i].size()) - static_cast<double>(forest_[i - 1].size());
    for (const ForestNode& node : forest_[i]) {
      const double away = node.mean - forest_[i - 1][static_cast<std::size_t>(node.parent)].mean;
      sums.sum_of_squares[index(i - 1)] += node.count * away * away;
    }
  }
  sums.degrees_of_freedom[index(last)] = forest_[0][0].count - static_cast<double>(forest_[last].size());
  sums.sum_of_squares[index(last)] = within_;
  return sums;
}

Eigen::MatrixXd NestedRandomModel::sums_covariance(const Eigen::VectorXd& variances) const {
  const std::size_t last = terms();
  const double error = variances[index(last)];
  // Dᵢⱼ = tr(Pᵢ V Pⱼ V), i ≤ j, from the mean covariance m(u, v) of a value of u with the values of v below it.
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(index(last + 1), index(last + 1));
  std::vector<double> shared(last + 1, 0.0);  // variance that two values of one node of a term share
  for (std::size_t level = 1; level <= last; ++level) shared[level] = shared[level - 1] + variances[index(level - 1)];
  for (std::size_t j = 0; j <= last; ++j) {
    const Eigen::MatrixXd counts = squared_counts(j);
    std::vector<double> below(forest_[j].size());
    for (std::size_t v = 0; v < below.size(); ++v) {
      for (std::size_t k = j; k < last; ++k) below[v] += variances[index(k)] * counts(index(v), index(k));
      below[v] = below[v] / forest_[j][v].count + error;
    }
    for (std::size_t v = 0; v < below.size(); ++v) {
      // Upwards from v: the sum of covariances of a value of v with all values of its ancestor at term i.
      double along = below[v];
      std::size_t at = v;
      for (std::size_t i = j + 1; i-- > 0;) {
        const ForestNode& node = forest_[i][at];
        const double covariance = along + shared[i] * node.count;
        products(index(i), index(j)) += covariance * covariance * forest_[j][v].count / node.count;
        if (i > 0) {
          along += variances[index(i - 1)] * node.count;
          at = static_cast<std::size_t>(node.parent);
        }
      }
    }
  }
  // Pairs of nodes that meet only further up share the variance of where they meet.
  for (std::size_t meet = 0; meet < last; ++meet) {
    double pairs = 0.0;
    for (const ForestNode& node : forest_[meet]) pairs += node.count * node.count;
    for (const ForestNode& node : forest_[meet + 1]) pairs -= node.count * node.count;
    for (std::size_t i = meet + 1; i <= last; ++i)
      for (std::size_t j = i; j <= last; ++j) products(index(i), index(j)) += shared[meet] * shared[meet] * pairs;
  }
  const Eigen::MatrixXd full = products.selfadjointView<Eigen::Upper>();
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(index(last + 1), index(last + 1));
  for (Eigen::Index i = 1; i <= index(last); ++i)
    for (Eigen::Index j = 1; j <= index(last); ++j)
      covariance(i - 1, j - 1) = 2.0 * (full(i, j) - full(i - 1, j) - full(i, j - 1) + full(i - 1, j - 1));
  const double free = forest_[0][0].count - static_cast<double>(forest_[last].size());
  covariance(index(last), index(last)) = 2.0 * error * error * free;
  return covariance;
}

RestrictedLikelihood NestedRandomModel::restricted_likelihood(const Eigen::VectorXd& variances) const {
  const std::size_t last = terms();
  const Eigen::Index size = index(last + 1);
  const double error = variances[index(last)];
  const double n = forest_[0][0].count;
  double deviations = within_ / error;
  double log_determinant = n * std::log(error);
  Passes passes = pass_up(forest_, variances, deviations, log_determinant);
  pass_down(forest_, variances, passes);
  const double whole = passes[0][0].weight;  // 1ᵀV⁻¹1

  RestrictedLikelihood found{0.0, Eigen::VectorXd::Zero(size), Eigen::VectorXd::Zero(size),
                             Eigen::MatrixXd::Zero(size, size)};
  found.minus_two_log =
      (n - 1.0) * std::log(2.0 * std::numbers::pi) + log_determinant + std::log(whole) - std::log(n) + deviations;
  // Per term j (the error last): Σ f², f(v) = 1ᵤᵀW1ᵥ over the nodes v of term j below u; filled from the leaves up.
  Eigen::MatrixXd below = Eigen::MatrixXd::Zero(size, index(forest_[last].size()));
  Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(size, size);  // ‖ZᵢᵀV⁻¹Zⱼ‖²
  Eigen::MatrixXd crossed = Eigen::MatrixXd::Zero(size, size);  // aᵢᵀ ZᵢᵀV⁻¹Zⱼ aⱼ, a = ZᵀV⁻¹1
  Eigen::VectorXd norms = Eigen::VectorXd::Zero(size);          // ‖a‖²

  // Values: every leaf holds count equal ones of weight 1/σ².
  const double value_weight = 1.0 / error;
  const Eigen::Index e = index(last);
  Eigen::VectorXd here(size);
  for (std::size_t level = last + 1; level-- > 0;) {
    Eigen::MatrixXd above =
        level == 0 ? Eigen::MatrixXd() : Eigen::MatrixXd::Zero(size, index(forest_[level - 1].size()));
    for (std::size_t u = 0; u < forest_[level].size(); ++u) {
      const Passed& node = passes[level][u];
      // Pairs of different children; for a leaf the children are its values.
      if (level == last) {
        const double count = forest_[level][u].count;
        const double square = value_weight * value_weight;
        const double child_path = node.path * node.shrink;
        below(e, index(u)) = count * square;
        squares(e, e) += node.outside * node.outside * count * (count - 1.0) * square * square;
        crossed(e, e) -= node.outside * child_path * child_path * count * (count - 1.0) * square * square;
        const double own = 1.0 - node.outside * value_weight;
        squares(e, e) += own * own * count * square;
        crossed(e, e) += own * child_path * child_path * count * square * value_weight;
        norms[e] += child_path * child_path * count * square;
        found.trace[e] += own * count * value_weight;
        double residual = node.centre - node.offset;
        if (level > 0) residual -= variances[index(level) - 1] * node.full() * residual;
        found.quadratic[e] += count * residual * residual * square;
      } else {
        const double child_path = node.path * node.shrink;
        const Eigen::VectorXd children = below.col(index(u));
        squares += node.outside * node.outside * (children * children.transpose());
        crossed -= node.outside * child_path * child_path * (children * children.transpose());
      }
      if (level == 0) continue;
      here = below.col(index(u)) * (node.shrink * node.shrink);
      const Eigen::Index own_term = index(level) - 1;
      const double full = node.full();
      here[own_term] = full * full;
      const Passed& parent = passes[level - 1][static_cast<std::size_t>(forest_[level][u].parent)];
      const double own = 1.0 - parent.outside * full;
      // u with itself and with what lies below it.
      for (Eigen::Index j = own_term; j < size; ++j) {
        const double both = own * own * here[j];
        const double path = own * node.path * node.path * full * here[j];
        squares(own_term, j) += both;
        crossed(own_term, j) += path;
        if (j == own_term) continue;
        squares(j, own_term) += both;
        crossed(j, own_term) += path;
      }
      norms[own_term] += node.path * node.path * full * full;
      found.trace[own_term] += own * full;
      const double seen = full * (node.centre - node.offset);
      found.quadratic[own_term] += seen * seen;
      // Pairs of u with its siblings are the square of the sum at the parent less the squares of each child.
      squares -= parent.outside * parent.outside * (here * here.transpose());
      crossed += parent.outside * node.path * node.path * (here * here.transpose());
      above.col(forest_[level][u].parent) += here;
    }
    below = std::move(above);
  }
  found.quadratic[e] += within_ * value_weight * value_weight;
  found.trace -= norms / whole;
  found.information = squares - 2.0 / whole * crossed + norms * norms.transpose() / (whole * whole);
  return found;
}

}  // namespace qpcr
