// Fits and cycles of qpcR and the vendor Cq of Bio-Rad CFX exports; every file in the folders' layout is a test.
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/cq.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;
using test::read_table;

/// Residual sum of squares of qpcR's own parameters on the readings at hand, by the published formula.
double evaluate_peer(const AmplificationCurve& curve, const std::array<double, 5>& p) {
  double rss = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (std::isnan(curve.fluorescence[i])) continue;
    const double u = std::exp(p[0] * (std::log(curve.cycles[i]) - std::log(p[3])));
    const double fitted = p[1] + (p[2] - p[1]) * std::exp(-p[4] * std::log1p(u));
    rss += (curve.fluorescence[i] - fitted) * (curve.fluorescence[i] - fitted);
  }
  return rss;
}

TEST_CASE("fits are as good as qpcR's and the derived cycles agree", "[reference]") {
  const auto root = test::reference_data() / "curves";
  int sets = 0;
  int fits = 0;
  int reached = 0;
  int cycles = 0;
  for (const auto& path : test::list_files(root / "reference" / "qpcR")) {
    const std::string file = path.filename().string();
    const std::string ending = ".fits.csv";
    if (file.size() <= ending.size() || file.substr(file.size() - ending.size()) != ending) continue;
    const std::string name = file.substr(0, file.size() - ending.size());
    std::map<std::string, std::string> renamed;
    auto data_path = test::find_file(root / "data", name + ".csv");
    if (data_path.empty()) {
      // The 94 × 4 set carries other names in qpcR.
      const auto map_path = test::find_file(root / "data", "map_qpcR_names.csv");
      REQUIRE(!map_path.empty());
      for (const auto& row : read_table(map_path).rows) renamed[row[0]] = row[1];
      data_path = map_path.parent_path() / "ds_94_4.csv";
    }
    CAPTURE(name);
    ++sets;
    const test::WideTable data = test::read_wide_table(data_path);
    const test::Table peers = read_table(path);
    const test::Table derived = read_table(path.parent_path() / (name + ".curves.csv"));
    std::map<std::string, std::size_t> derived_rows;
    for (std::size_t i = 0; i < derived.rows.size(); ++i) derived_rows[derived.rows[i][derived.column("curve")]] = i;
    for (const auto& row : peers.rows) {
      const std::string model = row[peers.column("model")];
      const auto number = [&](const char* column) { return parse_double(row[peers.column(column)]); };
      if ((model != "l4" && model != "l5") || !number("RSS") || !number("b")) continue;
      const std::string peer_name = row[peers.column("curve")];
      const AmplificationCurve& curve = data.at(renamed.empty() ? peer_name : renamed.at(peer_name));
      SigmoidOptions options;
      options.model = model == "l4" ? SigmoidModel::log_logistic_4 : SigmoidModel::log_logistic_5;
      const SigmoidFit fit = fit_sigmoid(to_view(curve), options);
      const double peer = evaluate_peer(
          curve, {*number("b"), *number("c"), *number("d"), *number("e"), model == "l4" ? 1.0 : number("f").value()});
      ++fits;
      const bool as_good = fit.residual_sum_of_squares <= peer * (1.0 + 1e-6);
      if (as_good) ++reached;
      CAPTURE(peer_name, model, fit.residual_sum_of_squares, peer);
      if (!as_good) UNSCOPED_INFO("worse than qpcR: " << peer_name << " " << model);
      // Readings rounded otherwise than qpcR's copy move both by far less than its grid of 0.01 cycles.
      if (std::abs(fit.residual_sum_of_squares / peer - 1.0) > 1e-4 || fit.status != FitStatus::converged) continue;
      const auto& peer_cycles = derived.rows[derived_rows.at(peer_name)];
      for (const bool second : {false, true}) {
        const auto expected = parse_double(peer_cycles[derived.column(model + (second ? "_cpD2" : "_cpD1"))]);
        const auto ours = second ? derive_second_derivative_maximum(fit) : derive_first_derivative_maximum(fit);
        if (!expected) continue;
        REQUIRE(ours);
        CHECK(std::abs(ours->cycle - *expected) <= 0.0101);
        ++cycles;
      }
    }
  }
  WARN(sets << " sets: " << reached << " of " << fits << " fits within 1e-6 of qpcR's RSS or below; " << cycles
            << " derived cycles");
  CHECK(sets >= 8);
  CHECK(fits >= 500);
  CHECK(cycles >= 1000);
  CHECK(reached >= 0.999 * fits);
}

struct VendorPlate {
  std::map<std::string, AmplificationCurve> curves;
  std::map<std::string, double> cq;
};

VendorPlate read_vendor_plate(const std::filesystem::path& rfu, const std::filesystem::path& cq) {
  VendorPlate plate;
  const test::Table readings = read_table(rfu);
  for (const auto& row : readings.rows) {
    AmplificationCurve& curve =
        plate.curves[row[readings.column("well")] + "|" + row[readings.column("dye_or_target")]];
    curve.kind = CurveKind::baseline_subtracted;
    curve.cycles.push_back(parse_double(row[readings.column("cycle")]).value());
    curve.fluorescence.push_back(parse_double(row[readings.column("fluorescence")]).value());
  }
  const test::Table values = read_table(cq);
  for (const auto& row : values.rows) {
    if (const auto value = parse_double(row[values.column("cq")])) plate.cq[row[values.column("well")]] = *value;
  }
  return plate;
}

TEST_CASE("the vendor Cq of every CFX pair from the threshold one well implies", "[reference]") {
  int plates = 0;
  int wells = 0;
  int without = 0;
  const std::string ending = ".rfu.csv";
  for (const auto& path : test::list_files(test::reference_data() / "instruments" / "expected", ".csv")) {
    const std::string file = path.filename().string();
    if (file.size() <= ending.size() || file.substr(file.size() - ending.size()) != ending) continue;
    const auto cq_path = path.parent_path() / (file.substr(0, file.size() - ending.size()) + ".cq.csv");
    if (!std::filesystem::exists(cq_path)) continue;
    const VendorPlate plate = read_vendor_plate(path, cq_path);
    CAPTURE(file);
    // The steepest crossing fixes the threshold best: its rounding moves the others least.
    CqOptions options;
    double steepest = 0.0;
    for (const auto& [key, curve] : plate.curves) {
      const auto found = plate.cq.find(key.substr(0, key.find('|')));
      if (found == plate.cq.end()) continue;
      const auto before = static_cast<std::size_t>(std::floor(found->second) - curve.cycles.front());
      if (before + 1 >= curve.cycles.size()) continue;
      const double step = curve.fluorescence[before + 1] - curve.fluorescence[before];
      if (step <= steepest) continue;
      steepest = step;
      options.threshold = curve.fluorescence[before] + (found->second - curve.cycles[before]) * step;
    }
    if (!options.threshold) continue;
    ++plates;
    for (const auto& [key, curve] : plate.curves) {
      CAPTURE(key);
      const CqResult result = estimate_cq(to_view(curve), options);
      CHECK(result.baseline.method == BaselineMethod::none);
      const auto found = plate.cq.find(key.substr(0, key.find('|')));
      if (found == plate.cq.end()) {
        CHECK(!result.cq_cycles);
        ++without;
      } else {
        REQUIRE(result.cq_cycles);
        CHECK(std::abs(*result.cq_cycles - found->second) <= 1e-9);
        ++wells;
      }
    }
  }
  WARN(plates << " plates: " << wells << " vendor Cq to 1e-9, " << without << " wells without");
  CHECK(plates >= 5);
  CHECK(wells >= 400);
}

}  // namespace
