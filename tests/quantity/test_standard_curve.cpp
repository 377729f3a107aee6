// Standard curves against NIST, R's lm, naive normal equations and simulated coverage.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/quantity/standard_curve.hpp"
#include "tests/quantity/normal_random.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::vector<std::string>> read_rows(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) {
      cell.erase(std::remove(cell.begin(), cell.end(), '"'), cell.end());
      cells.push_back(cell);
    }
    rows.push_back(cells);
  }
  return rows;
}

std::vector<StandardPoint> make_standards(double slope, double intercept, double sd, test::NormalRandom& random,
                                          int replicates = 3) {
  std::vector<StandardPoint> points;
  for (int level = 1; level <= 5; ++level) {
    for (int i = 0; i < replicates; ++i)
      points.push_back({std::pow(10.0, level), intercept + slope * level + sd * random.normal(), 1.0});
  }
  return points;
}

TEST_CASE("an exact doubling per cycle is found as such", "[standard_curve]") {
  std::vector<StandardPoint> points;
  for (const double quantity : {10.0, 100.0, 1000.0, 10000.0})
    points.push_back({quantity, 38.0 - std::log2(quantity), 1.0});
  const StandardCurve curve = estimate_standard_curve(points, {});
  REQUIRE(curve.status == StandardCurveStatus::fitted);
  CHECK(curve.slope_cycles_per_log10 == Approx(-1.0 / std::log10(2.0)));
  CHECK(curve.intercept_cycles == Approx(38.0));
  CHECK(curve.amplification_efficiency == Approx(1.0));
  CHECK(curve.r_squared == Approx(1.0));
  CHECK(curve.lower_limit_quantity == Approx(10.0));
  CHECK(curve.upper_limit_quantity == Approx(10000.0));
  CHECK_FALSE(curve.lack_of_fit);
  const std::vector<double> cq{38.0 - std::log2(250.0)};
  const QuantityEstimate estimate = estimate_quantity(curve, cq, QuantityInterval::fieller, 0.95);
  CHECK(*estimate.quantity == Approx(250.0));
  CHECK(estimate.range == QuantityRange::within);
}

TEST_CASE("weights are replication", "[standard_curve]") {
  test::NormalRandom random(1);
  const auto points = make_standards(-3.4, 39.0, 0.2, random);
  std::vector<StandardPoint> doubled = points;
  doubled.insert(doubled.end(), points.begin(), points.end());
  std::vector<StandardPoint> weighted = points;
  for (auto& point : weighted) point.weight = 2.0;
  const StandardCurve once = estimate_standard_curve(points, {});
  const StandardCurve twice = estimate_standard_curve(doubled, {});
  const StandardCurve heavy = estimate_standard_curve(weighted, {});
  CHECK(heavy.slope_cycles_per_log10 == Approx(once.slope_cycles_per_log10).epsilon(1e-13));
  CHECK(heavy.slope_standard_error == Approx(once.slope_standard_error).epsilon(1e-13));
  CHECK(twice.slope_cycles_per_log10 == Approx(once.slope_cycles_per_log10).epsilon(1e-13));
  // Unequal weights against the normal equations written out.
  double w = 0;
  double wx = 0;
  double wy = 0;
  double wxx = 0;
  double wxy = 0;
  for (std::size_t i = 0; i < weighted.size(); ++i) {
    auto& point = weighted[i];
    point.weight = 1.0 + static_cast<double>(i % 4);
    const double x = std::log10(point.quantity);
    w += point.weight;
    wx += point.weight * x;
    wy += point.weight * point.cq_cycles;
    wxx += point.weight * x * x;
    wxy += point.weight * x * point.cq_cycles;
  }
  const StandardCurve uneven = estimate_standard_curve(weighted, {});
  CHECK(uneven.slope_cycles_per_log10 == Approx((w * wxy - wx * wy) / (w * wxx - wx * wx)).epsilon(1e-10));
  CHECK(uneven.intercept_cycles == Approx((wxx * wy - wx * wxy) / (w * wxx - wx * wx)).epsilon(1e-10));
  std::reverse(weighted.begin(), weighted.end());
  CHECK(estimate_standard_curve(weighted, {}).slope_cycles_per_log10 == uneven.slope_cycles_per_log10);
}

TEST_CASE("intervals cover as often as they claim", "[standard_curve]") {
  test::NormalRandom random(2);
  const int runs = 4000;
  int efficiency = 0;
  int prediction = 0;
  int fieller = 0;
  int delta = 0;
  double log10_squares = 0.0;
  double claimed_squares = 0.0;
  const double slope = -3.4;
  for (int i = 0; i < runs; ++i) {
    const auto points = make_standards(slope, 39.0, 0.25, random, 2);
    const StandardCurve curve = estimate_standard_curve(points, {});
    const double truth = std::pow(10.0, -1.0 / slope) - 1.0;
    efficiency += curve.amplification_efficiency_interval.lower <= truth &&
                  truth <= curve.amplification_efficiency_interval.upper;
    const double quantity = 30.0;
    std::vector<double> cq;
    for (int k = 0; k < 3; ++k) cq.push_back(39.0 + slope * std::log10(quantity) + 0.25 * random.normal());
    const double mean = (cq[0] + cq[1] + cq[2]) / 3.0;
    const PredictedCq predicted = predict_cq(curve, quantity, 3);
    prediction += predicted.prediction_interval.lower <= mean && mean <= predicted.prediction_interval.upper;
    const auto exact = estimate_quantity(curve, cq, QuantityInterval::fieller, 0.95);
    const auto approximate = estimate_quantity(curve, cq, QuantityInterval::delta, 0.95);
    fieller += exact.quantity_interval->lower <= quantity && quantity <= exact.quantity_interval->upper;
    delta += approximate.quantity_interval->lower <= quantity && quantity <= approximate.quantity_interval->upper;
    log10_squares += std::pow(*exact.log10_quantity - std::log10(quantity), 2);
    claimed_squares += std::pow(*exact.log10_standard_error, 2);
  }
  // Binomial standard error at 4 000 runs: 0.34 %.
  CHECK(efficiency / static_cast<double>(runs) == Approx(0.95).margin(0.012));
  CHECK(prediction / static_cast<double>(runs) == Approx(0.95).margin(0.012));
  CHECK(fieller / static_cast<double>(runs) == Approx(0.95).margin(0.012));
  CHECK(delta / static_cast<double>(runs) == Approx(0.95).margin(0.015));
  CHECK(std::sqrt(claimed_squares / log10_squares) == Approx(1.0).margin(0.05));
}

TEST_CASE("Fieller's limits are the quantities whose predicted Cq just differs", "[standard_curve]") {
  test::NormalRandom random(3);
  const StandardCurve curve = estimate_standard_curve(make_standards(-3.3, 40.0, 0.4, random), {});
  const std::vector<double> cq{31.0, 31.4};
  const auto estimate = estimate_quantity(curve, cq, QuantityInterval::fieller, 0.95);
  REQUIRE(estimate.quantity_interval);
  for (const double limit : {estimate.quantity_interval->lower, estimate.quantity_interval->upper}) {
    const PredictedCq predicted = predict_cq(curve, limit, 2);
    const double distance = std::min(std::abs(predicted.prediction_interval.lower - 31.2),
                                     std::abs(predicted.prediction_interval.upper - 31.2));
    CHECK(distance == Approx(0.0).margin(1e-9));
  }
}

TEST_CASE("extrapolation, missing Cq and useless standards are said", "[standard_curve]") {
  test::NormalRandom random(4);
  const auto points = make_standards(-3.4, 39.0, 0.1, random);
  StandardCurveOptions options;
  const StandardCurve curve = estimate_standard_curve(points, options);
  const auto at = [&](std::vector<double> cq) { return estimate_quantity(curve, cq, QuantityInterval::fieller, 0.95); };
  CHECK(at({39.0 - 3.4 * 6.0}).range == QuantityRange::above_upper_limit);
  CHECK(at({39.0 - 3.4 * 0.5}).range == QuantityRange::below_lower_limit);
  CHECK(derive_reason(at({39.0}), curve).id == "quantity_below_range");
  CHECK(at({}).status == QuantityStatus::no_cq);
  CHECK_FALSE(at({nan, nan}).quantity);
  CHECK(at({nan, 30.0}).replicates_without_cq == 1);
  CHECK(derive_reason(at({nan, 30.0}), curve).id == "quantity_replicates_without_cq");
  options.lower_limit_quantity = 1000.0;
  const StandardCurve limited = estimate_standard_curve(points, options);
  CHECK(estimate_quantity(limited, std::vector<double>{39.0 - 3.4 * 2.0}, QuantityInterval::delta, 0.95).range ==
        QuantityRange::below_lower_limit);

  CHECK(estimate_standard_curve({}, {}).status == StandardCurveStatus::too_few_points);
  const std::vector<StandardPoint> two_levels{{10, 30, 1}, {10, 30.1, 1}, {100, 27, 1}, {0, 20, 1}, {10, nan, 1}};
  const StandardCurve few = estimate_standard_curve(two_levels, {});
  CHECK(few.status == StandardCurveStatus::too_few_levels);
  CHECK(few.left_out == 2);
  CHECK(std::isnan(few.slope_cycles_per_log10));
  const std::vector<StandardPoint> rising{{10, 27, 1}, {100, 30, 1}, {1000, 33.1, 1}};
  const StandardCurve wrong = estimate_standard_curve(rising, {});
  CHECK(wrong.status == StandardCurveStatus::slope_not_falling);
  CHECK(std::isnan(wrong.amplification_efficiency));
  CHECK(estimate_quantity(wrong, std::vector<double>{30.0}, QuantityInterval::delta, 0.95).status ==
        QuantityStatus::no_standard_curve);
  const std::vector<StandardPoint> vague{{10, 30, 1}, {100, 33, 1}, {1000, 28, 1}, {10000, 30, 1}};
  const StandardCurve unclear = estimate_standard_curve(vague, {});
  REQUIRE(unclear.status == StandardCurveStatus::fitted);
  const auto unbounded = estimate_quantity(unclear, std::vector<double>{30.0}, QuantityInterval::fieller, 0.95);
  CHECK(unbounded.status == QuantityStatus::interval_unbounded);
  CHECK_FALSE(unbounded.quantity_interval);
  CHECK(std::isinf(unclear.amplification_efficiency_interval.upper));
  options = {};
  options.confidence = 1.0;
  CHECK_THROWS_AS(estimate_standard_curve(points, options), Error);
  CHECK_THROWS_AS(predict_cq(curve, 0.0, 1), Error);
  CHECK_THROWS_AS(predict_cq(curve, 10.0, 0), Error);
}

TEST_CASE("standard curves equal R's lm", "[reference]") {
  const auto root = test::reference_data() / "statistics";
  std::ifstream file(root / "reference" / "qpcr_standard_curve.json");
  REQUIRE(file);
  const auto document = nlohmann::json::parse(file);
  REQUIRE(!document["cases"].empty());
  for (const auto& entry : document["cases"]) {
    const std::string target = entry["id"];
    CAPTURE(target);
    const auto rows = read_rows(root / "data" / entry["input"]["file"].get<std::string>());
    const auto column = [&](const char* name) {
      return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin());
    };
    const std::string filter = entry["input"]["filter"];
    const auto limit = filter.find("SQ>=");
    const double least = limit == std::string::npos ? 0.0 : *parse_double(filter.substr(limit + 4));
    std::vector<StandardPoint> points;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].size() <= column("Target") || rows[i][column("Target")] != target) continue;
      const auto cq = parse_double(rows[i][column("Cq")]);
      const auto quantity = parse_double(rows[i][column("SQ")]);
      if (cq && quantity && *quantity >= least) points.push_back({*quantity, *cq, 1.0});
    }
    const StandardCurve curve = estimate_standard_curve(points, {});
    const auto& expected = entry["expected"];
    const auto same = [](const nlohmann::json& value) { return Approx(value.get<double>()).epsilon(1e-9); };
    CHECK(curve.points == expected["n"].get<int>());
    CHECK(curve.intercept_cycles == same(expected["intercept"]));
    CHECK(curve.slope_cycles_per_log10 == same(expected["slope"]));
    CHECK(curve.intercept_standard_error == same(expected["se"][0]));
    CHECK(curve.slope_standard_error == same(expected["se"][1]));
    CHECK(curve.intercept_interval.lower == same(expected["ci95"][0][0]));
    CHECK(curve.intercept_interval.upper == same(expected["ci95"][0][1]));
    CHECK(curve.slope_interval.lower == same(expected["ci95"][1][0]));
    CHECK(curve.slope_interval.upper == same(expected["ci95"][1][1]));
    CHECK(curve.r_squared == same(expected["r2"]));
    CHECK(curve.residual_sd_cycles == same(expected["sigma"]));
    CHECK(curve.amplification_efficiency == same(expected["efficiency"]));
    CHECK(curve.amplification_efficiency_interval.lower == same(expected["efficiency_ci"][0]));
    CHECK(curve.amplification_efficiency_interval.upper == same(expected["efficiency_ci"][1]));
    REQUIRE(curve.lack_of_fit);
    CHECK(curve.lack_of_fit->f == Approx(expected["lack_of_fit_F"].get<double>()).epsilon(1e-8));
    CHECK(curve.lack_of_fit->numerator_degrees == expected["lack_of_fit_df"][0].get<double>());
    CHECK(curve.lack_of_fit->denominator_degrees == expected["lack_of_fit_df"][1].get<double>());
    CHECK(curve.lack_of_fit->p_value == Approx(expected["lack_of_fit_p"].get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("the line of NIST's Norris", "[reference]") {
  const auto root = test::reference_data() / "statistics";
  std::ifstream file(root / "reference" / "nist_linear.json");
  REQUIRE(file);
  const auto document = nlohmann::json::parse(file);
  int compared = 0;
  for (const auto& entry : document["cases"]) {
    if (entry["input"]["model"] != "y~x") continue;
    const auto rows = read_rows(root / "data" / entry["input"]["file"].get<std::string>());
    const auto x_column = static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), "x") - rows[0].begin());
    const auto y_column = static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), "y") - rows[0].begin());
    REQUIRE(std::max(x_column, y_column) < rows[0].size());
    std::vector<StandardPoint> points;
    // Log10 quantities of up to 1 000 do not fit a double; a hundredth of them does.
    for (std::size_t i = 1; i < rows.size(); ++i)
      points.push_back(
          {std::pow(10.0, *parse_double(rows[i][x_column]) / 100.0), *parse_double(rows[i][y_column]), 1.0});
    const StandardCurve curve = estimate_standard_curve(points, {});
    const auto& expected = entry["expected"];
    CHECK(curve.slope_cycles_per_log10 / 100.0 == Approx(expected["coef"][1].get<double>()).epsilon(1e-11));
    CHECK(curve.intercept_cycles == Approx(expected["coef"][0].get<double>()).epsilon(1e-9));
    CHECK(curve.slope_standard_error / 100.0 == Approx(expected["se"][1].get<double>()).epsilon(1e-9));
    CHECK(curve.residual_sd_cycles == Approx(expected["residual_sd"].get<double>()).epsilon(1e-9));
    ++compared;
  }
  CHECK(compared > 0);
}

}  // namespace
