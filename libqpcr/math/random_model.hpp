// A linear model with one mean and random terms, reduced once to what its variance components can be computed from.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace qpcr {

/// A random term: which of its levels 0 … levels − 1 each value has.
struct RandomTerm {
  std::vector<int> level;
  int levels = 0;

  bool operator==(const RandomTerm&) const = default;
};

/// Sequential (type 1) sums of squares of the terms and, last, of the error; E(SS) = expectation · variances.
struct SequentialSums {
  Eigen::VectorXd sum_of_squares;
  Eigen::VectorXd degrees_of_freedom;
  Eigen::MatrixXd expectation;  ///< tr(Aᵢ Zⱼ Zⱼᵀ); a row a sum of squares, a column a variance
};

/// The restricted likelihood at one set of variances. V = Σ σⱼ² Zⱼ Zⱼᵀ + σ² I and Q = V⁻¹ − V⁻¹1(1ᵀV⁻¹1)⁻¹1ᵀV⁻¹.
struct RestrictedLikelihood {
  double minus_two_log = 0.0;   ///< with all constants: −2 ln of the likelihood of n − 1 error contrasts
  Eigen::VectorXd quadratic;    ///< yᵀQ Vⱼ Q y
  Eigen::VectorXd trace;        ///< tr(Q Vⱼ)
  Eigen::MatrixXd information;  ///< tr(Q Vᵢ Q Vⱼ)
};

/// Values and terms. Variances are one a term and, last, the error's; the error's must be above 0.
class RandomModel {
 public:
  virtual ~RandomModel() = default;

  virtual std::size_t values() const = 0;
  virtual double mean() const = 0;
  virtual SequentialSums sequential_sums() const = 0;
  /// Covariances of the sequential sums of squares for normal values: 2 tr(Aᵢ V Aⱼ V).
  virtual Eigen::MatrixXd sums_covariance(const Eigen::VectorXd& variances) const = 0;
  virtual RestrictedLikelihood restricted_likelihood(const Eigen::VectorXd& variances) const = 0;
};

/// Largest number of levels, over all terms, of a model whose terms are not nested in one another.
inline constexpr long max_crossed_levels = 4000;

/// Terms each nested in the one before are solved level by level in time and memory proportional to the values; other
/// terms by a dense matrix of the size of their levels, never of the values.
/// @throws Error invalid_value for fewer than two values, values that are not finite and terms of another length or
/// with levels out of range; invalid_option for terms that are not nested and have more than max_crossed_levels levels.
std::unique_ptr<RandomModel> make_random_model(std::span<const double> y, const std::vector<RandomTerm>& terms);

}  // namespace qpcr
