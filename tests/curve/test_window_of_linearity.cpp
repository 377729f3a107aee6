// Log-linear phases and target efficiencies: known truth, invariances, bad input, and the two versions of LinRegPCR.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/window_of_linearity.hpp"
#include "libqpcr/math/linear_fit.hpp"
#include "libqpcr/math/robust.hpp"
#include "tests/curve/curve_data.hpp"
#include "tests/support/reference_data.hpp"

namespace {

using namespace qpcr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Growth by `efficiency` from n0, slowed towards `plateau` by logistic saturation, on a baseline.
AmplificationCurve make_growth(double n0, double efficiency, double plateau, double baseline, double noise_sd,
                               test::Random& random, int cycles = 45) {
  AmplificationCurve curve;
  curve.kind = CurveKind::raw_filter;
  double copies = n0;
  for (int cycle = 1; cycle <= cycles; ++cycle) {
    copies *= 1.0 + (efficiency - 1.0) * std::max(0.0, 1.0 - copies / plateau);
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(baseline + copies + noise_sd * random.normal());
  }
  return curve;
}

std::vector<CurveView> to_views(const std::vector<AmplificationCurve>& curves) {
  std::vector<CurveView> views;
  for (const auto& curve : curves) views.push_back(to_view(curve));
  return views;
}

bool same_bits(const LinearPhase& a, const LinearPhase& b) {
  const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.status == b.status && a.points == b.points && a.has_plateau == b.has_plateau && a.is_short == b.is_short &&
         a.is_noisy == b.is_noisy && same(a.baseline, b.baseline) && same(a.efficiency, b.efficiency) &&
         same(a.efficiency_standard_error, b.efficiency_standard_error) && same(a.r_squared, b.r_squared) &&
         same(a.anchor_log10_fluorescence, b.anchor_log10_fluorescence) && same(a.td0_cycle, b.td0_cycle) &&
         same(a.td0_fluorescence, b.td0_fluorescence) && same(a.noise_sd, b.noise_sd);
}

TEST_CASE("a purely exponential phase gives its efficiency and baseline exactly", "[linear_phase]") {
  // Exponential to cycle 24, then a plateau: the baseline that straightens the phase is the true one.
  AmplificationCurve curve;
  for (int cycle = 1; cycle <= 40; ++cycle) {
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(500.0 + 1e-4 * std::pow(1.85, std::min(cycle, 24)) + (cycle > 24 ? 5.0 : 0.0));
  }
  const LinearPhase phase = estimate_linear_phase(to_view(curve), {});
  REQUIRE(phase.status == LinearPhaseStatus::found);
  CHECK(phase.efficiency == Approx(1.85).epsilon(1e-6));
  CHECK(phase.baseline == Approx(500.0).epsilon(1e-8));
  CHECK(phase.r_squared == Approx(1.0).epsilon(1e-9));
  CHECK(phase.has_plateau);
  CHECK(phase.points >= 4);
  CHECK(phase.last_cycle <= 24.0);
}

TEST_CASE("the halves of the phase have one slope at the baseline found", "[linear_phase]") {
  test::Random random(3);
  for (int repeat = 0; repeat < 50; ++repeat) {
    const AmplificationCurve curve = make_growth(1e-3, 1.9, 1000.0, 200.0, 1.0, random);
    const LinearPhase phase = estimate_linear_phase(to_view(curve), {});
    REQUIRE(phase.status == LinearPhaseStatus::found);
    // An independent regression of each half, middle shared.
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      if (curve.cycles[i] < phase.first_cycle || curve.cycles[i] > phase.last_cycle) continue;
      x.push_back(curve.cycles[i]);
      y.push_back(std::log10(curve.fluorescence[i] - phase.baseline));
    }
    REQUIRE(static_cast<int>(x.size()) == phase.points);
    const std::size_t n = x.size();
    const LinearFit low = fit_line(std::span(x).first((n + 1) / 2), std::span(y).first((n + 1) / 2));
    const LinearFit high = fit_line(std::span(x).subspan(n / 2), std::span(y).subspan(n / 2));
    CHECK(low.slope == Approx(high.slope).epsilon(1e-8));
    CHECK(phase.efficiency == Approx(std::pow(10.0, low.slope)).epsilon(1e-8));
    const LinearFit all = fit_line(x, y);
    CHECK(phase.r_squared == Approx(all.r_squared).epsilon(1e-9));
    CHECK(phase.anchor_cycle == Approx((x[n - 1] + x[n - 2] + x[n - 3]) / 3.0));
    CHECK(phase.anchor_log10_fluorescence == Approx((y[n - 1] + y[n - 2] + y[n - 3]) / 3.0).epsilon(1e-10));
  }
}

TEST_CASE("the standard error of the efficiency is the spread between replicates", "[linear_phase]") {
  test::Random random(11);
  std::vector<double> efficiencies;
  std::vector<double> squares;
  for (int repeat = 0; repeat < 2000; ++repeat) {
    // Noise in proportion to the signal, as the regression of logs assumes; one window for all.
    AmplificationCurve curve;
    for (int cycle = 1; cycle <= 34; ++cycle) {
      const double signal = 1e-4 * std::pow(1.9, std::min(cycle, 24)) * std::exp(0.01 * random.normal());
      curve.cycles.push_back(cycle);
      curve.fluorescence.push_back(100.0 + signal);
    }
    LinearPhaseOptions options;
    options.min_rise_over_noise = 0.0;
    const LinearPhase phase = estimate_linear_phase(to_view(curve), options);
    if (phase.status != LinearPhaseStatus::found || phase.points != 9) continue;
    efficiencies.push_back(phase.efficiency);
    squares.push_back(phase.efficiency_standard_error * phase.efficiency_standard_error);
  }
  REQUIRE(efficiencies.size() > 500);
  const auto n = static_cast<double>(efficiencies.size());
  const double mean = std::accumulate(efficiencies.begin(), efficiencies.end(), 0.0) / n;
  double variance = 0.0;
  for (const double value : efficiencies) variance += (value - mean) * (value - mean) / (n - 1.0);
  const double claimed = std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0) / n);
  CHECK(claimed / std::sqrt(variance) == Approx(1.0).margin(0.15));
}

TEST_CASE("shifting, scaling and delaying a curve change what theory says and nothing else", "[linear_phase]") {
  test::Random random(5);
  for (int repeat = 0; repeat < 100; ++repeat) {
    AmplificationCurve curve = make_growth(1e-4, 1.85, 800.0, 300.0, 2.0, random);
    const LinearPhase base = estimate_linear_phase(to_view(curve), {});
    REQUIRE(base.status == LinearPhaseStatus::found);
    AmplificationCurve moved = curve;
    for (double& value : moved.fluorescence) value -= 2500.0;
    const LinearPhase shifted = estimate_linear_phase(to_view(moved), {});
    CHECK(shifted.efficiency == Approx(base.efficiency).epsilon(1e-8));
    CHECK(shifted.baseline == Approx(base.baseline - 2500.0).epsilon(1e-8));
    CHECK(shifted.td0_cycle == Approx(base.td0_cycle).epsilon(1e-9));
    moved = curve;
    for (double& value : moved.fluorescence) value *= 1024.0;
    const LinearPhase scaled = estimate_linear_phase(to_view(moved), {});
    CHECK(scaled.efficiency == Approx(base.efficiency).epsilon(1e-12));
    CHECK(scaled.td0_fluorescence == Approx(1024.0 * base.td0_fluorescence).epsilon(1e-9));
    moved = curve;
    for (double& value : moved.cycles) value += 3.0;
    const LinearPhase delayed = estimate_linear_phase(to_view(moved), {});
    CHECK(delayed.efficiency == Approx(base.efficiency).epsilon(1e-9));
    CHECK(delayed.td0_cycle == Approx(base.td0_cycle + 3.0).epsilon(1e-9));
  }
}

TEST_CASE("curves without a phase say so", "[linear_phase]") {
  test::Random random(7);
  std::vector<double> cycles(40);
  std::iota(cycles.begin(), cycles.end(), 1.0);
  const auto analyse = [&](const std::vector<double>& readings) {
    return estimate_linear_phase({CurveKind::raw_filter, std::span(cycles).first(readings.size()), readings}, {});
  };
  int found = 0;
  for (int repeat = 0; repeat < 3000; ++repeat) {
    std::vector<double> flat;
    for (int i = 0; i < 40; ++i) flat.push_back(1000.0 + 5.0 * random.normal());
    const LinearPhase phase = analyse(flat);
    found += phase.status == LinearPhaseStatus::found;
    CHECK(std::isnan(phase.efficiency));
  }
  CHECK(found == 0);
  CHECK(analyse(std::vector<double>(40, 7.0)).status == LinearPhaseStatus::no_amplification);
  CHECK(analyse({1, 2, 4, 8, 16}).status == LinearPhaseStatus::not_measured);
  CHECK(analyse(std::vector<double>(40, nan)).status == LinearPhaseStatus::not_measured);
  std::vector<double> wild(40, 1.0);
  for (std::size_t i = 0; i < wild.size(); ++i) wild[i] = (i % 2 == 0 ? 1.0 : -1.0) * 1e308;
  CHECK(analyse(wild).status != LinearPhaseStatus::found);
  wild[12] = std::numeric_limits<double>::infinity();
  CHECK(analyse(wild).status != LinearPhaseStatus::found);
  std::vector<double> line(40);
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = 10.0 * static_cast<double>(i) + 0.1 * random.normal();
  CHECK(analyse(line).status != LinearPhaseStatus::found);
  std::vector<double> falling_cycles{1, 2, 3, 3, 4, 5, 6, 7};
  CHECK(estimate_linear_phase({CurveKind::raw_filter, falling_cycles, falling_cycles}, {}).status ==
        LinearPhaseStatus::not_measured);
  const std::vector<double> shorter(39, 0.0);
  CHECK_THROWS_AS(estimate_linear_phase({CurveKind::raw_filter, cycles, shorter}, {}), Error);
}

TEST_CASE("missing readings are skipped, not filled", "[linear_phase]") {
  test::Random random(8);
  AmplificationCurve curve = make_growth(1e-4, 1.9, 500.0, 100.0, 0.2, random);
  const LinearPhase whole = estimate_linear_phase(to_view(curve), {});
  REQUIRE(whole.status == LinearPhaseStatus::found);
  curve.fluorescence[3] = nan;
  curve.fluorescence[static_cast<std::size_t>(whole.first_cycle) + 1] = nan;
  const LinearPhase gapped = estimate_linear_phase(to_view(curve), {});
  REQUIRE(gapped.status == LinearPhaseStatus::found);
  CHECK(gapped.efficiency == Approx(whole.efficiency).margin(0.05));
}

TEST_CASE("a batch is the single form bit for bit, in any order", "[linear_phase]") {
  test::Random random(13);
  std::vector<AmplificationCurve> curves;
  for (int i = 0; i < 60; ++i)
    curves.push_back(make_growth(std::pow(10.0, -1.0 - 5.0 * random.uniform()), 1.7 + 0.3 * random.uniform(), 900.0,
                                 150.0, 1.0, random, 30 + i % 20));
  curves.push_back({CurveKind::unknown, {}, {}});
  auto views = to_views(curves);
  const auto batch = estimate_linear_phase_batch(views, {});
  std::reverse(views.begin(), views.end());
  const auto reversed = estimate_linear_phase_batch(views, {});
  REQUIRE(batch.size() == curves.size());
  for (std::size_t i = 0; i < curves.size(); ++i) {
    CHECK(same_bits(batch[i], estimate_linear_phase(to_view(curves[i]), {})));
    CHECK(same_bits(batch[i], reversed[curves.size() - 1 - i]));
  }
}

TEST_CASE("a target's average recovers the ratios of a dilution series", "[window_of_linearity]") {
  test::Random random(17);
  std::vector<AmplificationCurve> curves;
  std::vector<double> truth;
  for (int step = 0; step < 5; ++step) {
    for (int replicate = 0; replicate < 4; ++replicate) {
      truth.push_back(-2.0 - step);
      curves.push_back(make_growth(std::pow(10.0, truth.back()), 1.9, 1000.0, 100.0, 0.5, random));
    }
  }
  for (const auto window : {EfficiencyWindow::phase, EfficiencyWindow::common}) {
    WindowOfLinearityOptions options;
    options.window = window;
    const auto result = estimate_window_of_linearity(to_views(curves), {}, options);
    REQUIRE(result.efficiency);
    // Saturation has begun before the phase ends: the estimate lies a little below the truth.
    CHECK(*result.efficiency == Approx(1.88).margin(0.04));
    REQUIRE(result.efficiency_interval);
    CHECK(result.efficiency_interval->lower < *result.efficiency);
    CHECK(result.efficiency_interval->upper > *result.efficiency);
    std::vector<double> values;
    std::vector<double> own;
    for (const auto& reaction : result.reactions) {
      REQUIRE(reaction.log10_n0);
      REQUIRE(reaction.cq_cycles);
      // N0 and Cq are the same statement.
      CHECK(*reaction.log10_n0 ==
            Approx(std::log10(*result.threshold) - *reaction.cq_cycles * std::log10(*result.efficiency)));
      values.push_back(*reaction.log10_n0);
      own.push_back(reaction.phase.anchor_log10_fluorescence -
                    reaction.phase.anchor_cycle * std::log10(*reaction.efficiency));
    }
    const LinearFit fit = fit_line(truth, values);
    CHECK(fit.slope == Approx(1.0).margin(0.04));
    // The trap: a reaction's own efficiency multiplies the scatter.
    CHECK(fit_line(truth, own).residual_sd > 3.0 * fit.residual_sd);
    if (window == EfficiencyWindow::common) CHECK(result.window_log10_upper > result.window_log10_lower);
  }
}

TEST_CASE("controls and outliers stay out of the average, a pinned efficiency replaces it", "[window_of_linearity]") {
  test::Random random(19);
  std::vector<AmplificationCurve> curves;
  for (int i = 0; i < 20; ++i) curves.push_back(make_growth(1e-3, 1.9, 1000.0, 100.0, 0.2, random));
  curves.push_back(make_growth(1e-3, 1.4, 1000.0, 100.0, 0.2, random, 80));
  const auto views = to_views(curves);
  const auto result = estimate_window_of_linearity(views, {}, {});
  CHECK(result.reactions.back().use == EfficiencyUse::outlier);
  CHECK(derive_reason(result.reactions.back()).id == "curve_phase_efficiency_outlier");
  CHECK(result.reactions_used == 20);
  WindowOfLinearityOptions options;
  options.outliers = EfficiencyOutliers::distance_to_median;
  options.average = EfficiencyAverage::median;
  CHECK(estimate_window_of_linearity(views, {}, options).reactions.back().use == EfficiencyUse::outlier);
  std::vector<bool> contributes(21, true);
  contributes[0] = false;
  const auto masked = estimate_window_of_linearity(views, contributes, {});
  CHECK(masked.reactions[0].use == EfficiencyUse::left_out_by_caller);
  CHECK(masked.reactions[0].log10_n0);
  CHECK(masked.reactions_used == 19);
  CHECK_THROWS_AS(estimate_window_of_linearity(views, std::vector<bool>(3, true), {}), Error);

  options = {};
  options.efficiency = 1.9;
  options.efficiency_standard_error = 0.01;
  options.threshold = 10.0;
  const auto pinned = estimate_window_of_linearity(std::span(views).first(1), {}, options);
  const auto among = estimate_window_of_linearity(views, {}, options);
  CHECK(*pinned.efficiency == 1.9);
  // A pinned reaction does not depend on its neighbours.
  CHECK(*pinned.reactions[0].log10_n0 == *among.reactions[0].log10_n0);
  CHECK(*pinned.reactions[0].cq_cycles == *among.reactions[0].cq_cycles);
  CHECK(*pinned.reactions[0].log10_n0_shared_standard_error ==
        Approx(pinned.reactions[0].phase.anchor_cycle * 0.01 / 1.9 / std::log(10.0)));
}

TEST_CASE("nothing to average leaves numbers absent", "[window_of_linearity]") {
  const auto empty = estimate_window_of_linearity({}, {}, {});
  CHECK_FALSE(empty.efficiency);
  CHECK_FALSE(empty.threshold);
  test::Random random(23);
  const auto one = make_growth(1e-3, 1.9, 1000.0, 100.0, 0.2, random);
  const CurveView view = to_view(one);
  const auto single = estimate_window_of_linearity(std::span(&view, 1), {}, {});
  CHECK(single.efficiency);
  CHECK_FALSE(single.efficiency_standard_error);
  CHECK_FALSE(single.reactions[0].log10_n0_shared_standard_error);
  WindowOfLinearityOptions options;
  options.efficiency = 0.9;
  CHECK_THROWS_AS(estimate_window_of_linearity(std::span(&view, 1), {}, options), Error);
  options = {};
  options.phase.max_points = 17;
  CHECK_THROWS_AS(options.validate(), Error);
}

TEST_CASE("amplicons where growth ends follow the primers", "[window_of_linearity]") {
  // rdmlpython 3.0.1 prints 72265689120 copies for 250 nmol/l primer in 10 µl.
  CHECK(derive_amplicons_at_td0(250.0, 10.0, 0.048) == Approx(72265689120.0).epsilon(1e-9));
  CHECK_THROWS_AS(derive_amplicons_at_td0(0.0, 10.0, 0.048), Error);
  const std::vector<double> thresholds{1.0, 100.0, nan};
  CHECK(derive_common_threshold(thresholds) == Approx(10.0));
}

struct PeerSet {
  std::string name;
  test::WideTable data;
  test::Table peer;
};

/// The peer tables of one version whose curves are at hand.
std::vector<PeerSet> read_peer_sets(const std::string& version) {
  std::vector<PeerSet> sets;
  const auto root = test::reference_data() / "curves";
  const std::string ending = "." + version + ".csv";
  for (const auto& path : test::list_files(root / "reference" / "rdmlpython")) {
    const std::string file = path.filename().string();
    if (file.size() <= ending.size() || file.substr(file.size() - ending.size()) != ending) continue;
    const std::string name = file.substr(0, file.size() - ending.size());
    auto data = test::find_file(root / "data", name + ".csv");
    // "boggy_s1" is the table s1 of the folder boggy.
    if (data.empty() && name.find('_') != std::string::npos)
      data = test::find_file(root / "data", name.substr(name.find('_') + 1) + ".csv");
    if (data.empty()) continue;
    sets.push_back({name, test::read_wide_table(data), test::read_table(path)});
  }
  return sets;
}

TEST_CASE("efficiencies agree with rdmlpython 3", "[reference]") {
  const auto sets = read_peer_sets("v3.0.1");
  REQUIRE(!sets.empty());
  for (const PeerSet& set : sets) {
    CAPTURE(set.name);
    std::map<std::string, std::vector<std::size_t>> targets;
    for (std::size_t i = 0; i < set.peer.rows.size(); ++i) {
      const auto& name = set.peer.rows[i][set.peer.column("curve")];
      if (std::find(set.data.names.begin(), set.data.names.end(), name) != set.data.names.end())
        targets[set.peer.rows[i][set.peer.column("target")]].push_back(i);
    }
    std::vector<double> differences;
    std::vector<double> td0_differences;
    std::vector<double> copies_differences;
    int peers_own = 0;
    int missed = 0;
    for (const auto& target : targets) {
      std::vector<CurveView> views;
      std::vector<bool> contributes;
      for (const std::size_t i : target.second) {
        const auto& row = set.peer.rows[i];
        views.push_back(to_view(set.data.at(row[set.peer.column("curve")])));
        contributes.push_back(row[set.peer.column("sample type")] != "ntc");
      }
      WindowOfLinearityOptions options;
      options.amplicons_at_td0 = 72265689120.0;
      const auto ours = estimate_window_of_linearity(views, contributes, options);
      for (std::size_t k = 0; k < target.second.size(); ++k) {
        const auto& row = set.peer.rows[target.second[k]];
        const auto number = [&](const char* column) {
          return parse_double(row[set.peer.column(column)]).value_or(-1.0);
        };
        const ReactionQuantity& reaction = ours.reactions[k];
        if (number("indiv PCR eff") <= 1.001) continue;
        // Below the smallest efficiency we accept the peer calls it an error as well.
        if (row[set.peer.column("amplification")] == "True") {
          ++peers_own;
          missed += !reaction.efficiency;
        }
        if (!reaction.efficiency) continue;
        differences.push_back(std::abs(*reaction.efficiency - number("indiv PCR eff")));
        if (number("TD0") > 0.0) td0_differences.push_back(std::abs(reaction.phase.td0_cycle - number("TD0")));
        if (number("Ncopy") > 0.0 && reaction.log10_copies_td0)
          copies_differences.push_back(std::abs(*reaction.log10_copies_td0 - std::log10(number("Ncopy"))));
      }
    }
    CAPTURE(differences.size(), peers_own, missed);
    if (differences.empty()) continue;
    CHECK(median(differences) <= 1e-4);
    CHECK(median(td0_differences) <= 1e-5);
    // The peer's averages may rest on reactions that are not in the folder.
    CHECK(median(copies_differences) <= 0.05);
    CHECK(missed <= 0.03 * peers_own);
  }
}

TEST_CASE("quantities follow those of LinRegPCR in rdmlpython 1.8", "[reference]") {
  const auto sets = read_peer_sets("v1.8.1");
  REQUIRE(!sets.empty());
  for (const PeerSet& set : sets) {
    CAPTURE(set.name);
    std::map<std::string, std::vector<std::size_t>> targets;
    for (std::size_t i = 0; i < set.peer.rows.size(); ++i) {
      const auto& name = set.peer.rows[i][set.peer.column("curve")];
      if (std::find(set.data.names.begin(), set.data.names.end(), name) != set.data.names.end())
        targets[set.peer.rows[i][set.peer.column("target")]].push_back(i);
    }
    std::vector<double> mean_differences;
    std::vector<double> correlations;
    for (const auto& target : targets) {
      std::vector<CurveView> views;
      std::vector<bool> contributes;
      for (const std::size_t i : target.second) {
        const auto& row = set.peer.rows[i];
        views.push_back(to_view(set.data.at(row[set.peer.column("curve")])));
        contributes.push_back(row[set.peer.column("sample type")] != "ntc");
      }
      const auto ours = estimate_window_of_linearity(views, contributes, {});
      std::vector<double> our_cq;
      std::vector<double> peer_cq;
      for (std::size_t k = 0; k < target.second.size(); ++k) {
        const auto& row = set.peer.rows[target.second[k]];
        const auto cq = parse_double(row[set.peer.column("Cq (mean eff)")]);
        if (k == 0 && ours.efficiency) {
          if (const auto peer = parse_double(row[set.peer.column("mean PCR eff")]))
            mean_differences.push_back(std::abs(*ours.efficiency - *peer));
        }
        if (!cq || !std::isfinite(*cq) || !ours.reactions[k].cq_cycles) continue;
        our_cq.push_back(*ours.reactions[k].cq_cycles);
        peer_cq.push_back(*cq);
      }
      if (our_cq.size() >= 6) correlations.push_back(fit_line(peer_cq, our_cq).r_squared);
    }
    if (mean_differences.empty()) continue;
    // Version 1.8 takes four readings in a window common to the target; its own baseline differs too.
    CHECK(median(mean_differences) <= 0.05);
    if (!correlations.empty()) CHECK(median(correlations) >= 0.98);
  }
}

}  // namespace
