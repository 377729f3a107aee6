// Variance components of a model with random terms: from sequential sums of squares, or by restricted likelihood.
#pragma once

#include <optional>
#include <vector>

#include "libqpcr/math/random_model.hpp"

namespace qpcr {

/// Which covariance of the components: by the information at the estimates (Giesbrecht & Burns 1985, 10.2307/2530872),
/// or that of the sums of squares themselves (Searle, Casella & McCulloch 1992, 10.1002/9780470316856, chapter 5; also
/// used where the error variance is 0).
enum class ComponentCovariance { giesbrecht_burns, searle_casella_mcculloch };

/// Components are one a term and, last, the error's.
struct AnovaComponents {
  SequentialSums sums;
  Eigen::VectorXd mean_squares;
  Eigen::VectorXd unbounded;   ///< as solved, negative ones included
  Eigen::VectorXd variances;   ///< negative ones are 0
  Eigen::MatrixXd solution;    ///< unbounded = solution · mean_squares
  Eigen::MatrixXd covariance;  ///< of the components
};

/// Why components cannot be solved.
enum class ComponentFault {
  none,
  no_error_degrees,  ///< no two values of one level of every term
  confounded_term,   ///< a term adds no level, or no more than earlier ones explain
  no_variation,      ///< all values are equal, or all within every level
};

struct AnovaFit {
  ComponentFault fault = ComponentFault::none;
  std::size_t term = 0;  ///< the confounded one
  SequentialSums sums;   ///< exist even so
  std::optional<AnovaComponents> components;
};

/// Equates mean squares with their expectations.
AnovaFit estimate_anova_components(const RandomModel& model, ComponentCovariance covariance);

/// Satterthwaite's degrees of freedom (1946, 10.2307/3002019) of Σ of the components `from` … error, from the mean
/// squares that the bounded components expect.
double derive_sum_degrees(const AnovaComponents& components, std::size_t from);

/// The same of one component, from the mean squares found.
double derive_component_degrees(const AnovaComponents& components, std::size_t component);

struct RemlFit {
  ComponentFault fault = ComponentFault::none;
  std::size_t term = 0;
  Eigen::VectorXd variances;   ///< 0 for a component on its bound
  Eigen::MatrixXd covariance;  ///< Giesbrecht & Burns among the components above 0; 0 for the others
  double minus_two_log = 0.0;
  int iterations = 0;
  bool converged = false;
};

/// Largest restricted likelihood (Patterson & Thompson 1971, 10.1093/biomet/58.3.545) with no component below 0, by
/// scoring steps on the components off their bounds.
RemlFit fit_reml(const RandomModel& model);

}  // namespace qpcr
