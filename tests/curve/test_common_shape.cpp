// Learning a common shape: a plate of known efficiency, statuses, properties, the form as numbers.
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/common_shape.hpp"
#include "libqpcr/curve/registration.hpp"
#include "tests/curve/logistic_plate.hpp"

namespace {

using namespace qpcr;
using test::LogisticPlate;
using test::make_plate;
using test::to_views;

TEST_CASE("the efficiency of a plate that grows by the logistic law lies in its interval") {
  for (const double efficiency : {1.75, 1.9, 2.0}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      LogisticPlate plate;
      plate.efficiency = efficiency;
      plate.seed = seed;
      const auto curves = make_plate(plate);
      const CommonShape shape = learn_common_shape(to_views(curves));
      CAPTURE(efficiency, seed, shape.efficiency(), shape.log_efficiency_standard_error, shape.iterations);
      REQUIRE(shape.status == ShapeStatus::learned);
      CHECK(shape.reactions == static_cast<int>(curves.size()));
      CHECK(shape.efficiency_low() < efficiency);
      CHECK(shape.efficiency_high() > efficiency);
      CHECK(std::abs(shape.log_efficiency / std::log(efficiency) - 1.0) < 0.02);
      CHECK(shape.log_efficiency_standard_error < 0.05);
    }
  }
}

TEST_CASE("the standard error says which part is noise, baseline and model") {
  LogisticPlate quiet;
  quiet.noise_share = 2e-4;
  LogisticPlate loud;
  loud.noise_share = 4e-3;
  const CommonShape a = learn_common_shape(to_views(make_plate(quiet)));
  const CommonShape b = learn_common_shape(to_views(make_plate(loud)));
  CHECK(a.baseline_error < 0.3 * b.baseline_error);
  CHECK(a.sampling_error < b.sampling_error);
  for (const CommonShape& shape : {a, b}) {
    const double sum = shape.sampling_error * shape.sampling_error + shape.baseline_error * shape.baseline_error +
                       shape.linearity_error * shape.linearity_error + shape.model_error * shape.model_error;
    CHECK(shape.log_efficiency_standard_error == Approx(std::sqrt(sum) + shape.excess_error));
    CHECK(shape.model_error == Approx(0.02 * shape.log_efficiency));
  }
}

TEST_CASE("an efficiency above 2 is called implausible and widens its interval") {
  LogisticPlate plate;
  plate.efficiency = 2.25;
  const CommonShape shape = learn_common_shape(to_views(make_plate(plate)));
  CHECK(shape.status == ShapeStatus::implausible_efficiency);
  CHECK(is_usable(shape.status));
  CHECK(shape.excess_error == Approx(shape.log_efficiency - std::log(2.0)));
}

TEST_CASE("scale, offset and order of the curves do not matter") {
  LogisticPlate plate;
  plate.replicates = 6;
  const auto curves = make_plate(plate);
  const CommonShape shape = learn_common_shape(to_views(curves));
  auto changed = curves;
  for (auto& curve : changed) {
    for (double& value : curve.fluorescence) value = 0.002 * value + 7.0;
  }
  const CommonShape scaled = learn_common_shape(to_views(changed));
  CHECK(scaled.log_efficiency == Approx(shape.log_efficiency).epsilon(1e-5));
  CHECK(scaled.median_amplitude == Approx(0.002 * shape.median_amplitude).epsilon(1e-5));
  auto reversed = curves;
  std::reverse(reversed.begin(), reversed.end());
  const CommonShape turned = learn_common_shape(to_views(reversed));
  CHECK(turned.log_efficiency == Approx(shape.log_efficiency).epsilon(1e-7));
  CHECK(turned.median_amplitude == Approx(shape.median_amplitude).epsilon(1e-7));
}

TEST_CASE("too little to learn from is said, not guessed") {
  LogisticPlate plate;
  const auto curves = make_plate(plate);
  const auto views = to_views(curves);
  CHECK(learn_common_shape({}).status == ShapeStatus::too_few_reactions);
  CHECK(learn_common_shape(std::span(views).first(2)).status == ShapeStatus::too_few_reactions);
  CHECK(learn_common_shape(std::span(views).first(12)).status == ShapeStatus::few_reactions);
  CHECK(learn_common_shape(std::span(views).first(12)).reactions == 12);
  AmplificationCurve flat;
  for (int i = 1; i <= 45; ++i) {
    flat.cycles.push_back(i);
    flat.fluorescence.push_back(100.0 + (i % 3));
  }
  const std::vector<CurveView> blanks(5, to_view(flat));
  const CommonShape none = learn_common_shape(blanks);
  CHECK(none.status == ShapeStatus::too_few_reactions);
  CHECK(none.reactions == 0);
  CHECK_FALSE(is_usable(none.status));
  CHECK(std::isnan(none.efficiency()));
  CHECK(to_numbers(parse_common_shape(to_numbers(none))).size() == to_numbers(none).size());
  // The curves end within the rise: no plateau, hence no shape.
  auto cut = curves;
  for (auto& curve : cut) {
    const double middle = 20.0;
    while (curve.cycles.back() > middle) {
      curve.cycles.pop_back();
      curve.fluorescence.pop_back();
    }
  }
  const CommonShape short_one = learn_common_shape(to_views(cut));
  CHECK(short_one.status == ShapeStatus::cut_short);
  CHECK_FALSE(is_usable(short_one.status));
  CHECK(std::isnan(short_one.efficiency()));
  CHECK(register_curve(to_view(curves.front()), short_one).status == RegistrationStatus::no_shape);
}

TEST_CASE("blanks among the curves change nothing") {
  LogisticPlate plate;
  const auto curves = make_plate(plate);
  auto views = to_views(curves);
  const CommonShape shape = learn_common_shape(views);
  AmplificationCurve flat;
  for (int i = 1; i <= 45; ++i) {
    flat.cycles.push_back(i);
    flat.fluorescence.push_back(100.0 + (i % 3));
  }
  views.insert(views.begin() + 3, to_view(flat));
  views.push_back(to_view(flat));
  CHECK(learn_common_shape(views) == shape);
}

TEST_CASE("a shape survives as plain numbers, bit for bit") {
  LogisticPlate plate;
  const CommonShape shape = learn_common_shape(to_views(make_plate(plate)));
  const std::vector<double> numbers = to_numbers(shape);
  CHECK(parse_common_shape(numbers) == shape);
  CHECK(to_numbers(parse_common_shape(numbers)) == numbers);
  auto broken = numbers;
  broken[0] = 1.0;
  CHECK_THROWS_AS(parse_common_shape(broken), Error);
  broken = numbers;
  broken[1] = 17.0;
  CHECK_THROWS_AS(parse_common_shape(broken), Error);
  broken = numbers;
  broken.back() = std::nan("");
  CHECK_THROWS_AS(parse_common_shape(broken), Error);
  CHECK_THROWS_AS(parse_common_shape(std::span(numbers).first(10)), Error);
}

TEST_CASE("options name the violated constraint") {
  CommonShapeOptions options;
  CHECK_NOTHROW(options.validate());
  options.largest_share = 0.01;
  CHECK_THROWS_AS(options.validate(), Error);
  options = {};
  options.log_width_sd = 0.0;
  CHECK_THROWS_AS(learn_common_shape({}, options), Error);
}

}  // namespace
