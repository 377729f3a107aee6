// Test vectors of the shipped assay definitions: what goes in, what must come out, and where the number is from.
#pragma once

#include <array>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "libqpcr/core/text.hpp"
#include "tests/assay/support.hpp"

namespace assay_vectors {

/// Columns of a covariate table: "age" (in the definition's unit) or "dcp [m[arb'U]/mL]", and the cell.
using Cells = std::map<std::string, std::string>;

/// A value as its source prints it.
struct PrintedValue {
  std::string id;
  std::string text;
};

/// What must come of a vector: an outcome, a class where there are classes, or a table that is refused.
struct Vector {
  std::string assay;
  std::string name;
  std::vector<qpcr::ReplicateObservation> wells;
  Cells cells;
  qpcr::Outcome outcome = qpcr::Outcome::invalid;
  std::string score_class;           ///< empty: none
  std::vector<PrintedValue> values;  ///< to the digits of their text
  bool refused = false;              ///< the covariate table is an error; outcome, class and values say nothing
  bool computed = false;             ///< the outcome is that of the formula, checked elsewhere: the table is accepted
};

/// One well of a control and whether its Cq keeps the definition's limit for the target.
struct ControlVector {
  std::string assay;
  std::string control;
  std::string target;
  qpcr::CqObservation observation;
  bool passed = false;
};

inline qpcr::ReplicateObservation well(std::string label, std::map<std::string, qpcr::CqObservation> targets,
                                       std::string tube = "1") {
  qpcr::ReplicateObservation observation;
  observation.well = std::move(label);
  observation.tube = std::move(tube);
  observation.targets = std::move(targets);
  return observation;
}

/// The observation of a vector, its cells read as a covariate table is. @throws qpcr::Error for a refused table.
inline qpcr::SampleObservation observe(const qpcr::AssayDefinition& definition, const Vector& vector) {
  qpcr::SampleObservation sample;
  sample.sample = "S1";
  sample.replicates = vector.wells;
  if (vector.cells.empty()) return sample;
  std::string header = "sample";
  std::string row = "S1";
  for (const auto& [column, cell] : vector.cells) {
    const qpcr::CovariateDefinition* covariate = qpcr::find_covariate(definition, column);
    header += "," + column;
    if (covariate != nullptr && covariate->kind == qpcr::CovariateKind::number) header += " [" + covariate->unit + "]";
    row += "," + cell;
  }
  // A column that the vector leaves out is there and empty: missing.
  for (const qpcr::CovariateDefinition& covariate : definition.covariates) {
    bool named = false;
    for (const auto& [column, cell] : vector.cells) {
      named = named || column == covariate.id || column.rfind(covariate.id + " [", 0) == 0;
    }
    if (named) continue;
    header += "," + covariate.id;
    if (covariate.kind == qpcr::CovariateKind::number) header += " [" + covariate.unit + "]";
    row += ",";
  }
  const qpcr::CovariateTable table = qpcr::parse_covariates(header + "\n" + row + "\n", "vector.csv", definition);
  sample.covariates = table.rows.at(0).values;
  return sample;
}

/// Cells with some replaced, or left out where the replacement is empty.
inline Cells with(Cells cells, const Cells& changes) {
  for (const auto& [column, cell] : changes) {
    if (cell.empty()) {
      cells.erase(column);
    } else {
      cells[column] = cell;
    }
  }
  return cells;
}

/// Cq of a target whose difference to a reference equals `delta` in double, bit for bit. The reference is found and
/// given back: an early one where the digits of a late one cannot hold the difference.
inline double after(double delta, double& reference) {
  for (const double start : {20.0, 18.0, 7.0, 3.0, 1.0}) {
    double candidate = start;
    for (int i = 0; i < 64; ++i, candidate = std::nextafter(candidate, 99)) {
      if ((candidate + delta) - candidate != delta) continue;
      reference = candidate;
      return candidate + delta;
    }
  }
  throw std::logic_error("no reference makes the difference exact");
}

inline const Cells galad_man{{"age", "55"},      {"sex", "male"}, {"afp", "10"},
                             {"afp_l3", "5"},    {"dcp", "7.5"},  {"vitamin_k_antagonist", "no"},
                             {"pregnancy", "no"}};
inline const Cells asap_man{{"age", "55"},      {"sex", "male"},       {"afp", "10"},
                            {"pivka_ii", "40"}, {"hbsag", "positive"}, {"vitamin_k_antagonist", "no"},
                            {"pregnancy", "no"}};
inline const Cells amap_man{
    {"age", "50"}, {"sex", "male"}, {"bilirubin", "15"}, {"albumin", "42"}, {"platelets", "200"}};
inline const Cells albi_patient{{"bilirubin", "15"}, {"albumin", "42"}};
inline const Cells reach_man{{"age", "50"},        {"sex", "male"},       {"alt", "30"},      {"hbeag", "positive"},
                             {"hbv_dna", "50000"}, {"hbsag", "positive"}, {"cirrhosis", "no"}};
inline const Cells gaap_man{
    {"age", "55"},      {"sex", "male"}, {"afp", "10"}, {"pivka_ii", "40"}, {"vitamin_k_antagonist", "no"},
    {"pregnancy", "no"}};
inline const Cells doylestown_man{{"age", "55"},  {"sex", "male"}, {"afp", "10"},
                                  {"alp", "100"}, {"alt", "40"},   {"pregnancy", "no"}};
inline const Cells balad_patient{{"afp", "200"},      {"afp_l3", "12"},  {"dcp", "8"},
                                 {"bilirubin", "16"}, {"albumin", "40"}, {"vitamin_k_antagonist", "no"}};

/// A number covariate: the plausible range, both edges within it, and what becomes of a sample without it.
struct CovariateVector {
  std::string assay;
  std::string covariate;
  double minimum = 0.0;
  double maximum = 0.0;
  qpcr::Outcome missing = qpcr::Outcome::invalid;
};

/// A category covariate: what becomes of a sample without it.
struct CategoryVector {
  std::string assay;
  std::string covariate;
  qpcr::Outcome missing = qpcr::Outcome::invalid;
};

inline const std::map<std::string, Cells> base_cells{
    {"galad", galad_man},
    {"galad-pivka-mau", galad_man},
    {"asap", asap_man},
    {"asap-three-classes", asap_man},
    {"asap-recalibrated", asap_man},
    {"amap", amap_man},
    {"albi", albi_patient},
    {"reach-b", reach_man},
    {"reach-b-iu", reach_man},
    {"gaap", gaap_man},
    {"doylestown", doylestown_man},
    {"balad-2", balad_patient},
    {"kotoh-septin9-copies", {{"methylated_sept9", "6.4"}}},
};

inline std::vector<CovariateVector> covariate_vectors() {
  std::vector<CovariateVector> list;
  const auto add = [&](const std::vector<std::string>& assays, const std::string& covariate, double low, double high) {
    for (const std::string& assay : assays) list.push_back({assay, covariate, low, high, qpcr::Outcome::invalid});
  };
  const std::vector<std::string> asap{"asap", "asap-three-classes", "asap-recalibrated"};
  add({"galad", "galad-pivka-mau", "asap", "asap-three-classes", "asap-recalibrated", "amap", "reach-b", "reach-b-iu",
       "gaap", "doylestown"},
      "age", 18, 120);
  add({"galad", "galad-pivka-mau", "asap", "asap-three-classes", "asap-recalibrated", "gaap", "doylestown", "balad-2"},
      "afp", 0.01, 1e7);
  add({"galad", "galad-pivka-mau", "balad-2"}, "afp_l3", 0, 100);
  add({"galad", "galad-pivka-mau", "balad-2"}, "dcp", 0.01, 1e6);
  add({"asap", "asap-three-classes", "asap-recalibrated", "gaap"}, "pivka_ii", 0.5, 1e8);
  add({"amap", "albi", "balad-2"}, "bilirubin", 0.1, 2000);
  add({"amap", "albi", "balad-2"}, "albumin", 5, 80);
  add({"amap"}, "platelets", 1, 2000);
  add({"reach-b", "reach-b-iu", "doylestown"}, "alt", 0, 20000);
  add({"doylestown"}, "alp", 0, 20000);
  add({"reach-b", "reach-b-iu"}, "hbv_dna", 1, 1e12);
  add({"kotoh-septin9-copies"}, "methylated_sept9", 0, 1e6);
  return list;
}

inline std::vector<CategoryVector> category_vectors() {
  std::vector<CategoryVector> list;
  const auto add = [&](const std::vector<std::string>& assays, const std::string& covariate, qpcr::Outcome missing) {
    for (const std::string& assay : assays) list.push_back({assay, covariate, missing});
  };
  add({"galad", "galad-pivka-mau", "asap", "asap-three-classes", "asap-recalibrated", "amap", "reach-b", "reach-b-iu",
       "gaap", "doylestown"},
      "sex", qpcr::Outcome::invalid);
  add({"reach-b", "reach-b-iu"}, "hbeag", qpcr::Outcome::invalid);
  add({"galad", "galad-pivka-mau", "asap", "asap-three-classes", "asap-recalibrated", "gaap", "balad-2"},
      "vitamin_k_antagonist", qpcr::Outcome::indeterminate);
  add({"galad", "galad-pivka-mau", "asap", "asap-three-classes", "asap-recalibrated", "gaap", "doylestown"},
      "pregnancy", qpcr::Outcome::indeterminate);
  add({"asap", "asap-three-classes", "asap-recalibrated", "reach-b", "reach-b-iu"}, "hbsag",
      qpcr::Outcome::indeterminate);
  add({"reach-b", "reach-b-iu"}, "cirrhosis", qpcr::Outcome::indeterminate);
  return list;
}

using qpcr::Outcome;

/// Wells of a triplicate: Septin9 and ACTB of each.
inline std::vector<qpcr::ReplicateObservation> septin_wells(
    const std::vector<std::pair<qpcr::CqObservation, qpcr::CqObservation>>& wells) {
  std::vector<qpcr::ReplicateObservation> list;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    list.push_back(well("B" + std::to_string(i + 1), {{"SEPT9", wells[i].first}, {"ACTB", wells[i].second}}));
  }
  return list;
}

/// The triplicate rules, Tóth 2012 (methods text) and, recalled, IFU 0008: `actb` is the limit, `strict` whether the
/// limit itself fails; `last` is the last cycle, which is no Cq below it.
inline void add_septin(std::vector<Vector>& list, const std::string& assay, int needed, double actb, bool strict,
                       double last) {
  using assay_test::cq;
  const auto positive = std::pair{cq(38.2), cq(actb - 2)};
  const auto negative = std::pair{assay_test::none(), cq(actb - 2)};
  const auto without_dna = std::pair{assay_test::none(), cq(actb + 0.05)};
  const auto at_limit = std::pair{cq(38.2), cq(actb)};
  const auto above_limit = std::pair{cq(38.2), cq(std::nextafter(actb, 99))};
  const auto below_limit = std::pair{cq(38.2), cq(std::nextafter(actb, 0))};
  const auto at_last = std::pair{cq(last), cq(actb - 2)};
  const auto before_last = std::pair{cq(std::nextafter(last, 0)), cq(actb - 2)};
  const auto beyond_last = std::pair{cq(last + 0.5), cq(actb - 2)};
  const auto irregular = std::pair{assay_test::unusable(), cq(actb - 2)};
  const bool one = needed == 1;
  const auto add = [&](const std::string& name,
                       const std::vector<std::pair<qpcr::CqObservation, qpcr::CqObservation>>& wells, Outcome of_one,
                       Outcome of_two) {
    list.push_back({assay, name, septin_wells(wells), {}, one ? of_one : of_two, {}, {}});
  };
  const Outcome yes = Outcome::positive;
  const Outcome no = Outcome::negative;
  const Outcome bad = Outcome::invalid;
  add("none of three", {negative, negative, negative}, no, no);
  add("one of three", {positive, negative, negative}, yes, no);
  add("two of three", {positive, positive, negative}, yes, yes);
  add("three of three", {positive, positive, positive}, yes, yes);
  add("positive, invalid, negative", {positive, without_dna, negative}, yes, bad);
  add("positive, two invalid", {positive, without_dna, without_dna}, yes, bad);
  add("two positive, invalid", {positive, positive, without_dna}, yes, yes);
  add("two negative, invalid", {negative, negative, without_dna}, bad, no);
  add("negative, two invalid", {negative, without_dna, without_dna}, bad, bad);
  add("all invalid", {without_dna, without_dna, without_dna}, bad, bad);
  add("irregular, two negative", {irregular, negative, negative}, bad, no);
  add("irregular, two positive", {irregular, positive, positive}, yes, yes);
  add("a well missing, positive", {positive, negative}, yes, bad);
  add("a well missing, negative", {negative, negative}, bad, no);
  add("ACTB very early", {{cq(38.2), cq(10)}, {cq(38.2), cq(10)}, negative}, yes, yes);
  add("four wells", {positive, positive, positive, positive}, bad, bad);
  add("ACTB at its limit", {at_limit, at_limit, negative}, strict ? bad : yes, strict ? bad : yes);
  add("ACTB just below", {below_limit, below_limit, negative}, yes, yes);
  add("ACTB just above", {above_limit, above_limit, negative}, bad, bad);
  add("Septin9 at the last cycle", {at_last, at_last, negative}, no, no);
  add("Septin9 just before the last cycle", {before_last, before_last, negative}, yes, yes);
  add("Septin9 beyond the last cycle", {beyond_last, beyond_last, negative}, no, no);
}

/// The public three-gene rule. Its score is 50 exactly where a delta Cq lies on its cut-off.
inline void add_three_gene(std::vector<Vector>& list, const std::string& assay, const std::array<double, 3>& cuts) {
  using assay_test::cq;
  using assay_test::none;
  const bool afp = assay == "methylation-three-gene-afp";
  const auto add = [&](const std::string& name, const qpcr::CqObservation& otx1, const qpcr::CqObservation& rnf135,
                       const qpcr::CqObservation& h3c7, const qpcr::CqObservation& ic, const std::string& sex,
                       const std::string& strip, Outcome outcome, std::vector<PrintedValue> values = {}) {
    Cells cells{{"sex", sex}};
    if (afp) cells["afp_strip"] = strip;
    list.push_back({assay,
                    name,
                    {well("B1", {{"OTX1", otx1}, {"RNF135", rnf135}, {"H3C7", h3c7}, {"IC", ic}})},
                    with(cells, {{"sex", sex}, {"afp_strip", afp ? strip : ""}}),
                    outcome,
                    {},
                    std::move(values)});
  };
  const char* const names[3] = {"OTX1", "RNF135", "H3C7"};
  for (std::size_t i = 0; i < 3; ++i) {
    double ic = 0;
    const double at = after(cuts[i], ic);
    const auto one = [&](double value) {
      std::array<qpcr::CqObservation, 3> observed{none(), none(), none()};
      observed[i] = cq(value);
      return observed;
    };
    const auto edge = one(at);
    const auto late = one(std::nextafter(std::nextafter(at, 99), 99));
    const auto early = one(at - 0.001);
    const std::string name = names[i];
    add(name + " on its cut-off", edge[0], edge[1], edge[2], cq(ic), "female", "negative", Outcome::positive,
        {{"risk", "50.000000"}});
    add(name + " just later", late[0], late[1], late[2], cq(ic), "female", "negative", Outcome::negative);
    add(name + " just earlier", early[0], early[1], early[2], cq(ic), "female", "negative", Outcome::positive);
  }
  add("all late, woman", cq(36), cq(37), cq(34), cq(25), "female", "negative", Outcome::negative);
  add("all late, man", cq(36), cq(37), cq(34), cq(25), "male", "negative", Outcome::negative);
  add("all early", cq(26), cq(26), cq(26), cq(25), "female", "negative", Outcome::positive);
  add("control at 28", cq(30), cq(30), cq(30), cq(28), "female", "negative", Outcome::positive);
  add("control just beyond 28", cq(30), cq(30), cq(30), cq(std::nextafter(28.0, 99)), "female", "negative",
      Outcome::invalid);
  add("control without a Cq", cq(26), cq(26), cq(26), none(), "female", "negative", Outcome::invalid);
  add("target at the last cycle", cq(40), cq(40), cq(40), cq(25), "female", "negative", Outcome::negative);
  add("target after cycle 39", cq(39.5), cq(39.5), cq(39.5), cq(25), "female", "negative", Outcome::negative);
  add("fit failed", assay_test::unusable(), cq(37), cq(34), cq(25), "female", "negative", Outcome::invalid);
  add("early beside a failed fit", assay_test::unusable(), cq(26), cq(34), cq(25), "female", "negative",
      Outcome::positive);
  list.push_back(
      {assay, "two wells", {list.back().wells[0], list.back().wells[0]}, list.back().cells, Outcome::invalid, {}, {}});
  Vector without_sex = list[list.size() - 2];
  without_sex.name = "without sex";
  without_sex.cells.erase("sex");
  without_sex.outcome = Outcome::invalid;
  list.push_back(without_sex);
  if (!afp) return;
  add("without the strip", assay_test::unusable(), cq(26), cq(34), cq(25), "female", "", Outcome::invalid);
  // ASSAYS.md, finding 2: the number that stands for "no Ct" turns the call.
  add("finding 2, control at 26.1", none(), none(), none(), cq(26.1), "male", "positive", Outcome::negative);
  add("finding 2, control at 26.2", none(), none(), none(), cq(26.2), "male", "positive", Outcome::positive);
  // ASSAYS.md, finding 3: 49.996 is not 50.
  add("finding 3", none(), cq(25 + 5.5805), none(), cq(25), "female", "negative", Outcome::negative,
      {{"risk", "49.996"}});
}

inline void add_delta_cq(std::vector<Vector>& list) {
  using assay_test::cq;
  double reference = 0;
  const double at = after(25.98, reference);
  const auto add = [&](const std::string& name, const qpcr::CqObservation& sept9, const qpcr::CqObservation& ref,
                       Outcome outcome) {
    list.push_back({"septin9-delta-cq", name, {well("B1", {{"SEPT9", sept9}, {"REF", ref}})}, {}, outcome, {}, {}});
  };
  // Medians of the abstract: cancer 19.55, chronic liver disease 29.32, healthy 26.19.
  add("median of cancer", cq(19.55 + 19), cq(19), Outcome::positive);
  add("median of chronic liver disease", cq(29.32 + 19), cq(19), Outcome::negative);
  add("median of the healthy", cq(26.19 + 19), cq(19), Outcome::negative);
  add("on the cut-off", cq(at), cq(reference), Outcome::positive);
  add("just beyond", cq(std::nextafter(at, 99)), cq(reference), Outcome::negative);
  add("0.004 beyond, which rounds to the cut-off", cq(at + 0.004), cq(reference), Outcome::negative);
  add("not detected, early reference", assay_test::none(), cq(20), Outcome::negative);
  add("not detected, late reference", assay_test::none(), cq(26), Outcome::indeterminate);
  add("not detected, reference at 24.02", assay_test::none(), cq(24.5), Outcome::indeterminate);
  add("not detected, reference just early enough", assay_test::none(), cq(23.5), Outcome::negative);
  add("later than the protocol, late reference", cq(50.5), cq(26), Outcome::indeterminate);
  add("reference without a Cq", cq(38), assay_test::none(), Outcome::invalid);
  add("fit failed", assay_test::unusable(), cq(19), Outcome::invalid);
  list.push_back({"septin9-delta-cq",
                  "two wells",
                  {list[list.size() - 13].wells[0], list[list.size() - 13].wells[0]},
                  {},
                  Outcome::invalid,
                  {},
                  {}});
}

inline void add_msp(std::vector<Vector>& list) {
  using assay_test::cq;
  using assay_test::none;
  const auto add = [&](const std::string& name, const qpcr::CqObservation& mt1m_m, const qpcr::CqObservation& mt1m_u,
                       const qpcr::CqObservation& mt1g_m, const qpcr::CqObservation& mt1g_u, Outcome outcome) {
    list.push_back({"mt1m-mt1g",
                    name,
                    {well("B1", {{"MT1M_M", mt1m_m}, {"MT1M_U", mt1m_u}}, "MT1M"),
                     well("B2", {{"MT1G_M", mt1g_m}, {"MT1G_U", mt1g_u}}, "MT1G")},
                    {},
                    outcome,
                    {},
                    {}});
  };
  const auto u = cq(28);
  add("neither methylated", none(), u, none(), u, Outcome::negative);
  add("MT1M methylated", cq(33), u, none(), u, Outcome::positive);
  add("MT1G methylated", none(), u, cq(33), u, Outcome::positive);
  add("both methylated", cq(33), u, cq(33), u, Outcome::positive);
  add("MT1M wholly methylated", cq(33), none(), none(), u, Outcome::positive);
  add("MT1G wholly methylated", none(), u, cq(33), none(), Outcome::positive);
  add("no DNA of MT1M", none(), none(), none(), u, Outcome::invalid);
  add("no DNA of MT1G", none(), u, none(), none(), Outcome::invalid);
  add("no DNA of MT1M, MT1G methylated", none(), none(), cq(33), u, Outcome::positive);
  add("no DNA of MT1G, MT1M methylated", cq(33), u, none(), none(), Outcome::positive);
  add("no DNA at all", none(), none(), none(), none(), Outcome::invalid);
  add("M of MT1M at cycle 40", cq(40), u, none(), u, Outcome::positive);
  add("M of MT1G at cycle 40", none(), u, cq(40), u, Outcome::positive);
  add("M of MT1M at cycle 40, without U", cq(40), none(), none(), u, Outcome::positive);
  add("M of MT1G at cycle 40, without U", none(), u, cq(40), none(), Outcome::positive);
  add("M beyond cycle 40", cq(40.5), u, cq(40.5), u, Outcome::negative);
  add("U of MT1M at cycle 40", none(), cq(40), none(), u, Outcome::negative);
  add("U of MT1G at cycle 40", none(), u, none(), cq(40), Outcome::negative);
  add("U of MT1M beyond cycle 40", none(), cq(40.5), none(), u, Outcome::invalid);
  add("U of MT1G beyond cycle 40", none(), u, none(), cq(40.5), Outcome::invalid);
  add("U very early", none(), cq(10), none(), cq(10), Outcome::negative);
  Vector twice = list.back();
  twice.name = "two wells of a tube";
  twice.wells.push_back(twice.wells.front());
  twice.wells.back().well = "B3";
  twice.outcome = Outcome::invalid;
  list.push_back(twice);
  add("fit of MT1M failed", assay_test::unusable(), u, none(), u, Outcome::invalid);
}

inline void add_score(std::vector<Vector>& list, const std::string& assay, const std::string& name,
                      const Cells& changes, Outcome outcome, const std::string& score_class = {},
                      std::vector<PrintedValue> values = {}) {
  list.push_back({assay, name, {}, with(base_cells.at(assay), changes), outcome, score_class, std::move(values)});
}

inline void add_refused(std::vector<Vector>& list, const std::string& assay, const std::string& name,
                        const Cells& changes) {
  list.push_back({assay, name, {}, with(base_cells.at(assay), changes), Outcome::invalid, {}, {}, true});
}

inline void add_serum_scores(std::vector<Vector>& list) {
  const Outcome yes = Outcome::positive;
  const Outcome no = Outcome::negative;
  const std::string mau = "dcp [m[arb'U]/mL]";
  // ASSAYS.md, finding 4: 40 mAU/mL read as 40 ng/mL gives +1.21 in place of -1.08.
  for (const std::string assay : {"galad", "galad-pivka-mau"}) {
    add_score(list, assay, "40 ng/mL", {{"dcp", "40"}}, yes, {}, {{"galad", "1.21"}});
    add_score(list, assay, "0.752 ng/mL", {{"dcp", "0.752"}}, no, {}, {{"galad", "-1.08"}});
    add_score(list, assay, "woman", {{"sex", "female"}}, no, {}, {{"galad", "-1.43"}});
    add_score(list, assay, "AFP below 0.8, clear of the cut-off", {{"afp", "<0.8"}}, no);
    add_score(list, assay, "AFP below 100, may be either", {{"afp", "<100"}}, Outcome::indeterminate);
    add_score(list, assay, "AFP above 1000, clear of the cut-off", {{"afp", ">1000"}}, yes);
    add_score(list, assay, "vitamin K antagonist", {{"vitamin_k_antagonist", "yes"}}, Outcome::invalid);
    add_score(list, assay, "pregnant", {{"sex", "female"}, {"pregnancy", "yes"}}, Outcome::invalid);
    add_refused(list, assay, "DCP in another unit", {{"dcp", ""}, {"dcp [ug/L]", "40"}});
  }
  add_refused(list, "galad", "finding 4: PIVKA-II in mAU/mL is refused", {{"dcp", ""}, {mau, "40"}});
  add_score(list, "galad-pivka-mau", "finding 4: 40 mAU/mL, converted", {{"dcp", ""}, {mau, "40"}}, no, {},
            {{"galad", "-1.08"}});
  add_score(list, "asap", "40 mAU/mL", {}, no, {}, {{"asap", "0.039"}, {"probability", "0.5097"}});
  add_score(list, "asap", "60 mAU/mL", {{"pivka_ii", "60"}}, yes, {}, {{"probability", "0.6194"}});
  add_score(list, "asap", "woman, 60 mAU/mL", {{"pivka_ii", "60"}, {"sex", "female"}}, no);
  add_score(list, "asap", "AFP below 0.8", {{"afp", "<0.8"}}, no);
  add_score(list, "asap", "AFP below 100, may be either", {{"afp", "<100"}}, Outcome::indeterminate);
  add_score(list, "asap", "no hepatitis B", {{"hbsag", "negative"}}, Outcome::indeterminate);
  add_refused(list, "asap", "PIVKA-II in ng/mL is refused", {{"pivka_ii", ""}, {"pivka_ii [ng/mL]", "0.752"}});
  const Outcome scored = Outcome::scored;
  add_score(list, "asap-three-classes", "10 mAU/mL", {{"pivka_ii", "10"}}, scored, "low", {{"probability", "0.1835"}});
  add_score(list, "asap-three-classes", "40 mAU/mL", {}, scored, "medium", {{"probability", "0.5097"}});
  add_score(list, "asap-three-classes", "80 mAU/mL", {{"pivka_ii", "80"}}, scored, "high", {{"probability", "0.6911"}});
  add_score(list, "asap-recalibrated", "10 mAU/mL", {{"pivka_ii", "10"}}, scored, {}, {{"probability", "0.0065"}});
  add_score(list, "asap-recalibrated", "40 mAU/mL", {}, scored, {}, {{"probability", "0.0393"}});
  add_score(list, "asap-recalibrated", "80 mAU/mL, woman", {{"pivka_ii", "80"}, {"sex", "female"}}, scored);
  for (const std::string assay : {"asap", "asap-three-classes", "asap-recalibrated", "gaap"}) {
    add_score(list, assay, "vitamin K antagonist", {{"vitamin_k_antagonist", "yes"}}, Outcome::invalid);
    add_score(list, assay, "pregnant", {{"sex", "female"}, {"pregnancy", "yes"}}, Outcome::invalid);
  }
  for (const std::string assay : {"asap-three-classes", "asap-recalibrated"}) {
    add_score(list, assay, "no hepatitis B", {{"hbsag", "negative"}}, Outcome::invalid);
    add_score(list, assay, "woman", {{"sex", "female"}}, scored, assay == "asap-three-classes" ? "medium" : "");
  }
  add_score(list, "gaap", "man of 55", {}, scored, {}, {{"gaap", "-0.45"}});
  add_score(list, "gaap", "woman of 70", {{"age", "70"}, {"sex", "female"}}, scored, {}, {{"gaap", "0.26"}});
  add_score(list, "doylestown", "man of 55", {}, no, {}, {{"probability", "0.442"}});
  add_score(list, "doylestown", "man of 60", {{"age", "60"}}, yes, {}, {{"probability", "0.563"}});
  add_score(list, "doylestown", "woman of 60", {{"age", "60"}, {"sex", "female"}}, no);
  add_score(list, "doylestown", "pregnant", {{"sex", "female"}, {"pregnancy", "yes"}}, Outcome::invalid);
}

inline void add_risk_scores(std::vector<Vector>& list) {
  const Outcome scored = Outcome::scored;
  // The three vectors of the public test file of a cancer-risk library.
  add_score(list, "amap", "published vector 1", {}, scored, "medium", {{"amap", "53.82"}});
  add_score(list, "amap", "published vector 2",
            {{"age", "30"}, {"bilirubin", "10"}, {"albumin", "45"}, {"platelets", "250"}}, scored, "low",
            {{"amap", "41.10"}});
  add_score(list, "amap", "published vector 3",
            {{"age", "65"}, {"bilirubin", "25"}, {"albumin", "38"}, {"platelets", "150"}}, scored, "high",
            {{"amap", "64.88"}});
  add_score(list, "amap", "woman", {{"sex", "female"}}, scored, "low", {{"amap", "47.79"}});
  add_score(list, "albi", "grade 1", {}, scored, "grade_1", {{"albi", "-2.79"}});
  add_score(list, "albi", "grade 2", {{"albumin", "30"}}, scored, "grade_2", {{"albi", "-1.77"}});
  add_score(list, "albi", "grade 3", {{"albumin", "25"}, {"bilirubin", "60"}}, scored, "grade_3", {{"albi", "-0.95"}});
  for (const std::string assay : {"reach-b", "reach-b-iu"}) {
    add_score(list, assay, "man of 50", {}, scored, {}, {{"risk", "1.201"}});
    // The example call in the source's own code: man of 60, ALT 1, HBeAg, 99 999 copies.
    add_score(list, assay, "example of the source", {{"age", "60"}, {"alt", "1"}, {"hbv_dna", "99999"}}, scored, {},
              {{"risk", "2.172"}});
    add_score(list, assay, "woman without HBeAg", {{"sex", "female"}, {"hbeag", "negative"}}, scored);
    const std::vector<std::pair<std::string, std::string>> alt{
        {"0", "0.00000"},  {"14.999", "0.00000"}, {"14.999999999999998", "0.00000"}, {"15", "0.38823"},
        {"44", "0.38823"}, {"44.5", "0.38823"},   {"44.99999999999999", "0.38823"},  {"45", "0.96311"}};
    for (const auto& [text, term] : alt)
      add_score(list, assay, "ALT " + text, {{"alt", text}}, scored, {}, {{"alt_term", term}});
    const std::vector<std::pair<std::string, std::string>> dna{
        {"1", "0.00000"},       {"299.99999999999994", "0.00000"},
        {"300", "0.11648"},     {"9999", "0.11648"},
        {"9999.5", "0.11648"},  {"9999.999999999998", "0.11648"},
        {"10000", "1.31467"},   {"99999.99999999999", "1.31467"},
        {"100000", "2.27028"},  {"999999.9999999999", "2.27028"},
        {"1000000", "2.09258"}, {"1000000000", "2.09258"}};
    for (const auto& [text, term] : dna) {
      add_score(list, assay, "HBV DNA " + text, {{"hbv_dna", text}}, scored, {}, {{"dna_term", term}});
    }
    add_score(list, assay, "no hepatitis B", {{"hbsag", "negative"}}, Outcome::invalid);
    add_score(list, assay, "cirrhosis", {{"cirrhosis", "yes"}}, Outcome::invalid);
  }
  const std::string iu = "hbv_dna [[IU]/mL]";
  add_refused(list, "reach-b", "IU/mL is refused", {{"hbv_dna", ""}, {iu, "2000"}});
  add_score(list, "reach-b-iu", "1 718 IU/mL are 9 998.76 copies", {{"hbv_dna", ""}, {iu, "1718"}}, scored, {},
            {{"dna_term", "0.11648"}});
  add_score(list, "reach-b-iu", "1 719 IU/mL are 10 004.58 copies", {{"hbv_dna", ""}, {iu, "1719"}}, scored, {},
            {{"dna_term", "1.31467"}});
  add_score(list, "balad-2", "group 3", {}, scored, "group_3", {{"balad2", "-0.57"}});
  add_score(list, "balad-2", "AFP at the cap", {{"afp", "50000"}}, scored, "group_4", {{"balad2", "0.43"}});
  add_score(list, "balad-2", "AFP beyond the cap", {{"afp", "60000"}}, scored, "group_4", {{"balad2", "0.43"}});
  add_score(list, "balad-2", "vitamin K antagonist", {{"vitamin_k_antagonist", "yes"}}, Outcome::invalid);
  add_score(list, "kotoh-septin9-copies", "median of cancer", {}, Outcome::positive);
  add_score(list, "kotoh-septin9-copies", "median of chronic liver disease", {{"methylated_sept9", "2.0"}},
            Outcome::negative);
  add_score(list, "kotoh-septin9-copies", "on the cut-off", {{"methylated_sept9", "4.6"}}, Outcome::positive);
  add_score(list, "kotoh-septin9-copies", "just below",
            {{"methylated_sept9", qpcr::format_double(std::nextafter(4.6, 0))}}, Outcome::negative);
  add_score(list, "kotoh-septin9-copies", "4.59", {{"methylated_sept9", "4.595"}}, Outcome::negative);
}

inline void add_covariates(std::vector<Vector>& list) {
  for (const CovariateVector& covariate : covariate_vectors()) {
    const auto text = [](double value) { return qpcr::format_double(value); };
    const std::string& id = covariate.covariate;
    const double below = std::nextafter(covariate.minimum, -1e300);
    add_score(list, covariate.assay, "without " + id, {{id, ""}}, covariate.missing);
    add_refused(list, covariate.assay, id + " below its range", {{id, covariate.minimum > 0 ? text(below) : "-0.001"}});
    add_refused(list, covariate.assay, id + " above its range", {{id, text(std::nextafter(covariate.maximum, 1e300))}});
    for (const double edge : {covariate.minimum, covariate.maximum}) {
      add_score(list, covariate.assay, id + " at " + text(edge), {{id, text(edge)}}, Outcome::invalid);
      list.back().computed = true;
    }
  }
  for (const CategoryVector& category : category_vectors()) {
    add_score(list, category.assay, "without " + category.covariate, {{category.covariate, ""}}, category.missing);
    add_refused(list, category.assay, "unknown code of " + category.covariate, {{category.covariate, "1"}});
  }
}

/// Vectors typed from the sources, and the truth tables of the rules.
inline std::vector<Vector> published_vectors() {
  std::vector<Vector> list;
  add_septin(list, "septin9-triplicate-1of3", 1, 33.7, true, 50);
  add_septin(list, "septin9-triplicate-2of3", 2, 33.7, true, 50);
  add_septin(list, "septin9-us-triplicate", 1, 32.1, false, 45);
  add_three_gene(list, "methylation-three-gene-afp", {4.53, 5.58, 2.93});
  add_three_gene(list, "methylation-three-gene", {5.49, 6.05, 2.93});
  add_delta_cq(list);
  add_msp(list);
  add_serum_scores(list);
  add_risk_scores(list);
  add_covariates(list);
  return list;
}

inline std::vector<ControlVector> control_vectors() {
  using assay_test::cq;
  using assay_test::none;
  std::vector<ControlVector> list;
  const auto add = [&](const std::string& assay, const std::string& control, const std::string& target, double limit,
                       bool strict) {
    list.push_back({assay, control, target, cq(10), true});
    list.push_back({assay, control, target, cq(std::nextafter(limit, 0)), true});
    list.push_back({assay, control, target, cq(limit), !strict});
    list.push_back({assay, control, target, cq(std::nextafter(limit, 99)), false});
    list.push_back({assay, control, target, none(), false});
    list.push_back({assay, control, target, assay_test::unusable(), false});
  };
  const auto add_absent = [&](const std::string& assay, const std::string& control, const std::string& target) {
    list.push_back({assay, control, target, none(), true});
    list.push_back({assay, control, target, cq(38), false});
    list.push_back({assay, control, target, assay_test::unusable(), false});
  };
  for (const std::string assay : {"septin9-triplicate-1of3", "septin9-triplicate-2of3"}) {
    add(assay, "PC", "SEPT9", 40.5, true);
    add(assay, "PC", "ACTB", 30.3, true);
    add_absent(assay, "NC", "SEPT9");
    add(assay, "NC", "ACTB", 37.1, true);
  }
  add("septin9-us-triplicate", "PC", "SEPT9", 41.1, false);
  add("septin9-us-triplicate", "PC", "ACTB", 29.8, false);
  add_absent("septin9-us-triplicate", "NC", "SEPT9");
  add("septin9-us-triplicate", "NC", "ACTB", 37.2, false);
  return list;
}

}  // namespace assay_vectors
