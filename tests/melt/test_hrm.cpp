// High-resolution melting on made genotypes: normalisation, overlay, difference, groups.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/melt/hrm.hpp"
#include "tests/melt/melt_data.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

/// 0 wild type, 1 heterozygote with its heteroduplexes, 2 the other homozygote 1 °C below.
std::vector<Duplex> genotype(int number, double amount) {
  if (number == 0) return {{84.0, amount, 350.0}};
  if (number == 1) return {{84.0, 0.25 * amount, 350.0}, {83.0, 0.25 * amount, 350.0}, {80.8, 0.5 * amount, 320.0}};
  return {{83.0, amount, 350.0}};
}

struct Plate {
  std::vector<MeltCurve> curves;
  std::vector<MeltView> views;
  std::vector<int> truth;
};

Plate make_plate(int each, double noise_sd, double shift_sd, Random& random) {
  Plate plate;
  for (int i = 0; i < 3 * each; ++i) {
    MeltShape shape;
    const double amount = 600.0 + 800.0 * random.uniform();
    shape.duplexes = genotype(i % 3, amount);
    const double shift = shift_sd * random.normal();
    for (Duplex& duplex : shape.duplexes) duplex.tm_celsius += shift;
    shape.first_celsius = 70.0;
    shape.last_celsius = 95.0;
    shape.step_celsius = 0.1;
    shape.background = 100.0 + 300.0 * random.uniform();
    shape.background_slope = -4.0 * random.uniform();
    shape.noise_sd = noise_sd;
    plate.curves.push_back(make_melt(shape, random));
    plate.truth.push_back(i % 3);
  }
  for (const MeltCurve& curve : plate.curves) plate.views.push_back(to_view(curve));
  return plate;
}

HrmOptions options_for_plate() {
  HrmOptions options;
  options.before = {72.0, 75.0};
  options.after = {88.0, 92.0};
  return options;
}

}  // namespace

TEST_CASE("a linear background is removed exactly", "[hrm]") {
  Random random(1);
  MeltShape plain;
  plain.duplexes = {{82.0, 1000.0, 900.0}};
  plain.background = 0.0;
  plain.background_slope = 0.0;
  plain.first_celsius = 70.0;
  plain.step_celsius = 0.1;
  MeltCurve curve = make_melt(plain, random);
  MeltCurve tilted = curve;
  for (std::size_t i = 0; i < curve.fluorescence.size(); ++i)
    tilted.fluorescence[i] = 3.0 * curve.fluorescence[i] + 500.0 - 6.0 * curve.temperatures_celsius[i];
  const HrmOptions options = options_for_plate();
  const std::vector<double> grid{75.0, 78.0, 80.0, 81.0, 82.0, 83.0, 84.0, 86.0};
  const HrmCurve found = normalise_hrm(to_view(tilted), grid, options);
  REQUIRE(found.status == HrmStatus::normalised);
  for (std::size_t i = 0; i < grid.size(); ++i)
    CHECK(found.values[i] == Approx(melted_signal(plain, grid[i]) / 1000.0).margin(2e-3));
}

TEST_CASE("an exponential background is removed to the curvature of the windows", "[hrm]") {
  Random random(2);
  MeltShape plain;
  plain.duplexes = {{82.0, 1000.0, 900.0}};
  plain.background = 0.0;
  plain.background_slope = 0.0;
  plain.first_celsius = 68.0;
  plain.last_celsius = 95.0;
  plain.step_celsius = 0.1;
  MeltCurve curve = make_melt(plain, random);
  for (std::size_t i = 0; i < curve.fluorescence.size(); ++i)
    curve.fluorescence[i] += 700.0 * std::exp(-0.06 * (curve.temperatures_celsius[i] - 70.0));
  HrmOptions options;
  options.before = {70.0, 71.0};
  options.after = {92.0, 93.0};
  options.background = HrmBackground::exponential;
  const std::vector<double> grid{72.0, 75.0, 80.0, 81.0, 82.0, 83.0, 84.0, 88.0, 91.0};
  const HrmCurve found = normalise_hrm(to_view(curve), grid, options);
  REQUIRE(found.status == HrmStatus::normalised);
  for (std::size_t i = 0; i < grid.size(); ++i)
    CHECK(found.values[i] == Approx(melted_signal(plain, grid[i]) / 1000.0).margin(5e-3));
  // The straight line leaves ten times as much of this background.
  options.background = HrmBackground::linear;
  const HrmCurve line = normalise_hrm(to_view(curve), grid, options);
  CHECK(std::abs(line.values[1] - 1.0) > 0.02);
}

TEST_CASE("three genotypes of different amounts and backgrounds fall into three groups", "[hrm]") {
  Random random(3);
  const Plate plate = make_plate(8, 2.0, 0.0, random);
  const HrmResult result = group_hrm(plate.views, options_for_plate());
  REQUIRE(result.means.size() == 3);
  for (std::size_t i = 0; i < plate.curves.size(); ++i) {
    REQUIRE(result.assignments[i].group.has_value());
    for (std::size_t k = 0; k < i; ++k)
      CHECK((result.assignments[i].group == result.assignments[k].group) == (plate.truth[i] == plate.truth[k]));
  }
  // A difference curve of a heterozygote against the wild type stands clear of the limit.
  const auto difference = derive_difference(result.curves[1].values, result.curves[0].values);
  CHECK(find_largest_difference(result.curves[1].values, result.curves[0].values) > 0.2);
  CHECK(difference.size() == result.grid_celsius.size());
}

TEST_CASE("the grouping does not depend on the order of the curves", "[hrm]") {
  Random random(4);
  const Plate plate = make_plate(6, 3.0, 0.0, random);
  const HrmResult expected = group_hrm(plate.views, options_for_plate());
  std::vector<MeltView> turned(plate.views.rbegin(), plate.views.rend());
  const HrmResult found = group_hrm(turned, options_for_plate());
  for (std::size_t i = 0; i < turned.size(); ++i)
    CHECK(found.assignments[turned.size() - 1 - i].group == expected.assignments[i].group);
}

TEST_CASE("the overlay takes out wells' shifts, and with them homozygotes that differ in Tm alone", "[hrm]") {
  Random random(5);
  const Plate plate = make_plate(8, 2.0, 0.15, random);
  HrmOptions options = options_for_plate();
  options.overlay_level = 0.1;
  const HrmResult result = group_hrm(plate.views, options);
  for (std::size_t i = 0; i < plate.curves.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (!result.assignments[i].group || !result.assignments[k].group) continue;
      const bool both_homozygous = plate.truth[i] != 1 && plate.truth[k] != 1;
      CHECK((result.assignments[i].group == result.assignments[k].group) ==
            (plate.truth[i] == plate.truth[k] || both_homozygous));
    }
  }
}

TEST_CASE("calls against references: known genotypes called, strangers unclassified", "[hrm]") {
  Random random(6);
  Plate plate = make_plate(8, 2.0, 0.0, random);
  MeltShape stranger;
  stranger.duplexes = {{78.0, 900.0, 350.0}};
  stranger.first_celsius = 70.0;
  stranger.step_celsius = 0.1;
  stranger.noise_sd = 2.0;
  plate.curves.push_back(make_melt(stranger, random));
  MeltShape flat = stranger;
  flat.duplexes.clear();
  plate.curves.push_back(make_melt(flat, random));
  plate.views.clear();
  for (const MeltCurve& curve : plate.curves) plate.views.push_back(to_view(curve));
  std::vector<std::optional<std::size_t>> genotypes(plate.curves.size());
  for (std::size_t i = 0; i < 6; ++i) genotypes[i] = static_cast<std::size_t>(plate.truth[i]);
  const HrmResult result = call_hrm(plate.views, genotypes, options_for_plate());
  for (std::size_t i = 0; i < plate.truth.size(); ++i) {
    REQUIRE(result.assignments[i].group.has_value());
    CHECK(*result.assignments[i].group == static_cast<std::size_t>(plate.truth[i]));
  }
  const std::size_t count = plate.curves.size();
  CHECK_FALSE(result.assignments[count - 2].group.has_value());
  CHECK(result.assignments[count - 2].reason.id == "melt_hrm_too_far");
  CHECK_FALSE(result.assignments[count - 1].group.has_value());
  CHECK(result.curves[count - 1].status == HrmStatus::no_melting);
}

TEST_CASE("a lone curve is unclassified, bad options are refused", "[hrm]") {
  Random random(7);
  Plate plate = make_plate(1, 2.0, 0.0, random);
  const HrmResult result = group_hrm(plate.views, options_for_plate());
  for (const HrmAssignment& assignment : result.assignments) {
    CHECK_FALSE(assignment.group.has_value());
    CHECK(assignment.reason.id == "melt_hrm_small_group");
  }
  HrmOptions options = options_for_plate();
  options.after = {60.0, 65.0};
  CHECK_THROWS_AS(group_hrm(plate.views, options), Error);
  options = options_for_plate();
  options.before = {10.0, 11.0};
  CHECK(group_hrm(plate.views, options).curves[0].status == HrmStatus::window_empty);
  CHECK_THROWS_AS(call_hrm(plate.views, std::vector<std::optional<std::size_t>>(3), options_for_plate()), Error);
}
