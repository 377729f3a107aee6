// The straight line against certified values and by its properties.
#include <array>
#include <cmath>
#include <fstream>
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "tests/support/reference_data.hpp"

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("a line through exact points is found exactly") {
  const qpcr::LinearFit fit = qpcr::fit_line(std::array{1.0, 2.0, 3.0, 4.0}, std::array{5.0, 7.0, 9.0, 11.0});
  CHECK(fit.slope == 2.0);
  CHECK(fit.intercept == 3.0);
  CHECK(fit.residual_sum_of_squares == 0.0);
  CHECK(fit.r_squared == 1.0);
  CHECK(fit.points == 4);
}

TEST_CASE("pairs with a missing value are left out") {
  const qpcr::LinearFit with = qpcr::fit_line(std::array{1.0, 2.0, nan, 3.0, 9.0}, std::array{1.0, 3.0, 8.0, 4.0, nan});
  const qpcr::LinearFit without = qpcr::fit_line(std::array{1.0, 2.0, 3.0}, std::array{1.0, 3.0, 4.0});
  CHECK(with.slope == without.slope);
  CHECK(with.intercept == without.intercept);
  CHECK(with.slope_standard_error == without.slope_standard_error);
  CHECK(with.points == 3);
}

TEST_CASE("too little data gives no number") {
  CHECK(std::isnan(qpcr::fit_line(std::array{1.0}, std::array{1.0}).slope));
  CHECK(std::isnan(qpcr::fit_line(std::array{2.0, 2.0}, std::array{1.0, 3.0}).slope));
  const qpcr::LinearFit two = qpcr::fit_line(std::array{1.0, 2.0}, std::array{1.0, 3.0});
  CHECK(two.slope == 2.0);
  CHECK(std::isnan(two.slope_standard_error));
  CHECK_THROWS_AS(qpcr::fit_line(std::array{1.0, 2.0}, std::array{1.0}), qpcr::Error);
}

TEST_CASE("a far offset does not cost digits") {
  const std::array x{1e6 + 1.0, 1e6 + 2.0, 1e6 + 3.0, 1e6 + 4.0};
  const std::array y{1.0, 3.0, 2.0, 5.0};
  // By hand: centred sums 5.5 / 5.
  CHECK(qpcr::fit_line(x, y).slope == Approx(1.1).epsilon(1e-15));
}

TEST_CASE("NIST StRD Norris", "[reference]") {
  const auto folder = qpcr::test::reference_data() / "statistics";
  std::ifstream json(folder / "reference" / "nist_linear.json");
  const auto cases = nlohmann::json::parse(json).at("cases");
  int compared = 0;
  for (const auto& one : cases) {
    if (one.at("input").at("model") != "y~x") continue;
    std::ifstream file(folder / "data" / one.at("input").at("file").get<std::string>());
    std::string line;
    REQUIRE(std::getline(file, line));
    const bool y_first = line.rfind("y", 0) == 0 || line.rfind("\"y", 0) == 0;
    std::vector<double> x;
    std::vector<double> y;
    while (std::getline(file, line)) {
      const auto cells = qpcr::split(qpcr::trim(line), ',');
      if (cells.size() < 2) continue;
      (y_first ? y : x).push_back(qpcr::parse_double(cells[0]).value());
      (y_first ? x : y).push_back(qpcr::parse_double(cells[1]).value());
    }
    const qpcr::LinearFit fit = qpcr::fit_line(x, y);
    const auto& expected = one.at("expected");
    CHECK(fit.intercept == Approx(expected.at("coef")[0].get<double>()).epsilon(1e-12).margin(0));
    CHECK(fit.slope == Approx(expected.at("coef")[1].get<double>()).epsilon(1e-13).margin(0));
    CHECK(fit.intercept_standard_error == Approx(expected.at("se")[0].get<double>()).epsilon(1e-12).margin(0));
    CHECK(fit.slope_standard_error == Approx(expected.at("se")[1].get<double>()).epsilon(1e-12).margin(0));
    CHECK(fit.r_squared == Approx(expected.at("r2").get<double>()).epsilon(1e-14).margin(0));
    CHECK(fit.residual_sd == Approx(expected.at("residual_sd").get<double>()).epsilon(1e-12).margin(0));
    ++compared;
  }
  CHECK(compared >= 1);
}

}  // namespace
