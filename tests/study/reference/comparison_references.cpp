// The walkers of the reference files of this area.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "libqpcr/study/accuracy/fourfold_accuracy.hpp"
#include "libqpcr/study/comparison/centre_homogeneity.hpp"
#include "libqpcr/study/comparison/independent_proportions.hpp"
#include "libqpcr/study/comparison/paired_proportions.hpp"
#include "libqpcr/study/comparison/proportion_trend.hpp"
#include "libqpcr/study/comparison/stratified_tables.hpp"
#include "tests/study/reference/paired_binary_walk.hpp"
#include "tests/study/reference/reference_numbers.hpp"
#include "tests/study/reference/walk.hpp"

namespace qpcr::test {
namespace {

/// A root that R's uniroot stopped at: off by up to `width` on the scale below 1.
void check_root(const std::string& what, const Json& expected, std::optional<double> found, double width) {
  INFO(what << ": expected " << expected.dump());
  if (expected.is_null() || infinite(expected) || expected.get<double>() == 0.0) {
    check_value(what, plain(expected), found, {});
    return;
  }
  REQUIRE(found.has_value());
  const double wanted = expected.get<double>();
  INFO("found " << *found);
  CHECK(std::abs(wanted > 1.0 ? 1.0 / *found - 1.0 / wanted : *found - wanted) <= width);
}

/// ln of a hypergeometric weight by logarithms of factorials, as a second witness.
double log_weight(const ProportionPair& pair, double at) {
  const double m = static_cast<double>(pair.first_successes + pair.second_successes);
  const double n1 = static_cast<double>(pair.first_total);
  const double n2 = static_cast<double>(pair.second_total);
  return -std::lgamma(at + 1.0) - std::lgamma(n1 - at + 1.0) - std::lgamma(m - at + 1.0) -
         std::lgamma(n2 - m + at + 1.0);
}

/// P(count ≥ seen), P(count ≤ seen) and the mean at an odds ratio, summed naively.
struct NaiveTails {
  double above = 0.0;
  double below = 0.0;
  double mean = 0.0;
};

NaiveTails naive_tails(const ProportionPair& pair, double odds) {
  const long m = pair.first_successes + pair.second_successes;
  double highest = -1e300;
  std::vector<std::pair<long, double>> terms;
  for (long at = std::max(0L, m - pair.second_total); at <= std::min(m, pair.first_total); ++at) {
    const double term = log_weight(pair, static_cast<double>(at)) + static_cast<double>(at) * std::log(odds);
    terms.emplace_back(at, term);
    highest = std::max(highest, term);
  }
  NaiveTails tails;
  double sum = 0.0;
  for (const auto& [at, term] : terms) {
    const double weight = std::exp(term - highest);
    sum += weight;
    if (at >= pair.first_successes) tails.above += weight;
    if (at <= pair.first_successes) tails.below += weight;
    tails.mean += static_cast<double>(at) * weight;
  }
  return {tails.above / sum, tails.below / sum, tails.mean / sum};
}

void check_odds_ratio_by_definition(const ProportionPair& pair, const Estimate& found, double confidence) {
  const double tail = (1.0 - confidence) / 2.0;
  REQUIRE(found.interval);
  if (found.interval->lower > 0.0) CHECK(naive_tails(pair, found.interval->lower).above == Approx(tail).epsilon(1e-9));
  if (std::isfinite(found.interval->upper))
    CHECK(naive_tails(pair, found.interval->upper).below == Approx(tail).epsilon(1e-9));
  if (found.value)
    CHECK(naive_tails(pair, *found.value).mean == Approx(static_cast<double>(pair.first_successes)).epsilon(1e-9));
}

/// The difference's score by maximising the likelihood on a grid that narrows: nothing shared with the library.
double naive_score(const ProportionPair& pair, double difference) {
  double low = std::max(0.0, -difference);
  double high = std::min(1.0, 1.0 - difference);
  const auto likelihood = [&](double second) {
    const auto term = [](long count, double p) {
      return count == 0 ? 0.0 : p <= 0.0 ? -1e300 : static_cast<double>(count) * std::log(p);
    };
    const double first = second + difference;
    return term(pair.first_successes, first) + term(pair.first_total - pair.first_successes, 1.0 - first) +
           term(pair.second_successes, second) + term(pair.second_total - pair.second_successes, 1.0 - second);
  };
  for (int step = 0; step < 200; ++step) {
    const double a = low + (high - low) * 0.381966;
    const double b = low + (high - low) * 0.618034;
    (likelihood(a) < likelihood(b) ? low : high) = likelihood(a) < likelihood(b) ? a : b;
  }
  const double second = (low + high) / 2.0;
  const double first = second + difference;
  return (pair.first() - pair.second() - difference) /
         std::sqrt(first * (1.0 - first) / static_cast<double>(pair.first_total) +
                   second * (1.0 - second) / static_cast<double>(pair.second_total));
}

void check_score_limits(const ProportionPair& pair, const Interval& limits, double z, double scale) {
  if (limits.lower > -1.0) CHECK(naive_score(pair, limits.lower) * scale == Approx(z).epsilon(1e-6));
  if (limits.upper < 1.0) CHECK(naive_score(pair, limits.upper) * scale == Approx(-z).epsilon(1e-6));
}

/// Pearson's chi-square at p₁ = ratio·p₂, least over p₂ by likelihood.
double naive_ratio_score(const ProportionPair& pair, double ratio) {
  const double top = std::min(1.0, 1.0 / ratio);
  double low = 0.0;
  double high = top;
  const auto likelihood = [&](double second) {
    const auto term = [](long count, double p) {
      return count == 0 ? 0.0 : p <= 0.0 ? -1e300 : static_cast<double>(count) * std::log(p);
    };
    return term(pair.first_successes, ratio * second) +
           term(pair.first_total - pair.first_successes, 1.0 - ratio * second) + term(pair.second_successes, second) +
           term(pair.second_total - pair.second_successes, 1.0 - second);
  };
  for (int step = 0; step < 200; ++step) {
    const double a = low + (high - low) * 0.381966;
    const double b = low + (high - low) * 0.618034;
    (likelihood(a) < likelihood(b) ? low : high) = likelihood(a) < likelihood(b) ? a : b;
  }
  const double second = (low + high) / 2.0;
  const auto term = [](double x, double n, double p) {
    const double distance = x - n * p;
    return std::abs(distance) < 1e-6 ? 0.0 : distance * distance / (n * p * (1.0 - p));
  };
  return term(static_cast<double>(pair.first_successes), static_cast<double>(pair.first_total), ratio * second) +
         term(static_cast<double>(pair.second_successes), static_cast<double>(pair.second_total), second);
}

void check_difference(ReferenceCase& c, const std::string& key, const Estimate& found, double tolerance) {
  if (!c.has(key)) return;
  const Json& limits = c.expected(key);
  check_value(c.id() + " " + key + " lower", limits[0], lower(found), {tolerance, 0.0});
  check_value(c.id() + " " + key + " upper", limits[1], upper(found), {tolerance, 0.0});
}

void check_ratio(ReferenceCase& c, const std::string& key, const Estimate& found, Tolerance tolerance) {
  if (!c.has(key)) return;
  const Json& triple = c.expected(key);
  const auto& pair = c.input();
  // 0/0 and x/0 are printed as 0 or Inf; the ratio does not exist.
  if (pair.at("x2") == 0) {
    CHECK_FALSE(found.value);
  } else {
    check_value(c.id() + " " + key, triple[0], found.value, tolerance);
  }
  if (triple[1].is_null() || triple[2].is_null()) {
    CHECK_FALSE(found.interval);
    return;
  }
  check_value(c.id() + " " + key + " lower", plain(triple[1]), lower(found), tolerance);
  check_value(c.id() + " " + key + " upper", plain(triple[2]), upper(found), tolerance);
}

void check_test(ReferenceCase& c, const std::string& statistic, const std::string& p, const ComparisonTest& found,
                double tolerance = 1e-9) {
  c.check(statistic, found.statistic, {tolerance, tolerance});
  c.check(p, found.p_value, {tolerance, tolerance});
}

void walk_independent(ReferenceCase& c) {
  const Json& input = c.input();
  const ProportionPair pair{input.at("x1"), input.at("n1"), input.at("x2"), input.at("n2")};
  IndependentProportionsOptions options;
  options.confidence = input.value("conf_level", 0.95);
  const IndependentProportionsResult found = compare_independent_proportions(pair, options);
  const double z = two_sided_z(options.confidence);
  const auto difference = [&](const char* method) { return find_method(found.differences, method).estimate; };
  const auto ratio = [&](const char* method) { return find_method(found.ratios, method).estimate; };
  constexpr double close = 1e-8;
  c.check("diff", difference("newcombe"), {close, 0.0});
  check_difference(c, "ac", difference("agresti_caffo"), close);
  check_difference(c, "wald", difference("wald"), close);
  check_difference(c, "waldcc", difference("wald_corrected"), close);
  check_difference(c, "score", difference("newcombe"), close);
  check_difference(c, "scorecc", difference("newcombe_corrected"), close);
  check_difference(c, "blj", difference("brown_li_jeffreys"), close);
  check_difference(c, "ha", difference("hauck_anderson"), close);
  check_difference(c, "hal", difference("haldane"), close);
  check_difference(c, "jp", difference("jeffreys_perks"), close);
  // DescTools stops its bisection at 1e-7 and its root at 3e-5: ours are held to the definition below.
  check_difference(c, "mn", difference("miettinen_nurminen"), 2e-7);
  check_difference(c, "mee", difference("mee"), 1e-4);
  const double n = static_cast<double>(pair.first_total + pair.second_total);
  check_score_limits(pair, *difference("mee").interval, z, 1.0);
  check_score_limits(pair, *difference("miettinen_nurminen").interval, z, std::sqrt((n - 1.0) / n));
  check_test(c, "chisq", "chisq_p", find_method(found.tests, "chi_square"), close);
  check_test(c, "chisq_yates", "chisq_yates_p", find_method(found.tests, "chi_square_yates"), close);
  c.check("fisher_p", find_method(found.tests, "fisher_exact").p_value, {close, close});
  // R's fisher.test stops its root at 1.2e-4; the definition is checked to 1e-9.
  const Estimate& odds = found.odds_ratio.estimate;
  const bool varies = pair.first_successes + pair.second_successes > 0 &&
                      pair.first_successes + pair.second_successes < pair.first_total + pair.second_total;
  if (varies) {
    check_odds_ratio_by_definition(pair, odds, options.confidence);
    if (c.has("fisher_or_cmle")) {
      const Json& wanted = c.expected("fisher_or_cmle");
      // At an end of the range the likelihood has no maximum: R prints 0 or Inf.
      if (infinite(wanted) || wanted == 0.0)
        CHECK_FALSE(odds.value);
      else
        check_root(c.id() + " fisher_or_cmle", wanted, odds.value, 1.3e-4);
    }
    if (c.has("fisher_or_ci")) {
      check_root(c.id() + " fisher_or_ci lower", c.expected("fisher_or_ci")[0], lower(odds), 1.3e-4);
      check_root(c.id() + " fisher_or_ci upper", c.expected("fisher_or_ci")[1], upper(odds), 1.3e-4);
    }
  } else {
    CHECK_FALSE(odds.value);
    CHECK_FALSE(odds.interval);
    for (const char* key : {"fisher_or_cmle", "fisher_or_ci"})
      c.leave_out(key, "nothing varies: R prints 0 and [0, Inf], which is no estimate; ours is absent");
  }
  check_ratio(c, "ratio_katz.log", ratio("katz_log"), {close, close});
  check_ratio(c, "ratio_adj.log", ratio("adjusted_log"), {close, close});
  check_ratio(c, "ratio_bailey", ratio("bailey"), {close, close});
  check_ratio(c, "ratio_noether", ratio("noether"), {close, close});
  check_ratio(c, "ratio_sinh-1", ratio("inverse_sinh"), {close, close});
  const Interval koopman = *ratio("koopman").interval;
  if (koopman.lower > 0.0) CHECK(naive_ratio_score(pair, koopman.lower) == Approx(z * z).epsilon(1e-6));
  if (std::isfinite(koopman.upper)) CHECK(naive_ratio_score(pair, koopman.upper) == Approx(z * z).epsilon(1e-6));
  if (c.has("ratio_koopman")) {
    const Json& peer = c.expected("ratio_koopman");
    // The peer's root is off by up to 5e-5, and at 1/1 against 0/1 its limit (2) is no root of the score at all.
    const double at_lower = infinite(peer[1]) || peer[1] == 0.0 ? z * z : naive_ratio_score(pair, peer[1]);
    const bool sound = std::abs(at_lower - z * z) < 0.05;
    if (sound)
      check_ratio(c, "ratio_koopman", ratio("koopman"), {1e-4, 1e-4});
    else
      c.leave_out("ratio_koopman", "the peer's limit is no root of the score, whose definition ours meets above");
  }
}

/// exact2x2 stops the root at 1.2e-4 of the share at most; ours must meet the definition, summed naively.
void check_mid_p(ReferenceCase& c, const PairedCounts& counts, const Estimate& found, double confidence) {
  if (found.interval) {
    const auto tails = [&](double odds, bool above) {
      double sum = 0.0;
      const double n = static_cast<double>(counts.discordant());
      for (long k = above ? counts.first_only : 0; k <= (above ? counts.discordant() : counts.first_only); ++k) {
        const double x = static_cast<double>(k);
        const double mass = std::exp(std::lgamma(n + 1.0) - std::lgamma(x + 1.0) - std::lgamma(n - x + 1.0) +
                                     x * std::log(odds) - n * std::log1p(odds));
        sum += k == counts.first_only ? mass / 2.0 : mass;
      }
      return sum;
    };
    const double tail = (1.0 - confidence) / 2.0;
    if (found.interval->lower > 0.0) CHECK(tails(found.interval->lower, true) == Approx(tail).epsilon(1e-8));
    if (std::isfinite(found.interval->upper)) CHECK(tails(found.interval->upper, false) == Approx(tail).epsilon(1e-8));
  }
  if (!c.has("mcnemar_midp_or_ci")) return;
  const Json& limits = c.expected("mcnemar_midp_or_ci");
  const auto check_share = [&](const Json& wanted, std::optional<double> odds) {
    if (wanted.is_null() || infinite(wanted)) {
      check_value(c.id() + " mcnemar_midp_or_ci", plain(wanted), odds, {});
      return;
    }
    REQUIRE(odds);
    const double peer = wanted.get<double>();
    CHECK(std::abs(*odds / (1.0 + *odds) - peer / (1.0 + peer)) <= 1.3e-4);
  };
  check_share(limits[0], lower(found));
  check_share(limits[1], upper(found));
}

void walk_paired(ReferenceCase& c) {
  const Json& input = c.input();
  const PairedCounts counts{input.at("n11"), input.at("n10"), input.at("n01"), input.at("n00")};
  PairedProportionsOptions options;
  options.confidence = input.value("conf_level", 0.95);
  const PairedProportionsResult found = compare_paired_proportions(counts, options);
  const auto difference = [&](const char* method) { return find_method(found.differences, method).estimate; };
  const auto test = [&](const char* method) { return find_method(found.tests, method); };
  constexpr double close = 1e-6;
  c.check("n", static_cast<double>(found.counts.total()), {});
  c.check("diff", difference("tango"), {1e-9, 0.0});
  check_test(c, "mcnemar_chisq", "mcnemar_p", test("mcnemar"));
  check_test(c, "mcnemar_cc_chisq", "mcnemar_cc_p", test("mcnemar_corrected"));
  c.check("mcnemar_exact_p", test("mcnemar_exact").p_value, {1e-9, 1e-9});
  c.check("binom_p", test("mcnemar_exact").p_value, {1e-9, 1e-9});
  c.check("mcnemar_midp_p", test("mcnemar_mid_p").p_value, {1e-9, 1e-9});
  const auto check_odds = [&](const std::string& key, const Estimate& odds, double relative) {
    if (!c.has(key)) return;
    const Json& limits = c.expected(key);
    check_value(c.id() + " " + key + " lower", plain(limits[0]), lower(odds), {close, relative});
    check_value(c.id() + " " + key + " upper", plain(limits[1]), upper(odds), {close, relative});
  };
  const Estimate& exact = find_method(found.odds_ratios, "exact").estimate;
  if (c.has("mcnemar_exact_or")) {
    const Json& wanted = c.expected("mcnemar_exact_or");
    // x/0 is printed as Inf; the ratio does not exist.
    if (infinite(wanted))
      CHECK_FALSE(exact.value);
    else
      check_value(c.id() + " mcnemar_exact_or", wanted, exact.value, {1e-9, 1e-9});
  }
  check_odds("mcnemar_exact_or_ci", exact, 1e-6);
  check_mid_p(c, counts, find_method(found.odds_ratios, "mid_p").estimate, options.confidence);
  c.check_interval("wald", difference("wald").interval, {1e-9, 0.0});
  c.check_interval("agresti_min_adj_wald", difference("agresti_min").interval, {1e-9, 0.0});
  c.check_interval("tango_score", difference("tango").interval, {close, 0.0});
  if (c.has("ratesci_tango")) {
    const Json& wanted = c.expected("ratesci_tango");
    const Tolerance printed{1e-6, 0.0};
    const auto check_printed = [&](const char* key, std::optional<double> value) {
      if (wanted.contains(key)) check_value(c.id() + " ratesci " + key, plain(wanted.at(key)), value, printed);
    };
    check_printed("lower", lower(difference("tango")));
    check_printed("est", difference("tango").value);
    check_printed("upper", upper(difference("tango")));
    check_printed("level", found.confidence);
    for (const char* key : {"p1hat", "p1mle"}) check_printed(key, found.first_positive_rate.value);
    for (const char* key : {"p2hat", "p2mle"}) check_printed(key, found.second_positive_rate.value);
    const bool no_margin = counts.first_positive() == 0 || counts.first_negative() == 0 ||
                           counts.second_positive() == 0 || counts.second_negative() == 0;
    // The peer prints 0 for a correlation that does not exist.
    if (no_margin) {
      CHECK_FALSE(found.phi.value);
      CHECK_FALSE(found.phi_corrected.value);
    } else {
      check_printed("phi_hat", found.phi.value);
      check_printed("phi_c", found.phi_corrected.value);
      const double off = static_cast<double>(counts.first_only) * static_cast<double>(counts.second_only);
      if (off > 0.0)
        check_printed("psi_hat",
                      static_cast<double>(counts.both_positive) * static_cast<double>(counts.both_negative) / off);
    }
  }
  AccuracyOptions agreement;
  agreement.confidence = options.confidence;
  const FourfoldTable table{counts.both_positive, counts.first_only, counts.second_only, counts.both_negative};
  const AccuracyResult accuracy = estimate_accuracy(table, agreement);
  c.check("kappa", accuracy.kappa.value, {1e-9, 0.0});
  if (accuracy.kappa.value) {
    c.check_interval("kappa_ci", accuracy.kappa.interval, {1e-9, 0.0});
  } else if (c.has("kappa_ci")) {
    for (const Json& limit : c.expected("kappa_ci")) CHECK(limit.is_null());
  }
}

void walk_strata(ReferenceCase& c, const std::vector<long>& cells) {
  std::vector<ProportionPair> strata;
  for (std::size_t i = 0; i + 3 < cells.size(); i += 4)
    strata.push_back({cells[i], cells[i] + cells[i + 2], cells[i + 1], cells[i + 1] + cells[i + 3]});
  const StratifiedTablesResult found = compare_stratified_tables(strata, {});
  const Tolerance close{1e-9, 1e-9};
  const auto test = [&](const char* method) { return find_method(found.tests, method); };
  const auto homogeneity = [&](const char* method) { return find_method(found.homogeneity, method); };
  if (c.has("array_dim")) CHECK(c.expected("array_dim")[2].get<std::size_t>() == strata.size());
  check_test(c, "cmh", "cmh_p", test("cochran_mantel_haenszel"));
  check_test(c, "cmh_cc", "cmh_cc_p", test("cochran_mantel_haenszel_corrected"));
  c.check("or_mh", found.mantel_haenszel_odds.estimate, close);
  c.check_interval("or_mh_ci_rbg", found.mantel_haenszel_odds.estimate.interval, close);
  // mantelhaen.test stops its roots at 1.2e-4 on the scale below 1; test_stratified_tables.cpp holds the definition.
  const Estimate& odds = found.conditional_odds.estimate;
  if (c.has("exact_or")) {
    if (infinite(c.expected("exact_or")) || c.expected("exact_or") == 0.0)
      CHECK_FALSE(odds.value);
    else
      check_root(c.id() + " exact_or", c.expected("exact_or"), odds.value, 1.3e-4);
  }
  if (c.has("exact_ci")) {
    check_root(c.id() + " exact_ci lower", c.expected("exact_ci")[0], lower(odds), 1.3e-4);
    check_root(c.id() + " exact_ci upper", c.expected("exact_ci")[1], upper(odds), 1.3e-4);
  }
  c.check("exact_p", test("exact_conditional").p_value, {0.0, 1e-8});
  check_test(c, "breslow_day", "bd_p", homogeneity("breslow_day"));
  c.check("bd_df", homogeneity("breslow_day").degrees_of_freedom, {});
  check_test(c, "breslow_day_tarone", "bdt_p", homogeneity("breslow_day_tarone"));
  check_test(c, "woolf", "woolf_p", homogeneity("woolf"));
}

void walk_stratified(ReferenceCase& c) {
  if (c.has("array_colmajor")) {
    walk_strata(c, c.expected("array_colmajor").get<std::vector<long>>());
    return;
  }
  const auto successes = c.input().at("x").get<std::vector<long>>();
  const auto totals = c.input().at("n").get<std::vector<long>>();
  std::vector<StratumCount> strata;
  for (std::size_t i = 0; i < successes.size(); ++i)
    strata.push_back({std::to_string(i + 1), successes[i], totals.at(i)});
  const CentreHomogeneityResult found = compare_strata(strata, {});
  check_test(c, "chisq", "p", find_method(found.tests, "pearson_chi_square"));
  c.check("df", find_method(found.tests, "pearson_chi_square").degrees_of_freedom, {});
  c.check("fisher_freeman_halton_p", find_method(found.tests, "fisher_freeman_halton").p_value, {1e-9, 1e-9});
  c.check("lr_deviance", find_method(found.tests, "likelihood_ratio").statistic, {1e-9, 1e-9});
  const ProportionTrendResult trend = estimate_proportion_trend(strata, {});
  check_test(c, "cochran_armitage_chisq", "cochran_armitage_p", trend.asymptotic);
}

}  // namespace

std::vector<ReferenceKind> comparison_references() {
  return {{"two_proportions_independent.json", walk_independent},
          {"paired_proportions.json", walk_paired},
          {"paired_binary_tests.json", walk_paired_binary},
          {"stratified_tables.json", walk_stratified}};
}

}  // namespace qpcr::test
