// Sigmoidal efficiency: closed values, its standard error against simulation, and qpcR's own numbers.
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/sigmoidal_efficiency.hpp"
#include "libqpcr/math/robust.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;

TEST_CASE("the ratio is that of the fitted curve at its second-derivative maximum", "[sigmoidal_efficiency]") {
  test::Random random(1);
  const auto curve = test::make_curve({-15.0, 100.0, 1100.0, 25.0, 1.3, 0.0, 0.0}, 45, random);
  SigmoidOptions options;
  options.model = SigmoidModel::log_logistic_5;
  const SigmoidFit fit = fit_sigmoid(to_view(curve), options);
  const auto above = derive_sigmoidal_efficiency(fit, {});
  const auto whole = derive_sigmoidal_efficiency(fit, {false});
  REQUIRE(above);
  REQUIRE(whole);
  const auto rise = [](double x) {
    return 1000.0 / std::pow(1.0 + std::exp(-15.0 * (std::log(x) - std::log(25.0))), 1.3);
  };
  CHECK(above->efficiency == Approx(rise(above->cycle) / rise(above->cycle - 1.0)).epsilon(1e-5));
  CHECK(whole->efficiency == Approx((100.0 + rise(above->cycle)) / (100.0 + rise(above->cycle - 1.0))).epsilon(1e-5));
  CHECK(std::isnan(whole->standard_error));
}

TEST_CASE("the standard error is the spread over repeated noise", "[sigmoidal_efficiency]") {
  test::Random random(2);
  for (const auto model : {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5}) {
    SigmoidOptions options;
    options.model = model;
    std::vector<double> values;
    std::vector<double> errors;
    for (int i = 0; i < 400; ++i) {
      const auto curve = test::make_curve({-15.0, 100.0, 1100.0, 25.0, 1.0, 0.0, 5.0}, 45, random);
      const auto result = derive_sigmoidal_efficiency(fit_sigmoid(to_view(curve), options), {});
      REQUIRE(result);
      values.push_back(result->efficiency);
      errors.push_back(result->standard_error);
    }
    CHECK(median(errors) / median_absolute_deviation_sd(values) == Approx(1.0).margin(0.15));
  }
}

TEST_CASE("a curve that accelerates nowhere has no sigmoidal efficiency", "[sigmoidal_efficiency]") {
  SigmoidFit fit;
  fit.b = -0.5;
  fit.c = 0.0;
  fit.d = 1.0;
  fit.e = 20.0;
  CHECK_FALSE(derive_sigmoidal_efficiency(fit, {}));
}

TEST_CASE("whole-fluorescence ratios agree with qpcR's eff", "[reference]") {
  const auto root = test::reference_data() / "curves";
  int compared = 0;
  std::vector<double> differences;
  for (const auto& path : test::list_files(root / "reference" / "qpcR")) {
    const std::string file = path.filename().string();
    const std::string ending = ".curves.csv";
    if (file.size() <= ending.size() || file.substr(file.size() - ending.size()) != ending) continue;
    const std::string name = file.substr(0, file.size() - ending.size());
    std::map<std::string, std::string> renamed;
    auto data_path = test::find_file(root / "data", name + ".csv");
    if (data_path.empty()) {
      const auto map_path = test::find_file(root / "data", "map_qpcR_names.csv");
      REQUIRE(!map_path.empty());
      for (const auto& row : test::read_table(map_path).rows) renamed[row[0]] = row[1];
      data_path = map_path.parent_path() / "ds_94_4.csv";
    }
    const test::WideTable data = test::read_wide_table(data_path);
    const test::Table peers = test::read_table(path);
    for (const auto& row : peers.rows) {
      const std::string peer_name = row[peers.column("curve")];
      for (const auto model : {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5}) {
        const std::string prefix = model == SigmoidModel::log_logistic_4 ? "l4" : "l5";
        const auto expected = parse_double(row[peers.column(prefix + "_eff")]);
        const auto cycle = parse_double(row[peers.column(prefix + "_cpD2")]);
        if (!expected || !cycle) continue;
        SigmoidOptions options;
        options.model = model;
        const SigmoidFit fit =
            fit_sigmoid(to_view(data.at(renamed.empty() ? peer_name : renamed.at(peer_name))), options);
        const auto ours = derive_sigmoidal_efficiency(fit, {false});
        // Where the fits differ (odd curves) the cycles do too; test_peers.cpp judges those.
        if (fit.status != FitStatus::converged || !ours || std::abs(ours->cycle - *cycle) > 0.0101) continue;
        ++compared;
        differences.push_back(std::abs(ours->efficiency / *expected - 1.0));
      }
    }
  }
  REQUIRE(compared > 0);
  CAPTURE(compared);
  // qpcR evaluates on a grid of 0.01 cycles, which moves the ratio by up to a few thousandths.
  CHECK(median(differences) <= 0.002);
  CHECK(*std::max_element(differences.begin(), differences.end()) <= 0.02);
}

}  // namespace
