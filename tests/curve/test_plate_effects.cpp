// Planted effects of place, plates without any, and light from neighbours.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/cq.hpp"
#include "libqpcr/curve/plate_effects.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using namespace qpcr::test;

namespace {

constexpr PlateGeometry plate96{8, 12};

/// 96 wells in four groups that take turns, SD 0.15 cycles.
std::vector<PlateValue> make_values(Random& random) {
  std::vector<PlateValue> values;
  for (int i = 0; i < 96; ++i) {
    const auto group = static_cast<std::size_t>((i + i / 12) % 4);
    values.push_back(
        {to_position(i, plate96), 20.0 + 3.3 * static_cast<double>(group) + 0.15 * random.normal(), group});
  }
  return values;
}

bool is_edge(GridPosition at) {
  return at.row == 0 || at.column == 0 || at.row == plate96.rows - 1 || at.column == plate96.columns - 1;
}

PlateEffectOptions quick() {
  PlateEffectOptions options;
  options.permutations = 499;
  return options;
}

const PlateEffect& find(const PlateEffects& effects, PlateEffectKind kind) {
  return effects.effects.at(static_cast<std::size_t>(kind));
}

std::vector<PlacedCurve> place(const std::vector<AmplificationCurve>& curves) {
  std::vector<PlacedCurve> wells;
  for (std::size_t i = 0; i < curves.size(); ++i)
    wells.push_back({to_position(static_cast<long>(i), plate96), to_view(curves[i])});
  return wells;
}

}  // namespace

TEST_CASE("plates without effects are rarely flagged, and p is uniform", "[plate]") {
  Random random(1);
  constexpr int plates = 400;
  std::map<PlateEffectKind, int> flagged;
  std::map<PlateEffectKind, int> small;
  for (int i = 0; i < plates; ++i) {
    PlateEffectOptions options = quick();
    options.seed = static_cast<std::uint64_t>(i);
    const PlateEffects effects = test_plate_effects(make_values(random), plate96, options);
    for (const PlateEffect& effect : effects.effects) {
      REQUIRE(effect.tested);
      if (effect.flagged) ++flagged[effect.kind];
      if (effect.p_value <= 0.1) ++small[effect.kind];
    }
  }
  for (const PlateEffectKind kind :
       {PlateEffectKind::edge_shift, PlateEffectKind::edge_spread, PlateEffectKind::rows, PlateEffectKind::columns}) {
    INFO(to_string(kind));
    // 1 % and 10 % of 400, with three standard deviations.
    CHECK(flagged[kind] <= 10);
    CHECK(small[kind] >= 22);
    CHECK(small[kind] <= 58);
  }
}

TEST_CASE("planted effects are found with their size", "[plate]") {
  Random random(2);
  std::map<PlateEffectKind, int> found;
  constexpr int plates = 50;
  for (int i = 0; i < plates; ++i) {
    std::vector<PlateValue> shifted = make_values(random);
    for (PlateValue& value : shifted) value.value_cycles += is_edge(value.position) ? 0.25 : 0.0;
    const PlateEffects shift = test_plate_effects(shifted, plate96, quick());
    found[PlateEffectKind::edge_shift] += find(shift, PlateEffectKind::edge_shift).flagged ? 1 : 0;
    CHECK(find(shift, PlateEffectKind::edge_shift).effect == Approx(0.25).margin(0.17));

    std::vector<PlateValue> spread = make_values(random);
    for (PlateValue& value : spread) value.value_cycles += is_edge(value.position) ? 0.35 * random.normal() : 0.0;
    found[PlateEffectKind::edge_spread] +=
        find(test_plate_effects(spread, plate96, quick()), PlateEffectKind::edge_spread).flagged ? 1 : 0;

    std::vector<PlateValue> rows = make_values(random);
    for (PlateValue& value : rows) value.value_cycles += value.position.row == 3 ? 0.4 : 0.0;
    const PlateEffects by_row = test_plate_effects(rows, plate96, quick());
    found[PlateEffectKind::rows] += find(by_row, PlateEffectKind::rows).flagged ? 1 : 0;
    CHECK(std::max_element(by_row.row_effects.begin(), by_row.row_effects.end()) - by_row.row_effects.begin() == 3);

    std::vector<PlateValue> columns = make_values(random);
    for (PlateValue& value : columns) value.value_cycles += 0.05 * value.position.column;
    found[PlateEffectKind::columns] +=
        find(test_plate_effects(columns, plate96, quick()), PlateEffectKind::columns).flagged ? 1 : 0;
  }
  for (const auto& [kind, count] : found) {
    std::cout << "planted " << to_string(kind) << ": found on " << count << " of " << plates << " plates\n";
    CHECK(count >= 48);
  }
}

TEST_CASE("a layout that ties groups to places makes no effect", "[plate]") {
  Random random(3);
  std::vector<PlateValue> values = make_values(random);
  for (PlateValue& value : values) {
    value.group = static_cast<std::size_t>(value.position.column);
    value.value_cycles = 15.0 + 1.5 * value.position.column + 0.1 * random.normal();
  }
  const PlateEffects effects = test_plate_effects(values, plate96, quick());
  CHECK_FALSE(find(effects, PlateEffectKind::columns).flagged);
  CHECK_FALSE(find(effects, PlateEffectKind::edge_shift).flagged);
}

TEST_CASE("order, shift and scale of the values; few wells; bad input", "[plate]") {
  Random random(4);
  std::vector<PlateValue> values = make_values(random);
  const PlateEffects expected = test_plate_effects(values, plate96, quick());
  for (PlateValue& value : values) value.value_cycles += 5.0;
  const PlateEffects shifted = test_plate_effects(values, plate96, quick());
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(shifted.effects[k].effect == Approx(expected.effects[k].effect).margin(1e-9));
    CHECK(shifted.effects[k].p_value == expected.effects[k].p_value);
  }
  values[5].value_cycles = NAN;
  CHECK(std::isnan(test_plate_effects(values, plate96, quick()).residuals[5]));
  const std::vector<PlateValue> few(values.begin(), values.begin() + 3);
  for (const PlateEffect& effect : test_plate_effects(few, plate96, quick()).effects) {
    CHECK_FALSE(effect.tested);
    CHECK(effect.reason.id == "curve_plate_not_tested");
  }
  CHECK(test_plate_effects({}, plate96, quick()).effects.size() == 4);
  values[0].position = {8, 0};
  CHECK_THROWS_AS(test_plate_effects(values, plate96, quick()), Error);
  PlateEffectOptions options;
  options.permutations = 5;
  CHECK_THROWS_AS(test_plate_effects(few, plate96, options), Error);
}

TEST_CASE("light from a neighbour is found, reactions of their own are not", "[plate]") {
  Random random(5);
  std::vector<AmplificationCurve> curves;
  for (int i = 0; i < 96; ++i) {
    // Odd wells amplify at 18 … 34 cycles, even ones are blank; noise 2 of 1000.
    Shape shape;
    shape.noise_sd = 2.0;
    shape.e = 20.0 + 14.0 * random.uniform();
    if (i % 4 != 1) shape.d = shape.c;
    shape.slope_per_cycle = 0.3 * random.normal();
    curves.push_back(make_curve(shape, 45, random, CurveKind::multicomponent));
  }
  CHECK(find_cross_talk(place(curves), {}).empty());
  // Well 40 sees 2 % of its neighbour 41, and well 47, under 35, has a weak late reaction of its own.
  for (std::size_t c = 0; c < 45; ++c) curves[40].fluorescence[c] += 0.03 * (curves[41].fluorescence[c] - 100.0);
  Shape late;
  late.noise_sd = 2.0;
  late.e = 39.0;
  late.d = 180.0;
  curves[54] = make_curve(late, 45, random, CurveKind::multicomponent);
  const auto flags = find_cross_talk(place(curves), {});
  REQUIRE(flags.size() == 1);
  CHECK(flags[0].well == 40);
  CHECK(flags[0].neighbour == 41);
  CHECK(flags[0].fraction == Approx(0.03).epsilon(0.1));
  CHECK(flags[0].lag_cycles == 0);
  CHECK(flags[0].reason.id == "curve_cross_talk");
  CrossTalkOptions options;
  options.largest_fraction = 2.0;
  CHECK_THROWS_AS(find_cross_talk(place(curves), options), Error);
}

TEST_CASE("weak reactions beside strong ones: how often they are taken for light", "[plate]") {
  Random random(6);
  int wrong = 0;
  int found = 0;
  constexpr int plates = 500;
  for (int i = 0; i < plates; ++i) {
    Shape strong;
    strong.noise_sd = 2.0;
    strong.e = 18.0 + 6.0 * random.uniform();
    Shape weak = strong;
    weak.e = strong.e + 4.0 + 12.0 * random.uniform();
    weak.d = weak.c + 30.0 + 60.0 * random.uniform();
    std::vector<AmplificationCurve> curves{make_curve(strong, 45, random), make_curve(weak, 45, random)};
    wrong += find_cross_talk(place(curves), {}).empty() ? 0 : 1;
    Shape blank;
    blank.noise_sd = 2.0;
    blank.d = blank.c;
    curves[1] = make_curve(blank, 45, random);
    const double fraction = 0.015 + 0.03 * random.uniform();
    for (std::size_t c = 0; c < 45; ++c) curves[1].fluorescence[c] += fraction * (curves[0].fluorescence[c] - 100.0);
    found += find_cross_talk(place(curves), {}).empty() ? 0 : 1;
  }
  std::cout << "cross-talk: " << found << " of " << plates << " planted found, " << wrong << " of " << plates
            << " weak reactions at least 4 cycles later flagged\n";
  CHECK(found >= 480);
  CHECK(wrong <= 10);
}

TEST_CASE("edge wells of the 94 × 4 set at 15 000 copies", "[reference]") {
  const auto folder = reference_data() / "curves/data";
  const auto path = find_file(folder, "ds_94_4.csv");
  if (path.empty()) return;
  const WideTable wide = read_wide_table(path);
  const Table truth = read_table(find_file(folder, "ds_94_4.truth.csv"));
  std::map<std::string, std::vector<PlateValue>> by_copies;
  std::vector<PlateValue> all;
  PlateGeometry plate = plate96;
  CqOptions options;
  options.method = CqMethod::second_derivative_maximum;
  for (const auto& row : truth.rows) {
    const auto copies = row[truth.column("copies")];
    const auto position = parse_label(row[truth.column("well")]);
    if (!position || row[truth.column("sample_type")] != "std") continue;
    const CqResult cq = estimate_cq(to_view(wide.at(row[truth.column("curve")])), options);
    if (!cq.cq_cycles) continue;
    if (!plate96.contains(*position)) plate = {16, 24};
    by_copies[copies].push_back({*position, *cq.cq_cycles, 0});
    all.push_back({*position, *cq.cq_cycles, static_cast<std::size_t>(parse_double(copies).value_or(0.0))});
  }
  by_copies["all"] = all;
  bool seen = false;
  for (const auto& [copies, values] : by_copies) {
    const PlateEffects effects = test_plate_effects(values, plate, {});
    const auto edges = std::count_if(values.begin(), values.end(), [&](const PlateValue& value) {
      return value.position.row == 0 || value.position.column == 0 || value.position.row == plate.rows - 1 ||
             value.position.column == plate.columns - 1;
    });
    const PlateEffect& spread = find(effects, PlateEffectKind::edge_spread);
    const PlateEffect& shift = find(effects, PlateEffectKind::edge_shift);
    std::cout << copies << " copies, " << values.size() << " wells, " << edges << " at the edge, which hold "
              << effects.edge_variance_share.value_or(NAN) << " of the variance, spread ratio " << spread.effect
              << " (p " << spread.p_value << "), shift " << shift.effect << " cycles (p " << shift.p_value << "), rows "
              << find(effects, PlateEffectKind::rows).effect << " (p " << find(effects, PlateEffectKind::rows).p_value
              << "), columns " << find(effects, PlateEffectKind::columns).effect << " (p "
              << find(effects, PlateEffectKind::columns).p_value << ")\n";
    if (parse_double(copies) == 15000.0) seen = spread.p_value <= 0.05;
  }
  CHECK(seen);
}
