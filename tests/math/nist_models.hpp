// The models of the NIST StRD nonlinear sets with their derivatives, written once for the tests that fit them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "libqpcr/math/least_squares.hpp"

namespace qpcr::test {

constexpr std::size_t most_parameters = 9;

/// A value with its derivatives by the parameters: models are written once, as NIST prints them.
struct Dual {
  double value = 0.0;
  std::array<double, most_parameters> by{};
};

inline Dual chain(const Dual& a, double value, double slope) {
  Dual result{value, {}};
  for (std::size_t i = 0; i < most_parameters; ++i) result.by[i] = slope * a.by[i];
  return result;
}

inline Dual join(const Dual& a, const Dual& b, double value, double by_a, double by_b) {
  Dual result{value, {}};
  for (std::size_t i = 0; i < most_parameters; ++i) result.by[i] = by_a * a.by[i] + by_b * b.by[i];
  return result;
}

inline Dual operator+(const Dual& a, const Dual& b) { return join(a, b, a.value + b.value, 1.0, 1.0); }
inline Dual operator-(const Dual& a, const Dual& b) { return join(a, b, a.value - b.value, 1.0, -1.0); }
inline Dual operator*(const Dual& a, const Dual& b) { return join(a, b, a.value * b.value, b.value, a.value); }
inline Dual operator/(const Dual& a, const Dual& b) {
  return join(a, b, a.value / b.value, 1.0 / b.value, -a.value / (b.value * b.value));
}
inline Dual operator+(const Dual& a, double b) { return chain(a, a.value + b, 1.0); }
inline Dual operator+(double a, const Dual& b) { return b + a; }
inline Dual operator-(double a, const Dual& b) { return chain(b, a - b.value, -1.0); }
inline Dual operator-(const Dual& a) { return chain(a, -a.value, -1.0); }
inline Dual operator*(const Dual& a, double b) { return chain(a, a.value * b, b); }
inline Dual operator*(double a, const Dual& b) { return b * a; }
inline Dual operator/(const Dual& a, double b) { return chain(a, a.value / b, 1.0 / b); }
inline Dual operator/(double a, const Dual& b) { return chain(b, a / b.value, -a / (b.value * b.value)); }
inline Dual exp(const Dual& a) { return chain(a, std::exp(a.value), std::exp(a.value)); }
inline Dual log(const Dual& a) { return chain(a, std::log(a.value), 1.0 / a.value); }
inline Dual cos(const Dual& a) { return chain(a, std::cos(a.value), -std::sin(a.value)); }
inline Dual sin(const Dual& a) { return chain(a, std::sin(a.value), std::cos(a.value)); }
inline Dual atan(const Dual& a) { return chain(a, std::atan(a.value), 1.0 / (1.0 + a.value * a.value)); }
inline Dual square(const Dual& a) { return a * a; }

using Parameters = std::array<Dual, most_parameters + 1>;  ///< counted from 1 as NIST does
using Observation = std::array<double, 3>;                 ///< y, then the predictors
using Model = Dual (*)(const Parameters&, const Observation&);

struct Dataset {
  std::vector<std::vector<double>> columns;  ///< y, then the predictors
  std::vector<std::array<double, 2>> starts;
  std::vector<double> values;
  std::vector<double> standard_deviations;
  double residual_sum_of_squares = 0.0;
  bool higher_difficulty = false;
};

struct Outcome {
  LeastSquaresStatus status;
  std::vector<double> values;
  std::vector<double> standard_errors;
  double residual_sum_of_squares;
};

template <int N>
Outcome fit(const Dataset& data, std::size_t start, Model model) {
  const int count = static_cast<int>(data.columns[0].size());
  ParameterArray<N> first{};
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = data.starts[i][start];
  const auto row = [&](int index, const ParameterArray<N>& at, ParameterArray<N>& derivatives) {
    Parameters b{};
    for (std::size_t i = 0; i < at.size(); ++i) {
      b[i + 1].value = at[i];
      b[i + 1].by[i] = 1.0;
    }
    Observation x{};
    for (std::size_t c = 0; c < data.columns.size(); ++c) x[c] = data.columns[c][static_cast<std::size_t>(index)];
    const Dual predicted = model(b, x);
    std::copy_n(predicted.by.begin(), derivatives.size(), derivatives.begin());
    return x[0] - predicted.value;
  };
  LeastSquaresOptions options;
  options.max_iterations = 20000;
  // The first starts are far away on purpose: begin with short steps.
  options.initial_damping = 1e4;
  options.polishing_steps = 20;
  const auto result = fit_least_squares_rows<N>(row, first, count, options);
  const auto errors = estimate_standard_errors<N>(result, count);
  return {result.status,
          {result.parameters.begin(), result.parameters.end()},
          {errors.begin(), errors.end()},
          result.normal.residual_sum_of_squares};
}

using Fit = Outcome (*)(const Dataset&, std::size_t, Model);

struct Fitter {
  Fit fit = nullptr;
  Model model = nullptr;
};

template <int N>
Fitter make_fitter(Model model) {
  return {&fit<N>, model};
}

inline std::map<std::string, Fitter> nist_models() {
  constexpr double pi = 3.141592653589793238;
  const Model misra_a = [](const Parameters& b, const Observation& x) { return b[1] * (1.0 - exp(-b[2] * x[1])); };
  const Model chwirut = [](const Parameters& b, const Observation& x) {
    return exp(-b[1] * x[1]) / (b[2] + b[3] * x[1]);
  };
  const Model lanczos = [](const Parameters& b, const Observation& x) {
    return b[1] * exp(-b[2] * x[1]) + b[3] * exp(-b[4] * x[1]) + b[5] * exp(-b[6] * x[1]);
  };
  const Model gauss = [](const Parameters& b, const Observation& x) {
    return b[1] * exp(-b[2] * x[1]) + b[3] * exp(-square(x[1] - b[4]) / square(b[5])) +
           b[6] * exp(-square(x[1] - b[7]) / square(b[8]));
  };
  const Model cubic_ratio = [](const Parameters& b, const Observation& x) {
    const double t = x[1];
    return (b[1] + b[2] * t + b[3] * (t * t) + b[4] * (t * t * t)) /
           (1.0 + b[5] * t + b[6] * (t * t) + b[7] * (t * t * t));
  };
  std::map<std::string, Fitter> table;
  table["Misra1a"] = make_fitter<2>(misra_a);
  table["BoxBOD"] = make_fitter<2>(misra_a);
  table["Misra1b"] = make_fitter<2>(
      [](const Parameters& b, const Observation& x) { return b[1] * (1.0 - 1.0 / square(1.0 + b[2] * x[1] / 2.0)); });
  table["Misra1c"] = make_fitter<2>([](const Parameters& b, const Observation& x) {
    return b[1] * (1.0 - exp(-0.5 * log(1.0 + 2.0 * b[2] * x[1])));
  });
  table["Misra1d"] = make_fitter<2>(
      [](const Parameters& b, const Observation& x) { return b[1] * b[2] * x[1] / (1.0 + b[2] * x[1]); });
  table["Chwirut1"] = make_fitter<3>(chwirut);
  table["Chwirut2"] = make_fitter<3>(chwirut);
  table["Lanczos1"] = make_fitter<6>(lanczos);
  table["Lanczos2"] = make_fitter<6>(lanczos);
  table["Lanczos3"] = make_fitter<6>(lanczos);
  table["Gauss1"] = make_fitter<8>(gauss);
  table["Gauss2"] = make_fitter<8>(gauss);
  table["Gauss3"] = make_fitter<8>(gauss);
  table["DanWood"] =
      make_fitter<2>([](const Parameters& b, const Observation& x) { return b[1] * exp(b[2] * std::log(x[1])); });
  table["Kirby2"] = make_fitter<5>([](const Parameters& b, const Observation& x) {
    return (b[1] + b[2] * x[1] + b[3] * (x[1] * x[1])) / (1.0 + b[4] * x[1] + b[5] * (x[1] * x[1]));
  });
  table["Hahn1"] = make_fitter<7>(cubic_ratio);
  table["Thurber"] = make_fitter<7>(cubic_ratio);
  table["Nelson"] = make_fitter<3>([](const Parameters& b, const Observation& x) {
    // The response is log y: the residual is formed from y, so the difference moves into the prediction.
    return b[1] - b[2] * x[1] * exp(-b[3] * x[2]) + (x[0] - std::log(x[0]));
  });
  table["MGH17"] = make_fitter<5>([](const Parameters& b, const Observation& x) {
    return b[1] + b[2] * exp(-b[4] * x[1]) + b[3] * exp(-b[5] * x[1]);
  });
  table["MGH09"] = make_fitter<4>([](const Parameters& b, const Observation& x) {
    return b[1] * (x[1] * x[1] + b[2] * x[1]) / (x[1] * x[1] + b[3] * x[1] + b[4]);
  });
  table["MGH10"] =
      make_fitter<3>([](const Parameters& b, const Observation& x) { return b[1] * exp(b[2] / (b[3] + x[1])); });
  table["Roszman1"] = make_fitter<4>(
      [](const Parameters& b, const Observation& x) { return b[1] - b[2] * x[1] - atan(b[3] / (x[1] - b[4])) / pi; });
  table["ENSO"] = make_fitter<9>([](const Parameters& b, const Observation& x) {
    const double t = 2.0 * pi * x[1];
    return b[1] + b[2] * std::cos(t / 12.0) + b[3] * std::sin(t / 12.0) + b[5] * cos(t / b[4]) + b[6] * sin(t / b[4]) +
           b[8] * cos(t / b[7]) + b[9] * sin(t / b[7]);
  });
  table["Rat42"] =
      make_fitter<3>([](const Parameters& b, const Observation& x) { return b[1] / (1.0 + exp(b[2] - b[3] * x[1])); });
  table["Rat43"] = make_fitter<4>(
      [](const Parameters& b, const Observation& x) { return b[1] * exp(-log(1.0 + exp(b[2] - b[3] * x[1])) / b[4]); });
  table["Eckerle4"] = make_fitter<3>(
      [](const Parameters& b, const Observation& x) { return b[1] / b[2] * exp(-0.5 * square((x[1] - b[3]) / b[2])); });
  table["Bennett5"] =
      make_fitter<3>([](const Parameters& b, const Observation& x) { return b[1] * exp(-log(b[2] + x[1]) / b[3]); });
  return table;
}

/// Number of digits that agree (log relative error), at most 11: what NIST certifies.
inline double count_digits(double value, double certified) {
  const double error = std::abs(value - certified) / std::abs(certified);
  if (!std::isfinite(error)) return 0.0;
  return error == 0.0 ? 11.0 : std::min(11.0, -std::log10(error));
}

}  // namespace qpcr::test
