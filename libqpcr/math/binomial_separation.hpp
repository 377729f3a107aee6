// Whether outcomes can be separated by the columns of a design: the search behind binomial_regression.hpp.
#pragma once

#include <span>

#include <Eigen/Dense>

#include "libqpcr/math/binomial_regression.hpp"

namespace qpcr {

/// `basis` spans the columns; rows without trials say nothing.
Separation find_separation_in(const Eigen::MatrixXd& basis, std::span<const double> successes,
                              std::span<const double> trials);

}  // namespace qpcr
