// Indicators of quantification: an independent program's values, naive formulas, properties, and the peers' published
// ones.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/quantification_performance.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Four concentrations, compressed scale, one reaction without a number and one of zero.
std::vector<ConcentrationGroup> make_series() {
  return {{15, {0.0, 43.353482, 34.474974, 26.941075, 32.07319}},
          {150, {282.180222, 330.403447, nan, 304.132042, 298.336397}},
          {1500, {2999.417491, 2940.191878, 2831.35085, 2423.884905, 2774.731593}},
          {15000, {26328.221064, 19389.152242, 22147.033612, 17834.994635, 19548.826675}}};
}

std::vector<ConcentrationGroup> make_cq_series() {
  return {{10, {33.32165, 33.64298, 33.43651, 33.74425}},
          {100, {30.31135, nan, 29.77665, 30.17226}},
          {1000, {26.8603, 26.89266, 26.56397, 26.77445}}};
}

void check_relative(double found, double expected) {
  CAPTURE(found, expected);
  CHECK(std::abs(found - expected) <= 1e-9 * std::abs(expected));
}

TEST_CASE("indicators of a dilution series equal an independent program's") {
  // tools/indicators.py (numpy 1.24, scipy 1.10), function stats().
  const QuantificationPerformance p = estimate_quantification_performance(make_series());
  CHECK(p.reactions == 18);
  CHECK(p.lost == 2);
  check_relative(p.bias_as_ratio, 615.2945656671062);
  CHECK(p.expected_ratio == 1000.0);
  check_relative(p.slope, 0.9327830769986378);
  check_relative(p.correlation, 0.9985295498428378);
  check_relative(p.ms_deviation, 0.005060925820863392);
  check_relative(p.ms_within, 0.003357800043121848);
  check_relative(p.residual_sd, 0.05975525721925679);
  check_relative(p.detectable_difference, 1.3249882104335933);
  check_relative(p.fold_single, 1.4474935235430895);
  check_relative(p.fold_triplicates, 1.353201094026331);
  check_relative(p.mean_cv_percent, 12.6305913345216);
  REQUIRE(p.concentrations.size() == 4);
  check_relative(p.concentrations[0].log10_variance, 0.007325652603675532);
  check_relative(p.concentrations[0].cv_percent, 20.04496531396651);
  CHECK(p.concentrations[0].reactions == 4);
  check_relative(p.concentrations[1].log10_variance, 0.0008056983273050382);
  check_relative(p.concentrations[2].cv_percent, 8.049632986280782);
  check_relative(p.concentrations[3].log10_variance, 0.0043328724728720356);
  CHECK(p.concentrations[3].reactions == 5);
}

TEST_CASE("quantities from a series' own standard curve equal an independent program's") {
  // tools/indicators.py, cq_to_n0() and stats().
  const StandardCurveQuantities quantities = derive_standard_curve_quantities(make_cq_series());
  check_relative(quantities.efficiency, 1.9756262011206154);
  const QuantificationPerformance p = estimate_quantification_performance(quantities.groups);
  CHECK(p.lost == 1);
  check_relative(p.slope, 1.0);
  check_relative(p.bias_as_ratio, 99.7482008352194);
  check_relative(p.correlation, 0.9981456592947825);
  check_relative(p.ms_deviation, 0.0008781005705028704);
  check_relative(p.ms_within, 0.0036092601419178438);
  check_relative(p.detectable_difference, 1.4739960144947286);
  check_relative(p.fold_triplicates, 1.368334572547391);
  check_relative(p.concentrations[1].log10_variance, 0.006729445589249225);
  check_relative(p.concentrations[1].cv_percent, 19.525302704629308);
}

TEST_CASE("the detectable difference of triplicates by its formula") {
  const std::vector<ConcentrationGroup> series = {
      {1, {1.1, 0.9, 1.2}}, {10, {9.0, 10.5, 11.0}}, {100, {105.0, 92.0, 101.0}}};
  const QuantificationPerformance p = estimate_quantification_performance(series);
  // t(0.9875, 2) in closed form, (1 − 2q)·√(2/(4q(1 − q))). scipy's is 1.1e-9 of it too large, and with it the
  // independent program's value.
  const double t = 6.20534681657069435;
  double sum = 0.0;
  for (const double x : {0.0, 1.0, 2.0}) {
    // The spread of log10 expected over the nine reactions: 6/8 times n − 2.
    sum += std::log(10.0) * t * p.residual_sd * std::sqrt(1.0 / 3.0 + (x - 1.0) * (x - 1.0) / (6.0 / 8.0 * 7.0)) / 3.0;
  }
  check_relative(p.detectable_difference, std::exp(sum));
}

TEST_CASE("order and unit do not matter, and lost reactions are counted only") {
  const std::vector<ConcentrationGroup> series = make_series();
  std::vector<ConcentrationGroup> moved(series.rbegin(), series.rend());
  for (ConcentrationGroup& group : moved) {
    std::reverse(group.values.begin(), group.values.end());
    for (double& value : group.values) value *= 1e-7;
    group.values.push_back(-1.0);
    group.values.push_back(std::numeric_limits<double>::infinity());
  }
  // One concentration in two parts is one.
  moved.push_back({moved[0].expected, {moved[0].values.back(), moved[0].values[1]}});
  moved[0].values.erase(moved[0].values.begin() + 1);
  const QuantificationPerformance a = estimate_quantification_performance(series);
  const QuantificationPerformance b = estimate_quantification_performance(moved);
  CHECK(b.reactions == a.reactions);
  CHECK(b.lost == a.lost + 9);
  for (const auto& [found, expected] :
       {std::pair{b.slope, a.slope}, std::pair{b.ms_within, a.ms_within}, std::pair{b.ms_deviation, a.ms_deviation},
        std::pair{b.bias_as_ratio, a.bias_as_ratio}, std::pair{b.detectable_difference, a.detectable_difference},
        std::pair{b.mean_cv_percent, a.mean_cv_percent}}) {
    check_relative(found, expected);
  }
}

TEST_CASE("a compressed scale is undone by the slope") {
  const std::vector<ConcentrationGroup> series = make_series();
  std::vector<ConcentrationGroup> stretched = series;
  for (ConcentrationGroup& group : stretched) {
    for (double& value : group.values) value = std::pow(value, 1.3);
  }
  const QuantificationPerformance a = estimate_quantification_performance(series);
  const QuantificationPerformance b = estimate_quantification_performance(stretched);
  check_relative(b.slope, 1.3 * a.slope);
  check_relative(b.slope_corrected(b.ms_within), a.slope_corrected(a.ms_within));
  check_relative(b.slope_corrected(b.ms_deviation), a.slope_corrected(a.ms_deviation));
}

TEST_CASE("what the design does not determine is NaN") {
  const QuantificationPerformance none = estimate_quantification_performance({});
  CHECK(none.reactions == 0);
  CHECK(std::isnan(none.slope));
  const QuantificationPerformance lost =
      estimate_quantification_performance(std::vector<ConcentrationGroup>{{10, {nan, 0.0}}});
  CHECK(lost.lost == 2);
  CHECK(std::isnan(lost.ms_within));
  const QuantificationPerformance one =
      estimate_quantification_performance(std::vector<ConcentrationGroup>{{10, {9.0, 11.0, 10.0}}});
  CHECK(std::isfinite(one.ms_within));
  CHECK(std::isnan(one.slope));
  const QuantificationPerformance two =
      estimate_quantification_performance(std::vector<ConcentrationGroup>{{10, {9.0}}, {100, {110.0}}});
  CHECK(std::isfinite(two.slope));
  CHECK(std::isnan(two.ms_deviation));
  CHECK(std::isnan(two.ms_within));
  CHECK(std::isnan(two.detectable_difference));
  CHECK_THROWS_AS(estimate_quantification_performance(std::vector<ConcentrationGroup>{{0, {1.0}}}), Error);
  CHECK_THROWS_AS(derive_standard_curve_quantities(std::vector<ConcentrationGroup>{{nan, {1.0}}}), Error);
}

TEST_CASE("the Poisson floor of the field's four dilutions") {
  CHECK(std::abs(derive_poisson_floor(15) - 0.01257) < 5e-6);
  CHECK(std::abs(derive_poisson_floor(15000) - 0.00001257) < 5e-9);
  CHECK(std::abs(derive_poisson_floor(1) - 0.1886) < 5e-5);
  CHECK_THROWS_AS(derive_poisson_floor(0), Error);
}

TEST_CASE("ranks: better is lower, equals share the better rank, the missing come last") {
  // Targets t1 and t2; bias by its distance from the expected ratio in either direction.
  const std::vector<TargetIndicators> rows = {
      {"a", "t1", 100, 100, 0.1, 0.1, 1.5}, {"b", "t1", 50, 100, 0.2, 0.1, 1.4},  {"c", "t1", 210, 100, nan, 0.3, 1.6},
      {"a", "t2", 90, 100, 0.3, 0.2, 1.5},  {"b", "t2", 100, 100, 0.1, 0.1, nan}, {"c", "t2", 100, 100, 0.2, 0.3, 1.2},
      {"a", "t3", 100, 100, 0.1, 0.1, 1.1}, {"b", "t3", 100, 100, 0.1, 0.1, 1.1}};
  const std::vector<MethodRank> ranks = rank_methods(rows);
  REQUIRE(ranks.size() == 3);
  CHECK(ranks[0].method == "a");
  CHECK(ranks[0].targets == 2);  // t3 lacks a method
  CHECK(ranks[0].bias == Approx((1 + 3) / 2.0));
  CHECK(ranks[1].bias == Approx((2 + 1) / 2.0));
  CHECK(ranks[2].bias == Approx((3 + 1) / 2.0));
  CHECK(ranks[2].linearity == Approx((3 + 2) / 2.0));
  CHECK(ranks[1].precision == Approx((1 + 1) / 2.0));
  CHECK(ranks[1].resolution == Approx((1 + 3) / 2.0));
  CHECK(ranks[0].mean == Approx((2.0 + 2.0 + 1.5 + 2.0) / 4.0));
  CHECK(derive_mean_fold_bias(std::vector<TargetIndicators>{rows[1], rows[2]}) == Approx(std::sqrt(2.0 * 2.1)));
}

TEST_CASE("the paired bootstrap knows a method from itself and from a noisier one") {
  std::vector<ConcentrationGroup> good;
  std::vector<ConcentrationGroup> poor;
  for (const double expected : {15.0, 150.0, 1500.0}) {
    ConcentrationGroup one{expected, {}};
    ConcentrationGroup other{expected, {}};
    for (int i = 0; i < 40; ++i) {
      const double shared = 0.02 * std::sin(12.9898 * (i + expected));
      const double extra = 0.06 * std::sin(78.233 * (i + 3.1 * expected));
      one.values.push_back(expected * std::pow(10.0, shared));
      other.values.push_back(std::pow(expected, 0.9) * std::pow(10.0, shared + extra));
    }
    good.push_back(one);
    poor.push_back(other);
  }
  PairedBootstrapOptions options;
  options.replicates = 400;
  for (const IndicatorRatio& ratio : compare_paired(good, good, options)) {
    CHECK(ratio.ratio == 1.0);
    CHECK(ratio.limits == Interval{1.0, 1.0});
  }
  const std::vector<IndicatorRatio> ratios = compare_paired(good, poor, options);
  REQUIRE(ratios.size() == 5);
  const QuantificationPerformance p = estimate_quantification_performance(good);
  const QuantificationPerformance q = estimate_quantification_performance(poor);
  CHECK(ratios[0].indicator == "ms_within");
  check_relative(ratios[0].first, p.slope_corrected(p.ms_within));
  check_relative(ratios[0].second, q.slope_corrected(q.ms_within));
  CHECK(ratios[1].indicator == "ms_deviation");
  check_relative(ratios[1].second, q.slope_corrected(q.ms_deviation));
  CHECK(ratios[3].indicator == "log10_variance");
  CHECK(ratios[3].expected == 150.0);
  check_relative(ratios[3].first, p.slope_corrected(p.concentrations[1].log10_variance));
  CHECK(ratios[0].limits.upper < 1.0);
  CHECK(ratios[0].limits.lower < ratios[0].ratio);
  CHECK(compare_paired(good, poor, options)[2].limits == ratios[2].limits);
  options.seed = 2;
  CHECK_FALSE(compare_paired(good, poor, options)[2].limits == ratios[2].limits);
  options.replicates = 0;
  CHECK_THROWS_AS(compare_paired(good, poor, options), Error);
  poor.pop_back();
  CHECK_THROWS_AS(compare_paired(good, poor, PairedBootstrapOptions{}), Error);
}

TEST_CASE("a reaction lost to one method is left out of both") {
  std::vector<ConcentrationGroup> first = make_series();
  std::vector<ConcentrationGroup> second = make_series();
  second[2].values[0] = nan;
  first[3].values[1] = nan;
  const std::vector<IndicatorRatio> ratios = compare_paired(first, second, PairedBootstrapOptions{});
  for (const IndicatorRatio& ratio : ratios) CHECK(ratio.ratio == 1.0);
}

CsvTable read_table(const std::filesystem::path& path) { return read_csv_table(read_file(path), path.string()); }

std::vector<TargetIndicators> read_indicators(const std::filesystem::path& path, double expected_ratio) {
  const CsvTable table = read_table(path);
  const auto number = [&](const CsvRow& row, const char* column) {
    return parse_double(trim(row.cells[table.column(column)])).value_or(nan);
  };
  std::vector<TargetIndicators> rows;
  for (const CsvRow& row : table.rows()) {
    rows.push_back({row.cells[table.column("method")], row.cells[table.column("gene")], number(row, "bias_as_ratio"),
                    expected_ratio, number(row, "MS_deviation"), number(row, "MS_within"),
                    number(row, "detectable_diff_paper")});
  }
  return rows;
}

TEST_CASE("peers' indicators for each gene follow from their quantities", "[reference]") {
  const auto root = test::reference_data() / "curves";
  const CsvTable truth = read_table(root / "data/vermeulen/vermeulen2.truth.csv");
  const CsvTable peer = read_table(root / "reference/rdmlpython/vermeulen2.v3.0.1.csv");
  std::map<std::string, double> quantities;
  for (const CsvRow& row : peer.rows()) {
    const auto value = parse_double(row.cells[peer.column("Ncopy")]);
    if (value) quantities[row.cells[peer.column("curve")]] = *value;
  }
  std::map<std::string, std::map<double, std::vector<double>>> series;
  for (const CsvRow& row : truth.rows()) {
    const auto found = quantities.find(row.cells[truth.column("curve")]);
    series[row.cells[truth.column("target")]][parse_double(row.cells[truth.column("copies")]).value()].push_back(
        found == quantities.end() ? nan : found->second);
  }
  int genes = 0;
  for (const TargetIndicators& row :
       read_indicators(root / "reference/benchmark/vermeulen_methods_per_gene.csv", 1e4)) {
    if (row.method != "here:rdmlpython 3.0.1 Ncopy") continue;
    std::vector<ConcentrationGroup> groups;
    for (const auto& [copies, values] : series.at(row.target)) groups.push_back({copies, values});
    const QuantificationPerformance p = estimate_quantification_performance(groups);
    CAPTURE(row.target);
    // The file is rounded to 6 decimals, the ratio to 2.
    CHECK(std::abs(p.bias_as_ratio - row.bias_as_ratio) <= 0.00501);
    CHECK(std::abs(p.ms_deviation - row.ms_deviation) <= 5.01e-7);
    CHECK(std::abs(p.ms_within - row.ms_within) <= 5.01e-7);
    CHECK(std::abs(p.detectable_difference - row.detectable_difference) <= 5.01e-7);
    ++genes;
  }
  CHECK(genes >= 20);
}

TEST_CASE("mean ranks of the peers are the published ones", "[reference]") {
  const auto path = test::reference_data() / "curves/reference/benchmark/vermeulen_methods_per_gene.csv";
  const std::vector<TargetIndicators> rows = read_indicators(path, 1e4);
  std::set<std::string> genes;
  for (const TargetIndicators& row : rows) genes.insert(row.target);
  std::map<std::string, double> found;
  for (const MethodRank& rank : rank_methods(rows)) {
    CHECK(rank.targets == static_cast<long>(genes.size()));
    found[rank.method] = rank.mean;
  }
  CHECK(found.size() >= 20);
  if (genes.size() == 31) {
    // The table of the 31 assays of the half that is public here.
    for (const auto& [method, mean] : std::map<std::string, double>{{"here:qpcR l4_cpD2 (std curve)", 7.36},
                                                                    {"pub:Cy0", 7.38},
                                                                    {"here:qpcR bl_Cy0 (std curve)", 7.38},
                                                                    {"here:qpcR l4_Cy0 (std curve)", 8.06},
                                                                    {"here:qpcR l5_Cy0 (std curve)", 8.52},
                                                                    {"repo:RDML-Tools v3 (Ncopy)", 8.69},
                                                                    {"here:qpcR l4_cpD1 (std curve)", 8.77},
                                                                    {"here:qpcR l5_cpD2 (std curve)", 8.90},
                                                                    {"here:rdmlpython 3.0.1 Ncopy", 9.04}}) {
      CAPTURE(method);
      CHECK(std::abs(found.at(method) - mean) <= 0.00501);
    }
  }
}

TEST_CASE("peers' figures on the replicate dilution series are the published ones", "[reference]") {
  const auto root = test::reference_data() / "curves";
  const CsvTable truth = read_table(root / "data/ruijter_94x4/ds_94_4.truth.csv");
  std::map<std::string, std::string> names;
  const CsvTable map = read_table(root / "data/ruijter_94x4/map_qpcR_names.csv");
  for (const CsvRow& row : map.rows()) names[row.cells[map.column("qpcR_curve")]] = row.cells[map.column("curve")];
  const CsvTable peer = read_table(root / "reference/qpcR/dil4reps94.curves.csv");
  std::map<std::string, double> copies;
  for (const CsvRow& row : truth.rows())
    copies[row.cells[truth.column("curve")]] = parse_double(row.cells[truth.column("copies")]).value();
  const auto score = [&](const char* column) {
    std::map<double, std::vector<double>> cq;
    for (const CsvRow& row : peer.rows()) {
      const auto name = names.find(row.cells[peer.column("curve")]);
      if (name == names.end()) continue;
      cq[copies.at(name->second)].push_back(parse_double(row.cells[peer.column(column)]).value_or(nan));
    }
    std::vector<ConcentrationGroup> groups;
    for (const auto& [expected, values] : cq) groups.push_back({expected, values});
    return estimate_quantification_performance(derive_standard_curve_quantities(groups).groups);
  };
  const QuantificationPerformance second = score("l4_cpD2");
  const QuantificationPerformance first = score("l4_cpD1");
  REQUIRE(second.concentrations.size() == 4);
  CHECK(std::abs(second.slope - 1.0) <= 1e-9);
  const bool half = second.reactions == 187;
  const bool whole = second.reactions == 375;
  CHECK((half || whole));
  const auto check = [](double found, double published, double unit) {
    CAPTURE(found, published);
    CHECK(std::abs(found - published) <= 0.501 * unit);
  };
  check(second.ms_within, half ? 0.00446 : 0.00417, 1e-5);
  check(second.ms_deviation, half ? 0.0038 : 0.0106, 1e-4);
  check(second.concentrations[3].log10_variance, half ? 0.00075 : 0.00068, 1e-5);
  check(second.concentrations[2].log10_variance, half ? 0.00062 : 0.00058, 1e-5);
  check(second.concentrations[1].log10_variance, half ? 0.00152 : 0.00163, 1e-5);
  check(second.concentrations[0].log10_variance, half ? 0.01487 : 0.01376, 1e-5);
  check(first.ms_within, half ? 0.00427 : 0.00425, 1e-5);
  check(first.ms_deviation, half ? 0.0018 : 0.0015, 1e-4);
}

}  // namespace
