// The family of shapes behind every sigmoid model: value, derivatives in the axis, derivatives in the parameters.
#pragma once

#include <algorithm>
#include <array>

#include "libqpcr/curve/amplification_model.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {

/// What distinguishes the models: the axis, whether κ is free or held at a value, whether there is a line.
struct ModelTraits {
  bool log_axis = true;
  bool free_asymmetry = false;
  double held_asymmetry = 1.0;
  bool line = false;
};

constexpr ModelTraits find_traits(AmplificationModel model) {
  switch (model) {
    case AmplificationModel::log_logistic_4:
      return {true, false, 1.0, false};
    case AmplificationModel::log_logistic_5:
      return {true, true, 1.0, false};
    case AmplificationModel::log_logistic_6:
      return {true, true, 1.0, true};
    case AmplificationModel::gompertz:
      return {true, false, 0.0, false};
    case AmplificationModel::logistic_4:
      return {false, false, 1.0, false};
    case AmplificationModel::logistic_5:
      return {false, true, 1.0, false};
    case AmplificationModel::logistic_6:
      return {false, true, 1.0, true};
  }
  return {};
}

/// f = 1e8: the residual sum of squares is that of the Gompertz limit to 1e-7 of itself.
constexpr double smallest_asymmetry = 1e-8;
constexpr double largest_asymmetry = 1e4;

/// s at t with ∂s/∂t and ∂s/∂κ at fixed t.
struct ShapeValue {
  double value = 0.0;
  double by_t = 0.0;
  double by_asymmetry = 0.0;
};

inline ShapeValue evaluate_shape(double t, double kappa) {
  // Beyond e³⁰⁰ the shape is 0 to double precision and its square still finite.
  const double v = elementary::exp(std::min(t, 300.0));
  const double y = kappa * v;
  double exponent = 0.0;
  double by_asymmetry = 0.0;
  if (y < 1e-3) {
    // ln(1 + κv)/κ in powers of κv: the quotient cancels towards the Gompertz limit.
    exponent = v * (1.0 - y * (1.0 / 2.0 - y * (1.0 / 3.0 - y * (1.0 / 4.0 - y * (1.0 / 5.0 - y / 6.0)))));
    by_asymmetry = -v * v * (1.0 / 2.0 - y * (2.0 / 3.0 - y * (3.0 / 4.0 - y * (4.0 / 5.0 - y * (5.0 / 6.0)))));
  } else {
    exponent = elementary::log1p(y) / kappa;
    by_asymmetry = (v / (1.0 + y) - exponent) / kappa;
  }
  ShapeValue shape;
  shape.value = elementary::exp(-exponent);
  shape.by_t = -shape.value * (v / (1.0 + y));
  shape.by_asymmetry = shape.value > 0.0 ? -shape.value * by_asymmetry : 0.0;
  return shape;
}

}  // namespace qpcr
