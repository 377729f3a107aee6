// Fits and cycles of qpcR for every model it lists; every file in the folder's layout is a test.
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/amplification_model.hpp"
#include "libqpcr/curve/mechanistic_model.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/curve/peer_sets.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;

const std::map<std::string, AmplificationModel>& peer_models() {
  static const std::map<std::string, AmplificationModel> models{
      {"l4", AmplificationModel::log_logistic_4}, {"l5", AmplificationModel::log_logistic_5},
      {"l6", AmplificationModel::log_logistic_6}, {"b4", AmplificationModel::logistic_4},
      {"b5", AmplificationModel::logistic_5},     {"b6", AmplificationModel::logistic_6}};
  return models;
}

/// Residual sum of squares of qpcR's own parameters on the readings at hand, by the published formula.
double evaluate_peer(const AmplificationCurve& curve, const std::string& model, const std::array<double, 6>& p) {
  double rss = 0.0;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (std::isnan(curve.fluorescence[i])) continue;
    const double x = curve.cycles[i];
    const double at = p[0] * (model[0] == 'l' ? std::log(x) - std::log(p[3]) : x - p[3]);
    const double fitted = p[1] + p[5] * x + (p[2] - p[1]) * std::exp(-p[4] * std::log1p(std::exp(at)));
    rss += (curve.fluorescence[i] - fitted) * (curve.fluorescence[i] - fitted);
  }
  return rss;
}

struct Tally {
  int fits = 0;
  int reached = 0;
  int cycles = 0;
  double worst_ratio = 0.0;
  double worst_cycle = 0.0;
};

TEST_CASE("every sigmoid model fits as well as qpcR's and its derived cycles agree", "[reference]") {
  std::map<std::string, Tally> tallies;
  AmplificationModelFitter fitter;
  for (const test::PeerSet& set : test::read_peer_sets()) {
    CAPTURE(set.name);
    const auto rows = set.index_curves();
    for (const auto& row : set.fits.rows) {
      const std::string model = row[set.fits.column("model")];
      const auto number = [&](const char* column) { return parse_double(row[set.fits.column(column)]); };
      if (!peer_models().contains(model) || !number("RSS") || !number("b")) continue;
      const std::string name = row[set.fits.column("curve")];
      const AmplificationCurve& curve = set.curve(name);
      AmplificationModelOptions options;
      options.model = peer_models().at(model);
      const AmplificationFit fit = fitter.fit(to_view(curve), options);
      const double peer = evaluate_peer(curve, model,
                                        {number("b").value(), number("c").value(), number("d").value(),
                                         number("e").value(), number("f").value_or(1.0), number("k").value_or(0.0)});
      Tally& tally = tallies[model];
      ++tally.fits;
      const double ratio = fit.residual_sum_of_squares / peer - 1.0;
      tally.worst_ratio = std::max(tally.worst_ratio, ratio);
      if (ratio <= 1e-6) ++tally.reached;
      CAPTURE(name, model, fit.residual_sum_of_squares, peer);
      if (ratio > 1e-6) UNSCOPED_INFO("worse than qpcR: " << set.name << " " << name << " " << model << " " << ratio);
      if (std::abs(ratio) > 1e-4 || fit.status != FitStatus::converged) continue;
      for (const bool second : {false, true}) {
        const std::string column = model + (second ? "_cpD2" : "_cpD1");
        if (!set.derived.has(column)) continue;
        const auto expected = parse_double(set.derived.rows[rows.at(name)][set.derived.column(column)]);
        if (!expected) continue;
        const auto ours = second ? derive_second_derivative_maximum(fit) : derive_first_derivative_maximum(fit);
        REQUIRE(ours);
        ++tally.cycles;
        tally.worst_cycle = std::max(tally.worst_cycle, std::abs(ours->cycle - *expected));
      }
    }
  }
  for (const auto& [model, tally] : tallies) {
    WARN(model << ": " << tally.reached << " of " << tally.fits
               << " fits within 1e-6 of qpcR's RSS or below, worst ratio 1 + " << tally.worst_ratio << "; "
               << tally.cycles << " cycles, worst difference " << tally.worst_cycle);
    CHECK(tally.reached >= 0.99 * tally.fits);
    // qpcR gives cycles on a grid of 0.01; its fits end within 1e-4 cycles of the minimum.
    CHECK(tally.worst_cycle <= 0.0051);
  }
  CHECK(tallies.size() >= 5);
}

TEST_CASE("MAK2 and MAK3 fit as well as qpcR's", "[reference]") {
  std::map<std::string, Tally> tallies;
  double worst_d0 = 0.0;
  for (const test::PeerSet& set : test::read_peer_sets()) {
    for (const auto& row : set.derived.rows) {
      const std::string name = row[set.derived.column("curve")];
      for (const std::string model : {"mak2", "mak3"}) {
        if (!set.derived.has(model + "_RSS")) continue;
        const auto number = [&](const char* what) { return parse_double(row[set.derived.column(model + what)]); };
        if (!number("_RSS") || !number("_n")) continue;
        MechanisticOptions options;
        options.line = model == "mak3";
        options.first_cycle = 1.0;
        options.last_cycle = number("_n").value();
        const MechanisticFit fit = fit_mechanistic_model(to_view(set.curve(name)), options);
        Tally& tally = tallies[model];
        ++tally.fits;
        // qpcR's own parameters on the readings at hand: those of the 94 × 4 set are rounded otherwise in its copy.
        MechanisticFit peer_fit = fit;
        peer_fit.initial_fluorescence = number("_D0").value();
        peer_fit.kinetic_constant = number("_k").value();
        peer_fit.background = number("_Fb").value();
        peer_fit.slope_per_cycle = options.line ? number("_slope").value() : 0.0;
        const AmplificationCurve& curve = set.curve(name);
        double peer = 0.0;
        for (int cycle = 1; cycle <= static_cast<int>(*options.last_cycle); ++cycle) {
          const double y = curve.fluorescence[static_cast<std::size_t>(cycle - 1)];
          peer += std::pow(y - evaluate_mechanistic(peer_fit, cycle), 2);
        }
        const double ratio = fit.residual_sum_of_squares / peer - 1.0;
        if (ratio <= 1e-6) ++tally.reached;
        tally.worst_ratio = std::max(tally.worst_ratio, ratio);
        if (ratio > 1e-6) UNSCOPED_INFO("worse than qpcR: " << set.name << " " << name << " " << model << " " << ratio);
        if (std::abs(ratio) < 1e-6 && fit.status == FitStatus::converged) {
          worst_d0 = std::max(worst_d0, std::abs(std::log(fit.initial_fluorescence / number("_D0").value())));
          ++tally.cycles;
        }
      }
    }
  }
  for (const auto& [model, tally] : tallies) {
    WARN(model << ": " << tally.reached << " of " << tally.fits << " fits within 1e-6 of qpcR's RSS or below; ln D0 of "
               << tally.cycles << " compared");
    CHECK(tally.reached == tally.fits);
  }
  CHECK(tallies.size() == 2);
  // Where both are at the minimum D0 agrees to what the rounding of the readings leaves.
  CHECK(worst_d0 < 0.005);
}

}  // namespace
