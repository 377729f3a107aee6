// Vectors whose score lies exactly on a cut-off or class edge, or one step beside it, found by moving a covariate.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/assay/published_vectors.hpp"

namespace assay_vectors {

/// A cut-off or class edge of a score, and the covariate that is moved until the score lies on it.
struct Edge {
  std::string assay;
  std::string value;
  double limit = 0.0;
  std::string driver;
  double from = 0.0;  ///< of the driver; the score is monotone between
  double to = 0.0;
  std::string below;   ///< outcome, or class, just below the limit
  std::string at;      ///< at it
  std::string above;   ///< just above
  std::string nudge;   ///< another number, moved in small steps until the limit is met exactly
  Cells changes = {};  ///< of the base cells
};

/// A woman, where sex would be added last and spoil the last bits of the score.
inline Cells edge_cells(const Edge& edge) {
  Cells cells = base_cells.at(edge.assay);
  if (cells.count("sex") > 0) cells["sex"] = "female";
  return with(cells, edge.changes);
}

inline std::vector<Edge> edges() {
  return {
      {"galad", "galad", -0.63, "dcp", 0.01, 1e6, "negative", "positive", "positive", "afp_l3", {{"age", "70"}}},
      {"galad-pivka-mau",
       "galad",
       -0.63,
       "dcp",
       0.01,
       1e6,
       "negative",
       "positive",
       "positive",
       "afp_l3",
       {{"age", "70"}}},
      {"asap", "probability", 0.5256, "pivka_ii", 0.5, 1e6, "negative", "positive", "positive", "age"},
      {"asap-three-classes", "probability", 0.333, "pivka_ii", 0.5, 1e6, "low", "low", "medium", "age"},
      {"asap-three-classes", "probability", 0.666, "pivka_ii", 0.5, 1e6, "medium", "medium", "high", "age"},
      {"amap",
       "amap",
       50,
       "bilirubin",
       0.1,
       2000,
       "low",
       "medium",
       "medium",
       "platelets",
       {{"age", "24"}, {"platelets", "10"}}},
      {"amap", "amap", 60, "bilirubin", 0.1, 2000, "medium", "high", "high", "platelets", {{"age", "75"}}},
      {"albi", "albi", -2.60, "bilirubin", 0.1, 2000, "grade_1", "grade_1", "grade_2", "albumin"},
      {"albi", "albi", -1.39, "bilirubin", 0.1, 2000, "grade_2", "grade_2", "grade_3", "albumin", {{"albumin", "30"}}},
      {"doylestown", "probability", 0.5, "afp", 0.01, 1e7, "negative", "positive", "positive", "alp"},
  };
}

/// A score whose classes are for its rounded value, near a rounding edge.
struct RoundedEdge {
  std::string assay;
  std::string value;
  double score = 0.0;
  std::string driver;
  double from = 0.0;
  double to = 0.0;
  std::string outcome;
};

inline std::vector<RoundedEdge> rounded_edges() {
  std::vector<RoundedEdge> list;
  const auto add = [&](double score, const std::string& group) {
    list.push_back({"balad-2", "balad2", score, "albumin", 5, 80, group});
  };
  add(-1.746, "group_1");
  add(-1.744, "group_1");
  add(-1.736, "group_1");
  add(-1.734, "group_2");
  add(-0.914, "group_2");
  add(-0.906, "group_2");
  add(-0.904, "group_3");
  add(0.236, "group_3");
  add(0.244, "group_3");
  add(0.246, "group_4");
  // aMAP of 59.84 is of medium risk; a calculator that rounds it to 60 says high.
  list.push_back({"amap", "amap", 59.84, "platelets", 1, 2000, "medium"});
  list.push_back({"amap", "amap", 49.96, "platelets", 1, 2000, "low"});
  return list;
}

inline double score_of(const qpcr::AssayDefinition& definition, const Vector& vector, const std::string& id) {
  const qpcr::SampleCall call = qpcr::call_sample(definition, observe(definition, vector));
  for (const qpcr::NamedValue& value : call.values) {
    if (value.id == id && value.value) return *value.value;
  }
  throw std::logic_error("the vector has no " + id);
}

/// The driver at which a score comes nearest to `score`, by bisection of the definition itself.
inline double solve(const qpcr::AssayDefinition& definition, Vector& vector, const std::string& value, double score,
                    const std::string& driver, double low, double high) {
  const auto at = [&](double x) {
    vector.cells[driver] = qpcr::format_double(x);
    return score_of(definition, vector, value);
  };
  const bool rising = at(low) < at(high);
  for (int i = 0; i < 200 && std::nextafter(low, high) < high; ++i) {
    const double middle = low + (high - low) / 2;
    if ((at(middle) < score) == rising) {
      low = middle;
    } else {
      high = middle;
    }
  }
  at(high);
  return high;
}

/// Three vectors at an edge: the score just below it, exactly on it, just above. @throws std::logic_error when no
/// driver puts the score exactly there.
inline std::vector<Vector> edge_vectors(const qpcr::AssayDefinition& definition, const Edge& edge) {
  const auto expect = [&](Vector vector, const std::string& name, const std::string& outcome) {
    vector.name = edge.value + " " + name + " " + qpcr::format_double(edge.limit);
    vector.outcome = outcome == "positive"   ? Outcome::positive
                     : outcome == "negative" ? Outcome::negative
                                             : Outcome::scored;
    vector.score_class = vector.outcome == Outcome::scored ? outcome : std::string();
    return vector;
  };
  Vector vector{edge.assay, {}, {}, edge_cells(edge), Outcome::invalid, {}, {}};
  const double nudge = qpcr::parse_double(vector.cells.at(edge.nudge)).value();
  for (int i = 0; i < 40; ++i) {
    vector.cells[edge.nudge] = qpcr::format_double(nudge + i * 0.0625);
    const auto moved = [&](double x) {
      Vector copy = vector;
      copy.cells[edge.driver] = qpcr::format_double(x);
      return copy;
    };
    const auto score = [&](double x) { return score_of(definition, moved(x), edge.value); };
    const double at = solve(definition, vector, edge.value, edge.limit, edge.driver, edge.from, edge.to);
    if (score(at) != edge.limit) continue;
    // The nearest driver to either side with another score, found by doubling the distance.
    const auto beside = [&](double end) {
      double step = std::abs(std::nextafter(at, end) - at);
      double x = at;
      while (score(x) == edge.limit) {
        x = end < at ? at - step : at + step;
        step *= 2;
      }
      return x;
    };
    const bool rising = score(edge.from) < score(edge.to);
    return {expect(moved(beside(rising ? edge.from : edge.to)), "just below", edge.below),
            expect(moved(at), "on", edge.at),
            expect(moved(beside(rising ? edge.to : edge.from)), "just above", edge.above)};
  }
  throw std::logic_error("no " + edge.driver + " puts " + edge.value + " exactly on " +
                         qpcr::format_double(edge.limit) + " in " + edge.assay);
}

inline Vector rounded_edge_vector(const qpcr::AssayDefinition& definition, const RoundedEdge& edge) {
  Vector vector{edge.assay,
                edge.value + " of " + qpcr::format_double(edge.score),
                {},
                base_cells.at(edge.assay),
                Outcome::scored,
                edge.outcome,
                {}};
  solve(definition, vector, edge.value, edge.score, edge.driver, edge.from, edge.to);
  return vector;
}

}  // namespace assay_vectors
