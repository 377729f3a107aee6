// Levenberg–Marquardt against the certified values of the NIST StRD nonlinear sets, and its statuses.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/least_squares.hpp"
#include "tests/support/reference_data.hpp"

namespace {

constexpr std::size_t most_parameters = 9;

/// A value with its derivatives by the parameters: models are written once, as NIST prints them.
struct Dual {
  double value = 0.0;
  std::array<double, most_parameters> by{};
};

Dual chain(const Dual& a, double value, double slope) {
  Dual result{value, {}};
  for (std::size_t i = 0; i < most_parameters; ++i) result.by[i] = slope * a.by[i];
  return result;
}

Dual join(const Dual& a, const Dual& b, double value, double by_a, double by_b) {
  Dual result{value, {}};
  for (std::size_t i = 0; i < most_parameters; ++i) result.by[i] = by_a * a.by[i] + by_b * b.by[i];
  return result;
}

Dual operator+(const Dual& a, const Dual& b) { return join(a, b, a.value + b.value, 1.0, 1.0); }
Dual operator-(const Dual& a, const Dual& b) { return join(a, b, a.value - b.value, 1.0, -1.0); }
Dual operator*(const Dual& a, const Dual& b) { return join(a, b, a.value * b.value, b.value, a.value); }
Dual operator/(const Dual& a, const Dual& b) {
  return join(a, b, a.value / b.value, 1.0 / b.value, -a.value / (b.value * b.value));
}
Dual operator+(const Dual& a, double b) { return chain(a, a.value + b, 1.0); }
Dual operator+(double a, const Dual& b) { return b + a; }
Dual operator-(double a, const Dual& b) { return chain(b, a - b.value, -1.0); }
Dual operator-(const Dual& a) { return chain(a, -a.value, -1.0); }
Dual operator*(const Dual& a, double b) { return chain(a, a.value * b, b); }
Dual operator*(double a, const Dual& b) { return b * a; }
Dual operator/(const Dual& a, double b) { return chain(a, a.value / b, 1.0 / b); }
Dual operator/(double a, const Dual& b) { return chain(b, a / b.value, -a / (b.value * b.value)); }
Dual exp(const Dual& a) { return chain(a, std::exp(a.value), std::exp(a.value)); }
Dual log(const Dual& a) { return chain(a, std::log(a.value), 1.0 / a.value); }
Dual cos(const Dual& a) { return chain(a, std::cos(a.value), -std::sin(a.value)); }
Dual sin(const Dual& a) { return chain(a, std::sin(a.value), std::cos(a.value)); }
Dual atan(const Dual& a) { return chain(a, std::atan(a.value), 1.0 / (1.0 + a.value * a.value)); }
Dual square(const Dual& a) { return a * a; }

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

/// Lines as "  b1 =   500   250   2.38E+02   2.7E+00", the residual sum of squares and, after the last "Data:", the
/// numbers.
Dataset read_dataset(const std::filesystem::path& path) {
  Dataset data;
  std::ifstream file(path);
  std::string line;
  bool in_table = false;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::vector<std::string> tokens;
    for (std::string token; words >> token;) tokens.push_back(token);
    if (tokens.empty()) continue;
    if (line.find("Higher Level of Difficulty") != std::string::npos) data.higher_difficulty = true;
    if (in_table) {
      data.columns.resize(tokens.size());
      for (std::size_t i = 0; i < tokens.size(); ++i) data.columns[i].push_back(qpcr::parse_double(tokens[i]).value());
    } else if (tokens.size() == 6 && tokens[0][0] == 'b' && tokens[1] == "=") {
      data.starts.push_back({qpcr::parse_double(tokens[2]).value(), qpcr::parse_double(tokens[3]).value()});
      data.values.push_back(qpcr::parse_double(tokens[4]).value());
      data.standard_deviations.push_back(qpcr::parse_double(tokens[5]).value());
    } else if (line.rfind("Residual Sum of Squares:", 0) == 0) {
      data.residual_sum_of_squares = qpcr::parse_double(tokens.back()).value();
    } else if (tokens[0] == "Data:" && tokens.size() > 1 && tokens[1] == "y" && line.find("=") == std::string::npos) {
      in_table = true;
    }
  }
  return data;
}

struct Outcome {
  qpcr::LeastSquaresStatus status;
  std::vector<double> values;
  std::vector<double> standard_errors;
  double residual_sum_of_squares;
};

template <int N>
Outcome fit(const Dataset& data, std::size_t start, Model model) {
  const int count = static_cast<int>(data.columns[0].size());
  qpcr::ParameterArray<N> first{};
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = data.starts[i][start];
  const auto row = [&](int index, const qpcr::ParameterArray<N>& at, qpcr::ParameterArray<N>& derivatives) {
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
  qpcr::LeastSquaresOptions options;
  options.max_iterations = 20000;
  // The first starts are far away on purpose: begin with short steps.
  options.initial_damping = 1e4;
  options.polishing_steps = 20;
  const auto result = qpcr::fit_least_squares_rows<N>(row, first, count, options);
  const auto errors = qpcr::estimate_standard_errors<N>(result, count);
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

std::map<std::string, Fitter> models() {
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
double count_digits(double value, double certified) {
  const double error = std::abs(value - certified) / std::abs(certified);
  if (!std::isfinite(error)) return 0.0;
  return error == 0.0 ? 11.0 : std::min(11.0, -std::log10(error));
}

TEST_CASE("NIST StRD nonlinear sets", "[reference]") {
  const auto table = models();
  int sets = 0;
  double fewest = 11.0;
  for (const auto& path :
       qpcr::test::list_files(qpcr::test::reference_data() / "statistics" / "data" / "nist_nls", ".dat")) {
    const std::string name = path.stem().string();
    const auto fitter = table.find(name);
    CAPTURE(name);
    REQUIRE(fitter != table.end());
    const Dataset data = read_dataset(path);
    REQUIRE(data.values.size() >= 2);
    REQUIRE(data.columns.size() >= 2);
    ++sets;
    // Lanczos1 is exact data: its residuals, and so its standard errors, are rounding alone.
    const bool exact = data.residual_sum_of_squares < 1e-20;
    const double needed = data.higher_difficulty ? 6.0 : 8.0;
    for (const std::size_t start : {std::size_t{0}, std::size_t{1}}) {
      CAPTURE(start);
      const Outcome outcome = fitter->second.fit(data, start, fitter->second.model);
      double digits = exact ? 11.0 : count_digits(outcome.residual_sum_of_squares, data.residual_sum_of_squares);
      for (std::size_t i = 0; i < data.values.size(); ++i) {
        digits = std::min(digits, count_digits(outcome.values[i], data.values[i]));
        if (!exact)
          digits = std::min(digits, count_digits(outcome.standard_errors[i], data.standard_deviations[i]) + 1.0);
      }
      CHECK(digits >= needed);
      fewest = std::min(fewest, digits);
    }
  }
  WARN(sets << " sets, both starts: at least " << fewest << " certified digits");
  CHECK(sets >= 8);
}

TEST_CASE("a fit says how it ended") {
  const std::array x{1.0, 2.0, 3.0, 4.0, 5.0};
  const std::array y{2.7, 7.4, 20.1, 54.6, 148.4};
  const auto exponential = [&](int i, const qpcr::ParameterArray<2>& at, qpcr::ParameterArray<2>& by) {
    const auto k = static_cast<std::size_t>(i);
    by = {std::exp(at[1] * x[k]), at[0] * x[k] * std::exp(at[1] * x[k])};
    return y[k] - at[0] * std::exp(at[1] * x[k]);
  };
  using Status = qpcr::LeastSquaresStatus;
  const auto good = qpcr::fit_least_squares_rows<2>(exponential, {1.0, 0.9}, 5);
  CHECK(good.status == Status::converged);
  CHECK(good.parameters[1] == Approx(1.0).epsilon(1e-3));

  qpcr::LeastSquaresOptions short_run;
  short_run.max_iterations = 2;
  const auto cut = qpcr::fit_least_squares_rows<2>(exponential, {10.0, 0.1}, 5, short_run);
  CHECK(cut.status == Status::iteration_limit);
  CHECK(cut.iterations == 2);

  const auto start = std::array{1.0, 1e6};
  const auto infinite = qpcr::fit_least_squares_rows<2>(exponential, start, 5);
  CHECK(infinite.status == Status::not_finite);
  CHECK(infinite.parameters == start);
  CHECK(qpcr::fit_least_squares_rows<2>(exponential, start, 1).status == Status::too_few_observations);
}

TEST_CASE("bounds hold and held parameters carry no standard error") {
  const std::array x{1.0, 2.0, 3.0, 4.0};
  const std::array y{1.1, 1.9, 3.2, 3.9};
  const auto line = [&](int i, const qpcr::ParameterArray<2>& at, qpcr::ParameterArray<2>& by) {
    const auto k = static_cast<std::size_t>(i);
    by = {1.0, x[k]};
    return y[k] - at[0] - at[1] * x[k];
  };
  qpcr::ParameterBounds<2> bounds;
  bounds.lower[0] = 0.5;
  const auto fit = qpcr::fit_least_squares_rows<2>(line, {1.0, 0.0}, 4, {}, bounds);
  CHECK(fit.status == qpcr::LeastSquaresStatus::converged);
  CHECK(fit.parameters[0] == 0.5);
  CHECK(fit.at_bound[0]);
  // Best slope with the intercept at 0.5: Σx(y − 0.5)/Σx².
  CHECK(fit.parameters[1] == Approx(25.1 / 30.0).epsilon(1e-12));
  const auto errors = qpcr::estimate_standard_errors<2>(fit, 4);
  CHECK(std::isnan(errors[0]));
  CHECK(errors[1] > 0.0);
}

TEST_CASE("a parameter the data do not determine has no covariance") {
  const auto flat = [](int i, const qpcr::ParameterArray<2>& at, qpcr::ParameterArray<2>& by) {
    by = {1.0, 1.0};
    return static_cast<double>(i) - at[0] - at[1];
  };
  const auto fit = qpcr::fit_least_squares_rows<2>(flat, {0.0, 0.0}, 5);
  CHECK(fit.status == qpcr::LeastSquaresStatus::converged);
  CHECK(fit.parameters[0] + fit.parameters[1] == Approx(2.0));
  CHECK(std::isnan(qpcr::estimate_covariance<2>(fit, 5)(0, 0)));
}

}  // namespace
