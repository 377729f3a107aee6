// Peaks of made melting curves: known Tm, noise, several peaks, bad input, properties.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/melt/local_cubic.hpp"
#include "libqpcr/melt/peaks.hpp"
#include "tests/melt/melt_data.hpp"
#include "tests/support/instrumented.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

/// Where the model itself falls fastest, on a grid of 0.001 °C.
double find_true_tm(const MeltShape& shape, double low, double high) {
  constexpr double step = 1e-3;
  double best = low;
  double steepest = -HUGE_VAL;
  for (double at = low; at < high; at += step) {
    const double fall = melted_signal(shape, at - step) - melted_signal(shape, at + step);
    if (fall <= steepest) continue;
    steepest = fall;
    best = at;
  }
  return best;
}

double find_true_height(const MeltShape& shape, double at) {
  constexpr double step = 1e-3;
  return (melted_signal(shape, at - step) - melted_signal(shape, at + step)) / (2.0 * step);
}

}  // namespace

TEST_CASE("the local cubic reproduces cubics on uneven steps", "[melt]") {
  Random random(1);
  std::vector<double> x;
  std::vector<double> y;
  const auto cubic = [](double t) { return 3.0 - 2.0 * t + 0.7 * t * t - 0.05 * t * t * t; };
  for (double at = 0.0; at < 20.0; at += 0.1 + 0.4 * random.uniform()) {
    x.push_back(at);
    y.push_back(cubic(at));
  }
  LocalCubic smoother;
  smoother.prepare(x, 1.3);
  std::vector<double> values(x.size());
  std::vector<double> derivatives(x.size());
  smoother.smooth(y, values, derivatives);
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(values[i] == Approx(y[i]).margin(1e-9));
    CHECK(derivatives[i] == Approx(-2.0 + 1.4 * x[i] - 0.15 * x[i] * x[i]).margin(1e-9));
  }
  CHECK(smoother.derivative_at(7.123, y) == Approx(-2.0 + 1.4 * 7.123 - 0.15 * 7.123 * 7.123).margin(1e-9));
}

TEST_CASE("even steps give the weights of Savitzky and Golay's kind: antisymmetric, slope 1, blind to constants",
          "[melt]") {
  std::vector<double> x;
  for (int i = 0; i < 41; ++i) x.push_back(i);
  LocalCubic smoother;
  smoother.prepare(x, 4.5);
  std::vector<double> weights;
  std::size_t first = 0;
  REQUIRE(smoother.find_derivative_weights(20.0, 4.5, weights, first) == 9);
  CHECK(first == 16);
  double sum = 0.0;
  double slope = 0.0;
  double cube = 0.0;
  for (std::size_t k = 0; k < 9; ++k) {
    const double u = static_cast<double>(k) - 4.0;
    CHECK(weights[k] == Approx(-weights[8 - k]).margin(1e-12));
    sum += weights[k];
    slope += weights[k] * u;
    cube += weights[k] * u * u * u;
  }
  CHECK(sum == Approx(0.0).margin(1e-12));
  CHECK(slope == Approx(1.0));
  CHECK(cube == Approx(0.0).margin(1e-10));
}

TEST_CASE("the noise estimate is the noise of a reading", "[melt]") {
  Random random(2);
  MeltShape shape;
  shape.noise_sd = 4.0;
  double sum = 0.0;
  for (int i = 0; i < 400; ++i) sum += analyse_melt(to_view(make_melt(shape, random)), {}).noise_sd;
  CHECK(sum / 400 == Approx(4.0).epsilon(0.06));
}

TEST_CASE("Tm of one duplex: within 0.04 °C of the model's steepest fall at any usual step", "[melt]") {
  Random random(3);
  for (const double step : {0.05, 0.1, 0.2, 0.3, 0.5}) {
    for (const double tm : {72.3, 79.87, 85.0, 90.11}) {
      for (const double enthalpy : {150.0, 250.0, 400.0}) {
        MeltShape shape;
        shape.step_celsius = step;
        shape.duplexes = {{tm, 1000.0, enthalpy}};
        shape.last_celsius = 98.0;
        shape.first_celsius = 60.0;
        INFO("step " << step << ", Tm " << tm << ", enthalpy " << enthalpy);
        const MeltResult result = analyse_melt(to_view(make_melt(shape, random)), {});
        REQUIRE(result.peaks.size() == 1);
        const double expected = find_true_tm(shape, tm - 2.0, tm + 2.0);
        CHECK(result.peaks[0].tm_celsius == Approx(expected).margin(step < 0.4 ? 0.015 : 0.04));
        CHECK(result.peaks[0].width_celsius > 0.0);
      }
    }
  }
}

TEST_CASE("height, area and width approach the model's on a fine ramp", "[melt]") {
  Random random(4);
  MeltShape shape;
  shape.step_celsius = 0.02;
  shape.background_slope = 0.0;
  shape.first_celsius = 60.0;
  shape.last_celsius = 110.0;
  MeltOptions options;
  options.smoothing_half_width_celsius = 0.3;
  const MeltResult result = analyse_melt(to_view(make_melt(shape, random)), options);
  REQUIRE(result.peaks.size() == 1);
  const double tm = find_true_tm(shape, 80.0, 90.0);
  CHECK(result.peaks[0].derivative == Approx(find_true_height(shape, tm)).epsilon(1e-3));
  // Nearly all of the drop lies under the peak; the feet cut the tails off.
  CHECK(result.peaks[0].area > 850.0);
  CHECK(result.peaks[0].area < 1000.0);
  // A logistic in 1/T: full width at half height 3.525·R·T²/ΔH, less what the baseline between the feet takes.
  const double kelvin = tm + 273.15;
  const double width = 3.525494 * 1.987204e-3 * kelvin * kelvin / 250.0;
  CHECK(result.peaks[0].width_celsius == Approx(width).epsilon(0.05));
}

TEST_CASE("the standard error of Tm is the spread of Tm", "[melt]") {
  Random random(5);
  MeltShape shape;
  shape.noise_sd = 2.0;
  double sum = 0.0;
  double squares = 0.0;
  double stated = 0.0;
  constexpr int count = 2000;
  for (int i = 0; i < count; ++i) {
    const MeltResult result = analyse_melt(to_view(make_melt(shape, random)), {});
    REQUIRE(result.peaks.size() >= 1);
    const auto peak = std::max_element(result.peaks.begin(), result.peaks.end(),
                                       [](const auto& left, const auto& right) { return left.area < right.area; });
    sum += peak->tm_celsius;
    squares += peak->tm_celsius * peak->tm_celsius;
    stated += peak->tm_standard_error_celsius * peak->tm_standard_error_celsius;
  }
  const double spread = std::sqrt(squares / count - sum / count * (sum / count));
  CHECK(std::sqrt(stated / count) == Approx(spread).epsilon(0.2));
  CHECK(sum / count == Approx(find_true_tm(shape, 80.0, 90.0)).margin(0.01));
}

TEST_CASE("two products 6 °C apart are two peaks with their shares", "[melt]") {
  Random random(6);
  MeltShape shape;
  shape.noise_sd = 0.5;
  shape.duplexes = {{78.0, 400.0, 250.0}, {86.0, 600.0, 250.0}};
  for (int i = 0; i < 50; ++i) {
    const MeltResult result = analyse_melt(to_view(make_melt(shape, random)), {});
    REQUIRE(result.peaks.size() == 2);
    CHECK(result.peaks[0].tm_celsius == Approx(find_true_tm(shape, 76.0, 80.0)).margin(0.15));
    CHECK(result.peaks[1].tm_celsius == Approx(find_true_tm(shape, 84.0, 88.0)).margin(0.15));
    CHECK(result.peaks[0].area_fraction == Approx(0.4).margin(0.05));
    CHECK(result.peaks[0].area_fraction + result.peaks[1].area_fraction == Approx(1.0));
  }
}

TEST_CASE("noise and sloping backgrounds have no peaks", "[melt]") {
  Random random(7);
  int false_peaks = 0;
  for (int i = 0; i < 3000; ++i) {
    MeltShape shape;
    shape.duplexes.clear();
    shape.background = 2000.0;
    shape.background_slope = i % 3 == 0 ? 0.0 : -20.0;
    shape.noise_sd = i % 2 == 0 ? 1.0 : 20.0;
    shape.step_celsius = i % 5 == 0 ? 0.1 : 0.3;
    const MeltResult result = analyse_melt(to_view(make_melt(shape, random)), {});
    if (result.status != MeltStatus::no_peak) ++false_peaks;
    CHECK(result.peaks.empty() == (result.status == MeltStatus::no_peak));
    CHECK_FALSE(describe_melt(result).id.empty());
  }
  WARN(false_peaks << " of 3000 curves without a product have a peak");
  CHECK(false_peaks <= 15);
}

TEST_CASE("quenched probes rise: the same peak with the sign turned", "[melt]") {
  Random random(8);
  MeltShape shape;
  shape.noise_sd = 3.0;
  const MeltCurve falling = make_melt(shape, random);
  MeltCurve rising = falling;
  for (double& value : rising.fluorescence) value = -value;
  MeltOptions options;
  options.signal = MeltSignal::rises;
  const MeltResult expected = analyse_melt(to_view(falling), {});
  const MeltResult found = analyse_melt(to_view(rising), options);
  REQUIRE(found.peaks.size() == expected.peaks.size());
  CHECK(found.peaks[0].tm_celsius == expected.peaks[0].tm_celsius);
  CHECK(found.peaks[0].area == Approx(expected.peaks[0].area));
  CHECK(analyse_melt(to_view(rising), {}).status == MeltStatus::no_peak);
}

TEST_CASE("adding a constant, scaling and turning the ramp change what theory says", "[melt]") {
  Random random(9);
  MeltShape shape;
  shape.noise_sd = 3.0;
  shape.duplexes = {{78.0, 400.0, 250.0}, {86.0, 600.0, 250.0}};
  const MeltCurve curve = make_melt(shape, random);
  const MeltResult expected = analyse_melt(to_view(curve), {});
  REQUIRE(expected.peaks.size() == 2);
  MeltCurve changed = curve;
  for (double& value : changed.fluorescence) value = 4.0 * value + 100.0;
  const MeltResult scaled = analyse_melt(to_view(changed), {});
  changed = curve;
  for (double& value : changed.temperatures_celsius) value += 2.0;
  const MeltResult shifted = analyse_melt(to_view(changed), {});
  changed = curve;
  std::reverse(changed.temperatures_celsius.begin(), changed.temperatures_celsius.end());
  std::reverse(changed.fluorescence.begin(), changed.fluorescence.end());
  const MeltResult turned = analyse_melt(to_view(changed), {});
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(scaled.peaks.at(i).tm_celsius == Approx(expected.peaks[i].tm_celsius).epsilon(1e-9));
    CHECK(scaled.peaks[i].area == Approx(4.0 * expected.peaks[i].area).epsilon(1e-6));
    CHECK(scaled.peaks[i].tm_standard_error_celsius ==
          Approx(expected.peaks[i].tm_standard_error_celsius).epsilon(1e-6));
    CHECK(shifted.peaks.at(i).tm_celsius == Approx(expected.peaks[i].tm_celsius + 2.0).epsilon(1e-9));
    CHECK(turned.peaks.at(i).tm_celsius == expected.peaks[i].tm_celsius);
    CHECK(turned.peaks[i].area == expected.peaks[i].area);
  }
}

TEST_CASE("one analyser for many curves gives what each alone gives, bit for bit", "[melt]") {
  Random random(10);
  MeltAnalyser analyser{MeltOptions{}};
  MeltResult result;
  for (int i = 0; i < 60; ++i) {
    MeltShape shape;
    shape.noise_sd = 5.0;
    shape.step_celsius = i % 2 == 0 ? 0.3 : 0.5;
    shape.jitter_sd_celsius = i % 3 == 0 ? 0.02 : 0.0;
    const MeltCurve curve = make_melt(shape, random);
    analyser.analyse(to_view(curve), result);
    const MeltResult alone = analyse_melt(to_view(curve), {});
    REQUIRE(alone.peaks.size() == result.peaks.size());
    CHECK(alone.noise_sd == result.noise_sd);
    for (std::size_t k = 0; k < alone.peaks.size(); ++k) {
      CHECK(alone.peaks[k].tm_celsius == result.peaks[k].tm_celsius);
      CHECK(alone.peaks[k].area == result.peaks[k].area);
    }
  }
}

TEST_CASE("jittering temperatures are sorted, readings at one temperature averaged", "[melt]") {
  Random random(11);
  MeltShape shape;
  shape.noise_sd = 3.0;
  MeltCurve curve = make_melt(shape, random);
  const double tm = analyse_melt(to_view(curve), {}).peaks.at(0).tm_celsius;
  std::swap(curve.temperatures_celsius[0], curve.temperatures_celsius[1]);
  std::swap(curve.fluorescence[0], curve.fluorescence[1]);
  curve.temperatures_celsius.push_back(curve.temperatures_celsius.back());
  curve.fluorescence.push_back(curve.fluorescence.back());
  const MeltResult result = analyse_melt(to_view(curve), {});
  CHECK(result.reordered);
  REQUIRE(result.peaks.size() == 1);
  CHECK(result.peaks[0].tm_celsius == tm);
}

TEST_CASE("bad input is a status or a clear error", "[melt]") {
  Random random(12);
  MeltShape shape;
  shape.noise_sd = 3.0;
  const MeltCurve good = make_melt(shape, random);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();

  CHECK(analyse_melt({}, {}).status == MeltStatus::too_few_readings);
  MeltCurve curve = good;
  curve.temperatures_celsius.resize(9);
  curve.fluorescence.resize(9);
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::too_few_readings);

  curve = good;
  for (double& value : curve.fluorescence) value = nan;
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::too_few_readings);
  for (double& value : curve.fluorescence) value = 17.0;
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::constant);
  for (double& value : curve.fluorescence) value = 0.0;
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::constant);

  curve = good;
  curve.fluorescence[20] = nan;
  curve.fluorescence[21] = infinity;
  const MeltResult gaps = analyse_melt(to_view(curve), {});
  REQUIRE(gaps.peaks.size() == 1);
  CHECK(gaps.readings == good.fluorescence.size() - 2);
  curve.fluorescence[30] = 1e308;
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::readings_out_of_range);

  curve = good;
  for (std::size_t i = 0; i < curve.temperatures_celsius.size(); ++i)
    curve.temperatures_celsius[i] = i % 2 == 0 ? 60.0 + static_cast<double>(i) : 95.0 - static_cast<double>(i);
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::temperatures_not_monotone);
  for (double& value : curve.temperatures_celsius) value = 80.0;
  CHECK(analyse_melt(to_view(curve), {}).status == MeltStatus::too_few_readings);

  curve = good;
  curve.fluorescence.pop_back();
  CHECK_THROWS_AS(analyse_melt(to_view(curve), {}), Error);
  MeltOptions options;
  options.largest_width_celsius = 0.0;
  CHECK_THROWS_AS(MeltAnalyser(options), Error);
  options = {};
  options.smoothing_half_width_celsius = -1.0;
  CHECK_THROWS_AS(MeltAnalyser(options), Error);
  options = {};
  options.lowest_tm_celsius = 90.0;
  options.highest_tm_celsius = 80.0;
  CHECK_THROWS_AS(MeltAnalyser(options), Error);
}

TEST_CASE("crowded temperatures and random readings never crash or give a Tm off the ramp", "[melt]") {
  Random random(13);
  for (int i = 0; i < 2000; ++i) {
    MeltCurve curve;
    const int count = static_cast<int>(60.0 * random.uniform());
    double at = 60.0;
    for (int k = 0; k < count; ++k) {
      at += random.uniform() < 0.3 ? 1e-9 : random.uniform();
      curve.temperatures_celsius.push_back(at);
      curve.fluorescence.push_back(random.uniform() < 0.1 ? 1e12 * random.normal() : random.normal());
    }
    const MeltResult result = analyse_melt(to_view(curve), {});
    for (const MeltPeak& peak : result.peaks) {
      CHECK(peak.tm_celsius >= curve.temperatures_celsius.front());
      CHECK(peak.tm_celsius <= curve.temperatures_celsius.back());
      CHECK(std::isfinite(peak.area));
    }
  }
}

TEST_CASE("a peak whose other side was not recorded is at the edge", "[melt]") {
  Random random(14);
  MeltShape shape;
  shape.noise_sd = 1.0;
  shape.last_celsius = 85.6;
  const MeltResult result = analyse_melt(to_view(make_melt(shape, random)), {});
  CHECK(result.status == MeltStatus::no_peak);
  MeltOptions options;
  options.highest_tm_celsius = 80.0;
  shape.last_celsius = 95.0;
  const MeltResult outside = analyse_melt(to_view(make_melt(shape, random)), options);
  REQUIRE(outside.status == MeltStatus::no_peak);
  REQUIRE(outside.rejected.has_value());
  CHECK(outside.rejected->verdict == PeakVerdict::outside_limits);
  CHECK(describe_melt(outside).id == "melt_outside_limits");
}

TEST_CASE("384 curves of 100 readings take a few milliseconds", "[melt]") {
  if (instrumented) return;
  Random random(15);
  MeltShape shape;
  shape.noise_sd = 3.0;
  std::vector<MeltCurve> plate;
  for (int i = 0; i < 384; ++i) plate.push_back(make_melt(shape, random));
  MeltAnalyser analyser{MeltOptions{}};
  MeltResult result;
  double best = HUGE_VAL;
  for (int round = 0; round < 20; ++round) {
    const std::clock_t start = std::clock();
    for (const MeltCurve& curve : plate) analyser.analyse(to_view(curve), result);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  WARN("384 melting curves of " << plate.front().fluorescence.size() << " readings: " << 1e3 * best << " ms of CPU");
  CHECK(best < 0.020);
}
