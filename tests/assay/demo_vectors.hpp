// Vectors of the fictional demonstration panels; what must come of them is computed here by hand-written formulas.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/core/text.hpp"
#include "tests/assay/edge_vectors.hpp"
#include "tests/assay/published_vectors.hpp"

namespace assay_vectors {

using MaybeCq = std::optional<double>;

/// What a formula says of a sample; the score only where it is one number.
struct NaiveCall {
  Outcome outcome = Outcome::invalid;
  std::optional<double> score;
};

/// Of the cycles 1 to 45 of both panels; a later Cq is none.
inline MaybeCq within_run(MaybeCq cq) { return cq && *cq <= 45 ? cq : std::nullopt; }

/// demo-methylation: three differences or the score make it positive.
inline NaiveCall call_demo_methylation(const std::array<MaybeCq, 3>& dm, MaybeCq ic, const std::string& sex,
                                       const std::string& afp) {
  if (!ic || *ic < 22 || *ic > 32 || sex.empty()) return {};
  std::array<double, 3> d{};
  for (std::size_t i = 0; i < 3; ++i) d[i] = within_run(dm[i]).value_or(45) - *ic;
  NaiveCall call;
  if (!afp.empty()) {
    const double logit =
        2.0 - 0.15 * d[0] - 0.10 * d[1] - 0.10 * d[2] + (sex == "male" ? 0.5 : 0) + 1.2 * std::log10(std::stod(afp));
    call.score = 1 / (1 + std::exp(-logit));
  }
  if (d[0] <= 9 || d[1] <= 8 || d[2] <= 8.5 || (call.score && *call.score >= 0.6)) {
    call.outcome = Outcome::positive;
  } else {
    call.outcome = call.score && *call.score <= 0.4 ? Outcome::negative : Outcome::indeterminate;
  }
  return call;
}

/// DR1, DR2, DREF, DSPK of one well.
using RnaWell = std::array<MaybeCq, 4>;

/// demo-rna: the score over the mean Cqs of the valid wells, as the least and most that it may be.
inline NaiveCall call_demo_rna(const std::vector<RnaWell>& wells) {
  std::vector<RnaWell> valid;
  for (const RnaWell& well : wells) {
    if (well[2] && *well[2] <= 33 && well[3] && *well[3] <= 32) valid.push_back(well);
  }
  if (valid.size() < 2 || wells.size() > 3) return {};
  const double infinity = std::numeric_limits<double>::infinity();
  const auto range = [&](std::size_t target, double spread) -> std::pair<double, double> {
    std::vector<double> cqs;
    for (const RnaWell& well : valid) {
      if (const MaybeCq cq = within_run(well[target])) cqs.push_back(*cq);
    }
    if (cqs.empty()) return {45, 45};
    const auto [least, most] = std::minmax_element(cqs.begin(), cqs.end());
    if (cqs.size() < valid.size()) return {*least, 45};
    if (*most - *least > spread) return {-infinity, infinity};
    double sum = 0;
    for (const double cq : cqs) sum += cq;
    return {sum / static_cast<double>(cqs.size()), sum / static_cast<double>(cqs.size())};
  };
  const auto dr1 = range(0, 2.5), dr2 = range(1, 2.5), dref = range(2, 1.0);
  const auto score = [&](double one, double two, double reference) {
    return 8.0 - 0.5 * (one - reference) - 0.4 * (two - reference);
  };
  const double least = score(dr1.second, dr2.second, dref.first);
  const double most = score(dr1.first, dr2.first, dref.second);
  NaiveCall call{Outcome::indeterminate, {}};
  if (least == most) call.score = least;
  if (least >= 0.3) call.outcome = Outcome::positive;
  if (most <= -0.3) call.outcome = Outcome::negative;
  return call;
}

/// A Cq with the error of its fit, so that cut-offs have distances in errors; none for silence.
inline qpcr::CqObservation demo_cq(MaybeCq cycles) {
  qpcr::CqObservation observation = cycles ? assay_test::cq(*cycles) : assay_test::none();
  if (cycles) observation.standard_error_cycles = 0.05;
  return observation;
}

inline qpcr::ReplicateObservation demo_methylation_well(const std::array<MaybeCq, 3>& dm, MaybeCq ic) {
  return well("B1", {{"DM1", demo_cq(dm[0])}, {"DM2", demo_cq(dm[1])}, {"DM3", demo_cq(dm[2])}, {"DIC", demo_cq(ic)}});
}

inline Vector demo_vector(const std::string& assay, const std::string& name,
                          std::vector<qpcr::ReplicateObservation> wells, Cells cells, const NaiveCall& call) {
  Vector vector{assay, name, std::move(wells), std::move(cells), call.outcome, {}, {}};
  if (call.score) vector.values = {{"score", qpcr::format_fixed(*call.score, 9)}};
  return vector;
}

inline Vector demo_methylation_vector(const std::string& name, const std::array<MaybeCq, 3>& dm, MaybeCq ic,
                                      const std::string& sex = "female", const std::string& afp = "4") {
  return demo_vector("demo-methylation", name, {demo_methylation_well(dm, ic)}, with({}, {{"sex", sex}, {"afp", afp}}),
                     call_demo_methylation(dm, ic, sex, afp));
}

/// Three differences later than their cut-offs and an AFP whose score is `score` to the last bit, found by moving the
/// AFP and DM3 in the definition itself; what must come of it is `outcome`.
inline std::vector<Vector> demo_methylation_edge(double score, Outcome outcome) {
  const qpcr::AssayDefinition definition = qpcr::read_assay(assay_test::assay_path("demo-methylation.toml"));
  std::array<MaybeCq, 3> dm{{35.5, 34.5, 34.75}};
  for (int i = 0; i < 64; ++i, dm[2] = *dm[2] + 0.0625) {
    Vector on = demo_methylation_vector("score on " + qpcr::format_double(score), dm, 26);
    const double afp = solve(definition, on, "score", score, "afp", 0.1, 1e6);
    if (score_of(definition, on, "score") != score) continue;
    on.outcome = outcome;
    const auto beside = [&](const char* name, double factor) {
      return demo_methylation_vector(on.name + name, dm, 26, "female", qpcr::format_double(afp * factor));
    };
    on.values = {{"score", qpcr::format_fixed(score, 9)}};
    return {beside(", just below", 1 - 1e-9), on, beside(", just above", 1 + 1e-9)};
  }
  throw std::logic_error("no AFP puts the score of demo-methylation on " + qpcr::format_double(score));
}

inline std::vector<Vector> demo_methylation_vectors() {
  std::vector<Vector> list;
  const std::string id = "demo-methylation";
  const auto add = [&](const std::string& name, const std::array<MaybeCq, 3>& dm, MaybeCq ic,
                       const std::string& sex = "female", const std::string& afp = "4") {
    list.push_back(demo_methylation_vector(name, dm, ic, sex, afp));
  };
  add("silent", {}, 26);
  add("silent, man", {}, 26, "male");
  add("all late", {{40, 40, 40}}, 26);
  add("all early", {{30, 30, 30}}, 26, "male", "400");
  add("score alone, woman", {{40, 40, 40}}, 26, "female", "2000");
  add("score alone, man", {{40, 40, 40}}, 26, "male", "2000");
  add("score of silence is gray", {}, 26, "female", "7000");
  add("without AFP, late", {{40, 40, 40}}, 26, "female", "");
  add("without AFP, early", {{30, 40, 40}}, 26, "female", "");
  add("without sex", {{30, 40, 40}}, 26, "");
  const std::array<double, 3> cuts{9, 8, 8.5};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string name = "DM" + std::to_string(i + 1);
    const double ic = 26;
    const auto one = [&](double cq) {
      std::array<MaybeCq, 3> dm;
      dm[i] = cq;
      return dm;
    };
    add(name + " on its cut-off", one(ic + cuts[i]), ic);
    add(name + " just later", one(std::nextafter(ic + cuts[i], 99)), ic);
    add(name + " 0.004 later", one(ic + cuts[i] + 0.004), ic);
    add(name + " a little later", one(ic + cuts[i] + 0.3), ic);
    add(name + " a little earlier", one(ic + cuts[i] - 0.3), ic);
    add(name + " at the last cycle", one(45), ic);
    add(name + " beyond the last cycle", one(45.5), ic);
    // What is open counts neither for nor against, and a person looks.
    Vector unread = list[list.size() - 3];
    unread.name = name + " unreadable, another early";
    const std::string other = "DM" + std::to_string((i + 1) % 3 + 1);
    unread.wells[0].targets[name] = assay_test::unusable();
    unread.wells[0].targets[other] = demo_cq(30);
    unread.outcome = Outcome::positive;
    unread.values.clear();
    list.push_back(unread);
    unread.name = name + " unreadable, the others silent";
    unread.wells[0].targets[other] = assay_test::none();
    unread.outcome = Outcome::invalid;
    list.push_back(unread);
  }
  for (const double ic :
       {10.0, 21.5, std::nextafter(22.0, 0), 22.0, 32.0, std::nextafter(32.0, 99), 32.5, 33.5, 46.0}) {
    add("control at " + qpcr::format_double(ic), {}, ic);
  }
  add("without control", {{30, 30, 30}}, {});
  Vector unread = list.back();
  unread.name = "control unreadable";
  unread.wells[0].targets["DIC"] = assay_test::unusable();
  list.push_back(unread);
  Vector twice = list.front();
  twice.name = "two wells";
  twice.wells.push_back(twice.wells[0]);
  twice.outcome = Outcome::invalid;
  twice.values.clear();
  list.push_back(twice);

  // The lower edge of the gray zone is negative, the upper positive.
  for (Vector& vector : demo_methylation_edge(0.4, Outcome::negative)) list.push_back(std::move(vector));
  for (Vector& vector : demo_methylation_edge(0.6, Outcome::positive)) list.push_back(std::move(vector));
  for (const std::string afp : {"0.1", "1000000"}) add("AFP " + afp, {}, 26, "female", afp);
  for (const std::string afp : {"0.09999999999999999", "0.05", "1000000.0000000001", "1500000", "-0.05"}) {
    list.push_back({id,
                    "AFP " + afp + " is refused",
                    list[0].wells,
                    {{"sex", "female"}, {"afp", afp}},
                    Outcome::invalid,
                    {},
                    {},
                    true});
  }
  return list;
}

/// A reference and a Cq of DR2 that make the score exactly 0.3, the mean of three wells included: DR1 16 cycles later
/// takes all of the intercept, so that no digit of 0.3 is lost.
inline std::vector<RnaWell> rna_wells_on_upper_edge() {
  const double reference = 1;
  double dr2 = 0.25;
  for (int i = 0; i < 16; ++i, dr2 = std::nextafter(dr2, 1)) {
    const std::vector<RnaWell> wells(3, RnaWell{reference + 16, dr2, reference, 28.0});
    if (call_demo_rna(wells).score == 0.3) return wells;
  }
  throw std::logic_error("no Cq puts the score of demo-rna on 0.3");
}

inline std::vector<Vector> demo_rna_vectors() {
  std::vector<Vector> list;
  const std::array<const char*, 4> ids{"DR1", "DR2", "DREF", "DSPK"};
  const auto add = [&](const std::string& name, const std::vector<RnaWell>& wells) {
    std::vector<qpcr::ReplicateObservation> observed;
    for (std::size_t i = 0; i < wells.size(); ++i) {
      std::map<std::string, qpcr::CqObservation> targets;
      for (std::size_t t = 0; t < 4; ++t) targets[ids[t]] = demo_cq(wells[i][t]);
      observed.push_back(well("B" + std::to_string(i + 1), std::move(targets)));
    }
    list.push_back(demo_vector("demo-rna", name, std::move(observed), {}, call_demo_rna(wells)));
  };
  const auto three = [](const RnaWell& well) { return std::vector<RnaWell>(3, well); };
  const auto early = RnaWell{28.0, 29.0, 24.0, 28.0};
  const auto late = RnaWell{38.0, 39.0, 24.0, 28.0};
  const auto silent = RnaWell{std::nullopt, std::nullopt, 24.0, 28.0};
  add("early", three(early));
  add("late", three(late));
  add("silent", three(silent));
  // Scores of 0.35, 0.298, 0.25, -0.25, -0.298 and -0.35 by DR2 alone: DR1 is 8 cycles after the reference.
  for (const double score : {0.35, 0.298, 0.25, 0.05, -0.05, -0.25, -0.298, -0.35}) {
    add("score near " + qpcr::format_double(score), three({32.0, 24 + (4 - score) / 0.4, 24.0, 28.0}));
  }
  add("score on 0.3", rna_wells_on_upper_edge());
  add("four wells", std::vector<RnaWell>(4, early));
  add("two wells", std::vector<RnaWell>(2, early));
  add("one well", {early});
  for (std::size_t t = 0; t < 2; ++t) {
    const std::string id = ids[t];
    const auto with_cq = [&](RnaWell from, MaybeCq cq) {
      from[t] = cq;
      return from;
    };
    add(id + " at the last cycle", three(with_cq(late, 45)));
    add(id + " beyond the last cycle", three(with_cq(late, 45.5)));
    add(id + " in two of three, early all the same", {with_cq(early, {}), early, early});
    add(id + " in one of three, late all the same", {with_cq(late, {}), with_cq(late, {}), late});
    add(id + " in two of three, may be either", {with_cq({29.0, 30.0, 24.0, 28.0}, {}), early, early});
    for (const double spread : {2.375, 2.5, 2.5625}) {
      add(id + " spread over " + qpcr::format_double(spread), {early, early, with_cq(early, *early[t] + spread)});
    }
    Vector unread = list[0];
    unread.name = id + " unreadable in one well";
    unread.wells[0].targets[id] = assay_test::unusable();
    list.push_back(unread);
    unread.name = id + " unreadable in two wells";
    unread.wells[1].targets[id] = assay_test::unusable();
    unread.outcome = Outcome::invalid;
    unread.values.clear();
    list.push_back(unread);
  }
  for (const double spread : {0.5, 1.0, 1.0625, 1.5, 2.5}) {
    add("DREF spread over " + qpcr::format_double(spread), {late, late, {38.0, 39.0, 24 + spread, 28.0}});
  }
  const std::array<double, 4> limits{0, 0, 33, 32};
  for (const std::size_t t : {std::size_t{2}, std::size_t{3}}) {
    const auto well_at = [&](MaybeCq cq) {
      RnaWell well{38.0, 39.0, 32.5, 28.0};
      well[t] = cq;
      return well;
    };
    const double limit = limits[t];
    const std::vector<MaybeCq> cqs{
        10.0, limit - 0.5, std::nextafter(limit, 0), limit, std::nextafter(limit, 99), limit + 0.5, 46.0, std::nullopt};
    for (const MaybeCq cq : cqs) add(std::string(ids[t]) + " around its limit", three(well_at(cq)));
    add(std::string(ids[t]) + " lost in one well", {well_at({}), late, late});
    add(std::string(ids[t]) + " lost in two wells", {well_at({}), well_at({}), late});
    Vector unread = list[1];
    unread.name = std::string(ids[t]) + " unreadable";
    for (qpcr::ReplicateObservation& each : unread.wells) each.targets[ids[t]] = assay_test::unusable();
    unread.outcome = Outcome::invalid;
    unread.values.clear();
    list.push_back(unread);
  }
  return list;
}

inline std::vector<Vector> demo_vectors() {
  std::vector<Vector> list = demo_methylation_vectors();
  for (Vector& vector : demo_rna_vectors()) list.push_back(std::move(vector));
  return list;
}

/// Wells of the panels' controls around their limits, each limit as a closed or open interval and what silence says.
inline std::vector<ControlVector> demo_control_vectors() {
  std::vector<ControlVector> list;
  struct Limit {
    std::string assay, control, target;
    double from, to;  ///< both inside; from > to: no Cq passes
    bool silence;     ///< passes
  };
  std::vector<Limit> limits;
  constexpr double none_passes = -1;
  for (const std::string target : {"DM1", "DM2", "DM3"}) {
    for (const std::string blank : {"NTC", "NC"}) {
      limits.push_back({"demo-methylation", blank, target, 0, none_passes, true});
    }
    limits.push_back({"demo-methylation", "PC", target, 25, 34, false});
  }
  limits.push_back({"demo-methylation", "NTC", "DIC", std::nextafter(40.0, 99), 45, true});
  limits.push_back({"demo-methylation", "NC", "DIC", 22, 32, false});
  limits.push_back({"demo-methylation", "PC", "DIC", 22, 32, false});
  for (const std::string target : {"DR1", "DR2"}) {
    for (const std::string blank : {"NTC", "NC"}) limits.push_back({"demo-rna", blank, target, 0, none_passes, true});
    limits.push_back({"demo-rna", "PC", target, 0, 32, false});
  }
  limits.push_back({"demo-rna", "NTC", "DREF", std::nextafter(40.0, 99), 45, true});
  limits.push_back({"demo-rna", "NC", "DREF", 0, 33, false});
  limits.push_back({"demo-rna", "PC", "DREF", 0, 33, false});
  for (const std::string control : {"NTC", "NC", "PC"}) limits.push_back({"demo-rna", control, "DSPK", 0, 32, false});
  for (const Limit& limit : limits) {
    std::vector<double> cqs{5, 28, 38};
    for (const double edge : {limit.from, limit.to}) {
      if (edge <= 0) continue;
      for (const double cq : {edge - 0.5, std::nextafter(edge, 0), edge, std::nextafter(edge, 99), edge + 0.5}) {
        if (cq <= 45) cqs.push_back(cq);
      }
    }
    for (const double cq : cqs) {
      list.push_back(
          {limit.assay, limit.control, limit.target, assay_test::cq(cq), cq >= limit.from && cq <= limit.to});
    }
    list.push_back({limit.assay, limit.control, limit.target, assay_test::none(), limit.silence});
    list.push_back({limit.assay, limit.control, limit.target, assay_test::unusable(), false});
  }
  return list;
}

}  // namespace assay_vectors
