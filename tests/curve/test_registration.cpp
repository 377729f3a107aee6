// Registration to a common shape: truth recovered, standard errors, pinned independence, shifts and scales.
#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/registration.hpp"
#include "tests/curve/logistic_plate.hpp"

namespace {

using namespace qpcr;
using test::LogisticPlate;
using test::make_plate;
using test::to_views;

bool same(const Registration& a, const Registration& b) {
  return a.status == b.status && a.cq_cycles == b.cq_cycles && a.standard_error_cycles == b.standard_error_cycles &&
         a.log10_n0 == b.log10_n0 && a.amplitude == b.amplitude && a.relative_width == b.relative_width &&
         a.baseline == b.baseline && a.relative_misfit == b.relative_misfit && a.iterations == b.iterations;
}

double variance(const std::vector<double>& values) {
  double mean = 0.0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  double sum = 0.0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return sum / (static_cast<double>(values.size()) - 1.0);
}

/// A pinned shape that no tested curve had a part in.
CommonShape make_pinned(double amplitude_exponent = 0.2) {
  LogisticPlate plate;
  plate.seed = 99;
  plate.replicates = 24;
  CommonShapeOptions options;
  options.amplitude_exponent = amplitude_exponent;
  return learn_common_shape(to_views(make_plate(plate)), options);
}

TEST_CASE("Cq and quantity follow the truth without a standard curve") {
  const CommonShape shape = make_pinned(0.0);
  LogisticPlate plate;
  plate.dilutions = 5;
  plate.seed = 5;
  std::vector<double> middles;
  const auto curves = make_plate(plate, &middles);
  const auto results = register_curves(to_views(curves), shape);
  std::vector<double> offsets;
  double per_cycle = 0.0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    REQUIRE(results[i].status == RegistrationStatus::found);
    offsets.push_back(*results[i].cq_cycles - middles[i]);
    CHECK(std::abs(results[i].relative_width - 1.0) < 0.03);
    CHECK(std::abs(results[i].baseline - 200.0) < 100.0);
  }
  // The same point of every curve, whatever its dilution: no trend, little scatter.
  CHECK(std::sqrt(variance(offsets)) < 0.03);
  const std::size_t n = offsets.size();
  const auto mean = [&](std::size_t from, std::size_t to) {
    double sum = 0.0;
    for (std::size_t i = from; i < to; ++i) sum += offsets[i] / static_cast<double>(to - from);
    return sum;
  };
  CHECK(std::abs(mean(0, n / 5) - mean(4 * n / 5, n)) < 0.02);
  // log10 of N0 falls by log10 E a cycle.
  per_cycle = (*results.front().log10_n0 - *results.back().log10_n0) / (middles.back() - middles.front());
  CHECK(per_cycle == Approx(std::log10(plate.efficiency)).epsilon(0.03));
  CHECK(*results.front().log10_n0_standard_error >
        std::log10(plate.efficiency) * *results.front().standard_error_cycles);
}

TEST_CASE("standard errors match the scatter of repeated readings") {
  const CommonShape shape = make_pinned();
  LogisticPlate plate;
  plate.dilutions = 1;
  plate.replicates = 300;
  plate.amplitude_sd = 0.0;
  plate.noise_share = 2e-3;
  plate.seed = 7;
  std::vector<double> middles;
  const auto results = register_curves(to_views(make_plate(plate, &middles)), shape);
  std::vector<double> offsets;
  double claimed = 0.0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    REQUIRE(results[i].cq_cycles);
    offsets.push_back(*results[i].cq_cycles - middles[i]);
    claimed += *results[i].standard_error_cycles / static_cast<double>(results.size());
  }
  const double ratio = claimed / std::sqrt(variance(offsets));
  CAPTURE(claimed, ratio);
  CHECK(ratio > 0.8);
  CHECK(ratio < 2.0);
}

TEST_CASE("with a pinned shape a well does not know its neighbours, bit for bit") {
  const CommonShape shape = parse_common_shape(to_numbers(make_pinned()));
  LogisticPlate plate;
  plate.seed = 11;
  const auto curves = make_plate(plate);
  const auto all = register_curves(to_views(curves), shape);
  auto turned = curves;
  std::reverse(turned.begin(), turned.end());
  const auto backwards = register_curves(to_views(turned), shape);
  CurveRegistrar registrar(shape);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    CHECK(same(all[i], register_curve(to_view(curves[i]), shape)));
    CHECK(same(all[i], backwards[curves.size() - 1 - i]));
    CHECK(same(all[i], registrar.register_curve(to_view(curves[i]))));
  }
}

TEST_CASE("offset, scale and cycle move the result as the model says") {
  const CommonShape shape = make_pinned();
  LogisticPlate plate;
  plate.seed = 13;
  plate.replicates = 3;
  for (const auto& curve : make_plate(plate)) {
    const Registration at = register_curve(to_view(curve), shape);
    REQUIRE(at.cq_cycles);
    auto moved = curve;
    for (double& value : moved.fluorescence) value += 5000.0;
    const Registration higher = register_curve(to_view(moved), shape);
    CHECK(*higher.cq_cycles == Approx(*at.cq_cycles).margin(1e-4));
    CHECK(higher.baseline == Approx(at.baseline + 5000.0).epsilon(1e-4));
    moved = curve;
    for (double& value : moved.fluorescence) value *= 1.5;
    const Registration larger = register_curve(to_view(moved), shape);
    CHECK(larger.amplitude == Approx(1.5 * at.amplitude).epsilon(1e-3));
    // The threshold goes with amplitude^(1 − exponent): a brighter well reaches it earlier by that much.
    const double earlier = shape.options.amplitude_exponent * std::log(1.5) / shape.log_efficiency;
    CHECK(*larger.cq_cycles == Approx(*at.cq_cycles - earlier).margin(2e-3));
    moved = curve;
    for (double& cycle : moved.cycles) cycle += 3.0;
    const Registration later = register_curve(to_view(moved), shape);
    // Not exact: the log-logistic start, which chooses the readings, is not that of a moved curve.
    CHECK(*later.cq_cycles == Approx(*at.cq_cycles + 3.0).margin(0.02));
    CHECK(*later.log10_n0 == Approx(*at.log10_n0 - 3.0 * std::log10(shape.efficiency())).margin(0.01));
  }
}

TEST_CASE("a wild reading moves the Cq little") {
  const CommonShape shape = make_pinned();
  LogisticPlate plate;
  plate.seed = 17;
  plate.replicates = 2;
  for (const auto& curve : make_plate(plate)) {
    const Registration clean = register_curve(to_view(curve), shape);
    auto spoiled = curve;
    spoiled.fluorescence[9] += 400.0;
    const Registration result = register_curve(to_view(spoiled), shape);
    REQUIRE(result.cq_cycles);
    CHECK(std::abs(*result.cq_cycles - *clean.cq_cycles) < 0.05);
  }
}

TEST_CASE("what cannot be registered has a status and no number") {
  const CommonShape shape = make_pinned();
  LogisticPlate plate;
  plate.replicates = 1;
  plate.dilutions = 1;
  AmplificationCurve curve = make_plate(plate).front();
  CHECK(register_curve(to_view(curve), CommonShape()).status == RegistrationStatus::no_shape);
  AmplificationCurve flat = curve;
  for (std::size_t i = 0; i < flat.fluorescence.size(); ++i) flat.fluorescence[i] = 100.0 + static_cast<double>(i % 3);
  CHECK(register_curve(to_view(flat), shape).status == RegistrationStatus::no_amplification);
  AmplificationCurve brief = curve;
  brief.cycles.resize(5);
  brief.fluorescence.resize(5);
  CHECK(register_curve(to_view(brief), shape).status == RegistrationStatus::no_amplification);
  CHECK_FALSE(register_curve(to_view(brief), shape).cq_cycles);
  CurveRegistrar registrar(shape);
  CHECK(registrar.register_readings(brief.cycles, brief.fluorescence, {}).status ==
        RegistrationStatus::too_few_readings);
  brief.cycles.pop_back();
  CHECK_THROWS_AS(register_curve(to_view(brief), shape), Error);
  // Cut before the reference point: whatever is found, no Cq beyond the last cycle.
  for (std::size_t count = 12; count < 24; ++count) {
    AmplificationCurve cut = curve;
    cut.cycles.resize(count);
    cut.fluorescence.resize(count);
    const Registration result = register_curve(to_view(cut), shape);
    CHECK(result.cq_cycles.has_value() == (result.status == RegistrationStatus::found));
    if (result.cq_cycles) CHECK(result.reference_cycle <= static_cast<double>(count));
  }
}

/// Mean of Cq minus the cycle of half the plateau, over the plate's first `count` curves.
double find_zero(const std::vector<AmplificationCurve>& curves, const std::vector<double>& middles) {
  const auto views = to_views(curves);
  const std::vector<Registration> found = register_curves(views, learn_common_shape(views));
  double sum = 0.0;
  for (std::size_t i = 0; i < middles.size(); ++i) sum += found[i].cq_cycles.value() - middles[i];
  return sum / static_cast<double>(middles.size());
}

TEST_CASE("the zero of the Cq is moved neither by noise nor by an odd reaction") {
  LogisticPlate plate;
  plate.replicates = 6;
  std::vector<double> zeros;
  for (const double noise : {0.0005, 0.002, 0.005, 0.01}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      plate.noise_share = noise;
      plate.seed = seed;
      std::vector<double> middles;
      const auto curves = make_plate(plate, &middles);
      zeros.push_back(find_zero(curves, middles));
    }
  }
  const auto [low, high] = std::minmax_element(zeros.begin(), zeros.end());
  CHECK(*high - *low < 0.15);

  plate.noise_share = 0.002;
  std::vector<double> middles;
  auto curves = make_plate(plate, &middles);
  const double zero = find_zero(curves, middles);
  AmplificationCurve clipped = curves.front();
  for (double& value : clipped.fluorescence) value = std::min(value, 600.0);
  curves.push_back(clipped);
  CHECK(std::abs(find_zero(curves, middles) - zero) < 0.05);
  AmplificationCurve rounded = curves.front();
  for (double& value : rounded.fluorescence) value = 100.0 * std::round(value / 100.0);
  curves.back() = rounded;
  CHECK(std::abs(find_zero(curves, middles) - zero) < 0.05);
}

}  // namespace
