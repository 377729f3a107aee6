// Melting peaks against MBmca and rdmlpython: their numbers by their methods, then ours beside theirs.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/math/robust.hpp"
#include "libqpcr/melt/peaks.hpp"
#include "tests/melt/melt_data.hpp"
#include "tests/melt/peer_methods.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using namespace qpcr::test;
namespace fs = std::filesystem;

namespace {

const MeltPeak* find_largest(const MeltResult& result) {
  const auto largest =
      std::max_element(result.peaks.begin(), result.peaks.end(),
                       [](const MeltPeak& left, const MeltPeak& right) { return left.area < right.area; });
  return largest == result.peaks.end() ? nullptr : &*largest;
}

/// Largest absolute difference between a table of rdmlpython and ours, over all curves.
struct Agreement {
  double largest = 0.0;
  double scale = 0.0;
  int values = 0;

  void add(const std::vector<double>& theirs, const std::vector<double>& ours) {
    REQUIRE(theirs.size() == ours.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      if (std::isnan(theirs[i])) continue;
      largest = std::max(largest, std::abs(theirs[i] - ours[i]));
      scale = std::max(scale, std::abs(theirs[i]));
      ++values;
    }
  }
};

/// Steepest fall of the mean of several curves between readings two steps apart, within 1 °C of a temperature: no
/// smoothing but the mean, so that the noise of one curve does not choose.
double find_steepest(const std::vector<const MeltCurve*>& curves, double near_celsius) {
  const std::vector<double>& x = curves.front()->temperatures_celsius;
  double at = near_celsius;
  double highest = -HUGE_VAL;
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double middle = 0.5 * (x[i + 1] + x[i - 1]);
    if (std::abs(middle - near_celsius) > 1.0) continue;
    double fall = 0.0;
    for (const MeltCurve* curve : curves) fall += curve->fluorescence[i - 1] - curve->fluorescence[i + 1];
    fall /= x[i + 1] - x[i - 1];
    if (fall <= highest) continue;
    highest = fall;
    at = middle;
  }
  return at;
}

struct RowOfWells {
  std::vector<const MeltCurve*> curves;
  double ours = 0.0;
  double theirs = 0.0;
};

}  // namespace

TEST_CASE("MBmca: spline and parabola give its Tm, and ours stands near", "[peers][reference]") {
  int sets = 0;
  for (const fs::path& expected_path : list_files(reference_data() / "curves/reference/misc", ".csv")) {
    const std::string name = expected_path.stem().string();
    if (!name.ends_with("_diffQ")) continue;
    const fs::path data = find_file(reference_data() / "curves/data", name.substr(0, name.size() - 6) + ".csv");
    REQUIRE_FALSE(data.empty());
    const MeltTable table = read_melt_columns(data);
    const Table expected = read_table(expected_path);
    MeltOptions options;
    options.signal = MeltSignal::rises;
    std::vector<double> distances;
    double worst_peer = 0.0;
    double worst_value = 0.0;
    for (const auto& row : expected.rows) {
      INFO(name << " " << row[0]);
      const auto found = std::find(table.names.begin(), table.names.end(), row[0]);
      REQUIRE(found != table.names.end());
      const MeltCurve& curve = table.curves[static_cast<std::size_t>(found - table.names.begin())];
      const double tm = parse_double(row[expected.column("Tm")]).value();
      const double value = parse_double(row[expected.column("fluoTm")]).value();
      const auto smooth = smooth_with_spline(curve.temperatures_celsius, curve.fluorescence, 0.95);
      const QuadraticPeak peak = find_quadratic_peak(curve.temperatures_celsius, smooth);
      worst_peer = std::max(worst_peer, std::abs(peak.tm_celsius - tm));
      worst_value = std::max(worst_value, std::abs(peak.value / value - 1.0));
      const MeltResult ours = analyse_melt(to_view(curve), options);
      REQUIRE(find_largest(ours) != nullptr);
      distances.push_back(std::abs(find_largest(ours)->tm_celsius - tm));
    }
    const double worst = *std::max_element(distances.begin(), distances.end());
    const double middle = median_in_place(distances);
    std::cout << name << ": their method here, Tm within " << worst_peer << " °C, height within " << worst_value
              << "; ours from theirs: median " << middle << ", largest " << worst << " °C\n";
    // R's own search for the spline's weight stops at 1e-4 of its logarithm.
    CHECK(worst_peer < 2e-4);
    CHECK(worst_value < 5e-4);
    // One reading a degree: ours stays within half a step, and in the median within a sixth.
    CHECK(middle < 1.0 / 6.0);
    CHECK(worst < 0.6);
    ++sets;
  }
  CHECK(sets >= 1);
}

TEST_CASE("MBmca: the parabola on unsmoothed data gives the Tm of its manual", "[peers][reference]") {
  const fs::path data = find_file(reference_data() / "curves/data", "MultiMelt.csv");
  if (data.empty()) return;
  const MeltTable table = read_melt_columns(data);
  const MeltCurve& curve = table.curves.front();
  CHECK(find_quadratic_peak(curve.temperatures_celsius, curve.fluorescence).tm_celsius ==
        Approx(77.88139).margin(6e-6));
}

TEST_CASE("rdmlpython: smoothed, normalised and differenced curves by its method", "[peers][reference]") {
  int sets = 0;
  for (const fs::path& folder : {reference_data() / "curves/data/rdmlpython_melting_expected"}) {
    for (const fs::path& path : list_files(folder, ".tsv")) {
      const std::string name = path.filename().string();
      const auto end = name.find("_out_smoothed.tsv");
      if (end == std::string::npos) continue;
      const std::string stem = (folder / name.substr(0, end)).string();
      const MeltTable raw = read_melt_rows(stem + "_out_raw_data.tsv", 1, 6);
      const MeltTable smoothed = read_melt_rows(path, 1, 6);
      const MeltTable normalised = read_melt_rows(stem + "_out_normalized.tsv", 1, 6);
      const MeltTable first = read_melt_rows(stem + "_out_firstDerivative.tsv", 1, 6);
      const MeltTable second = read_melt_rows(stem + "_out_secondDerivative.tsv", 1, 6);
      Agreement smooth;
      Agreement normal;
      Agreement slope;
      Agreement bend;
      for (std::size_t k = 0; k < raw.curves.size(); ++k) {
        INFO(raw.names[k]);
        const VariableSpanMelt ours =
            analyse_with_variable_span(raw.curves[k].temperatures_celsius, raw.curves[k].fluorescence, false);
        smooth.add(smoothed.curves[k].fluorescence, ours.smoothed);
        normal.add(normalised.curves[k].fluorescence, ours.normalised);
        slope.add(first.curves[k].fluorescence, ours.first_derivative);
        bend.add(second.curves[k].fluorescence, ours.second_derivative);
      }
      std::cout << name << ": largest differences " << smooth.largest << " of " << smooth.scale << ", "
                << normal.largest << " of " << normal.scale << ", " << slope.largest << " of " << slope.scale << ", "
                << bend.largest << " of " << bend.scale << "\n";
      CHECK(smooth.values > 1000);
      // Eight decimals are written.
      CHECK(smooth.largest < 1e-8 * smooth.scale);
      CHECK(normal.largest < 2e-8);
      CHECK(slope.largest < 1e-8 * slope.scale);
      CHECK(bend.largest < 1e-7 * bend.scale);
      ++sets;
    }
  }
  CHECK(sets >= 1);
}

TEST_CASE("rdmlpython: our Tm of the product beside its own, and both beside the steepest raw fall",
          "[peers][reference]") {
  const fs::path folder = reference_data() / "curves/data/rdmlpython_melting_expected";
  int sets = 0;
  for (const fs::path& path : list_files(folder, ".tsv")) {
    const std::string name = path.filename().string();
    const auto end = name.find("_out_results.tsv");
    if (end == std::string::npos) continue;
    // The raw readings are written once for the three normalisations.
    fs::path raw_path = folder / (name.substr(0, end) + "_out_raw_data.tsv");
    if (!fs::exists(raw_path)) raw_path = folder / "test_mca_1_out_raw_data.tsv";
    const MeltTable raw = read_melt_rows(raw_path, 1, 6);
    const auto results = read_tabs(path);
    std::vector<double> distances;
    std::map<char, RowOfWells> rows_of_wells;
    int theirs_only = 0;
    for (const auto& row : results) {
      if (row.size() < 10 || row[0] == "id" || row[0] == "--") continue;
      const auto expected = parse_double(row[8]);
      if (!expected) continue;
      const auto found = std::find(raw.names.begin(), raw.names.end(), row[1]);
      REQUIRE(found != raw.names.end());
      const MeltCurve& curve = raw.curves[static_cast<std::size_t>(found - raw.names.begin())];
      const MeltResult ours = analyse_melt(to_view(curve), MeltOptions{});
      double nearest = HUGE_VAL;
      double tm = 0.0;
      for (const MeltPeak& peak : ours.peaks) {
        if (std::abs(peak.tm_celsius - *expected) >= nearest) continue;
        tm = peak.tm_celsius;
        nearest = std::abs(tm - *expected);
      }
      if (nearest > 1.0) {
        ++theirs_only;
      } else {
        distances.push_back(nearest);
        RowOfWells& wells = rows_of_wells[row[1].front()];
        wells.curves.push_back(&curve);
        wells.ours += tm;
        wells.theirs += *expected;
      }
    }
    REQUIRE_FALSE(distances.empty());
    const double worst = *std::max_element(distances.begin(), distances.end());
    const double middle = median_in_place(distances);
    std::cout << name << ": " << distances.size() << " product peaks, ours from theirs: median " << middle
              << ", largest " << worst << " °C\n";
    for (const auto& [letter, wells] : rows_of_wells) {
      const auto count = static_cast<double>(wells.curves.size());
      const double steepest = find_steepest(wells.curves, wells.ours / count);
      std::cout << "  row " << letter << ": steepest raw fall at " << steepest << ", ours " << wells.ours / count
                << ", theirs " << wells.theirs / count << " °C\n";
      // Readings stand 0.18 to 0.28 °C apart.
      CHECK(std::abs(wells.ours / count - steepest) <= 0.28);
    }
    CHECK(worst <= 0.6);
    CHECK(theirs_only == 0);
    ++sets;
  }
  CHECK(sets >= 1);
}

TEST_CASE("MBmca's method and ours on made curves of one reading a degree: which is nearer the truth", "[peers]") {
  Random random(21);
  double ours_squares = 0.0;
  double theirs_squares = 0.0;
  constexpr int count = 60;
  for (int i = 0; i < count; ++i) {
    MeltShape shape;
    shape.first_celsius = 45.0;
    shape.last_celsius = 95.0;
    shape.step_celsius = 1.0;
    const double tm = 74.0 + 4.0 * random.uniform();
    shape.duplexes = {{tm, 1000.0, 170.0}};
    shape.background_slope = 0.0;
    shape.noise_sd = 4.0;
    MeltCurve curve = make_melt(shape, random);
    const MeltResult result = analyse_melt(to_view(curve), {});
    REQUIRE(find_largest(result) != nullptr);
    for (double& value : curve.fluorescence) value = -value;
    const auto smooth = smooth_with_spline(curve.temperatures_celsius, curve.fluorescence, 0.95);
    const double theirs = find_quadratic_peak(curve.temperatures_celsius, smooth).tm_celsius;
    ours_squares += std::pow(find_largest(result)->tm_celsius - tm, 2);
    theirs_squares += std::pow(theirs - tm, 2);
  }
  std::cout << "one reading a degree, 0.4 % noise: root mean square error of Tm, ours "
            << std::sqrt(ours_squares / count) << ", MBmca's method " << std::sqrt(theirs_squares / count) << " °C\n";
  CHECK(ours_squares <= 1.5 * theirs_squares);
}

TEST_CASE("MBmca's method and ours on falling curves of half a degree a step", "[peers][reference]") {
  const fs::path data = find_file(reference_data() / "curves/data", "C317.melt.lr.csv");
  if (data.empty()) return;
  const MeltTable table = read_melt_columns(data);
  std::vector<double> distances;
  for (const MeltCurve& curve : table.curves) {
    const MeltResult ours = analyse_melt(to_view(curve), {});
    const MeltPeak* peak = find_largest(ours);
    if (peak == nullptr) continue;
    MeltCurve turned = curve;
    for (double& value : turned.fluorescence) value = -value;
    const auto smooth = smooth_with_spline(turned.temperatures_celsius, turned.fluorescence, 0.95);
    distances.push_back(
        std::abs(find_quadratic_peak(turned.temperatures_celsius, smooth).tm_celsius - peak->tm_celsius));
  }
  REQUIRE(distances.size() * 10 >= table.curves.size() * 9);
  const double worst = *std::max_element(distances.begin(), distances.end());
  const double middle = median_in_place(distances);
  std::cout << "C317: " << distances.size() << " of " << table.curves.size()
            << " wells with a peak, ours from MBmca's method: median " << middle << ", largest " << worst << " °C\n";
  CHECK(middle <= 0.1);
}
