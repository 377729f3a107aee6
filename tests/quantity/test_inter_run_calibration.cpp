// Inter-run calibration: the factors' definition, what they bring together, and what is refused.
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/quantity/inter_run_calibration.hpp"

namespace {

using namespace qpcr;

TEST_CASE("factors are geometric means of the calibrators and bring them together", "[inter_run_calibration]") {
  // Two runs, three calibrators; the second run reads everything twice as high.
  const std::vector<double> quantities{1.0, 4.0, 0.5};
  std::vector<CalibratorValue> values;
  for (const double scale : {1.0, 2.0}) {
    for (std::size_t c = 0; c < quantities.size(); ++c) {
      values.push_back(
          {scale == 1.0 ? "run 1" : "run 2", "IRC" + std::to_string(c), std::log2(quantities[c] * scale), 0.3});
    }
  }
  const auto calibrations = estimate_run_calibrations(values);
  REQUIRE(calibrations.size() == 2);
  CHECK(calibrations[0].run == "run 1");
  CHECK(calibrations[1].factor / calibrations[0].factor == Approx(2.0));
  CHECK(calibrations[0].factor * calibrations[1].factor == Approx(1.0));
  CHECK(*calibrations[0].log2_standard_error == Approx(0.3 / std::sqrt(3.0)));
  CHECK(calibrations[0].log2_calibrator_sd == Approx(0.0).margin(1e-12));
  const auto a = derive_calibrated_quantity(std::log2(8.0), 0.4, calibrations[0]);
  const auto b = derive_calibrated_quantity(std::log2(16.0), 0.4, calibrations[1]);
  CHECK(a.log2_quantity == Approx(b.log2_quantity));
  CHECK(*a.log2_standard_error == Approx(std::sqrt(0.16 + 0.03)));
  CHECK_FALSE(derive_calibrated_quantity(1.0, std::nullopt, calibrations[0]).log2_standard_error);
}

TEST_CASE("a missing calibrator is an error that names run and calibrator", "[inter_run_calibration]") {
  std::vector<CalibratorValue> values{{"A", "IRC1", 0.0, {}}, {"A", "IRC2", 1.0, {}}, {"B", "IRC1", 0.5, {}}};
  try {
    estimate_run_calibrations(values);
    FAIL("no error");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find("'B'") != std::string::npos);
    CHECK(text.find("'IRC2'") != std::string::npos);
  }
  values.push_back({"B", "IRC2", std::numeric_limits<double>::quiet_NaN(), {}});
  CHECK_THROWS_AS(estimate_run_calibrations(values), Error);
  values.back() = {"B", "IRC1", 0.5, {}};
  CHECK_THROWS_AS(estimate_run_calibrations(values), Error);
  CHECK_THROWS_AS(estimate_run_calibrations({}), Error);
}

TEST_CASE("one calibrator is enough, without a spread", "[inter_run_calibration]") {
  const std::vector<CalibratorValue> values{{"A", "IRC", 0.0, {}}, {"B", "IRC", 1.0, {}}};
  const auto calibrations = estimate_run_calibrations(values);
  CHECK(calibrations[1].log2_factor == Approx(0.5));
  CHECK(std::isnan(calibrations[1].log2_calibrator_sd));
  CHECK_FALSE(calibrations[1].log2_standard_error);
}

}  // namespace
