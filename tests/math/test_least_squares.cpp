// Levenberg–Marquardt against the certified values of the NIST StRD nonlinear sets, and its statuses.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/least_squares.hpp"
#include "tests/math/nist_models.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr::test;

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

TEST_CASE("NIST StRD nonlinear sets", "[reference]") {
  const auto table = nist_models();
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
