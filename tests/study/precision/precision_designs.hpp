// Small designs with drawn values for the tests of precision.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/math/random_model.hpp"
#include "libqpcr/math/resampling.hpp"
#include "libqpcr/study/precision/precision_factor.hpp"

namespace qpcr::test {

inline double draw_uniform(ResamplingStream& stream) {
  return (static_cast<double>(stream.bits() >> 11U) + 0.5) / 9007199254740992.0;
}

inline double draw_normal(ResamplingStream& stream) { return normal_quantile(draw_uniform(stream)); }

inline PrecisionFactor make_factor(const std::string& name, const std::vector<int>& levels) {
  std::vector<std::string> texts;
  for (const int level : levels) texts.push_back(std::to_string(level));
  return number_levels(name, {texts.begin(), texts.end()});
}

inline RandomTerm make_term(const std::vector<int>& levels) {
  const PrecisionFactor factor = make_factor("term", levels);
  return {factor.level, static_cast<int>(factor.labels.size())};
}

/// Days of runs of replicates, balanced, with the given standard deviations.
struct DayRunStudy {
  std::vector<double> values;
  std::vector<int> day;
  std::vector<int> run;  ///< numbered within the day
};

inline DayRunStudy draw_days(ResamplingStream& stream, int days, int runs, int replicates, double day_sd, double run_sd,
                             double error_sd) {
  DayRunStudy study;
  for (int d = 0; d < days; ++d) {
    const double day = day_sd * draw_normal(stream);
    for (int r = 0; r < runs; ++r) {
      const double run = run_sd * draw_normal(stream);
      for (int i = 0; i < replicates; ++i) {
        study.values.push_back(20.0 + day + run + error_sd * draw_normal(stream));
        study.day.push_back(d);
        study.run.push_back(r);
      }
    }
  }
  return study;
}

}  // namespace qpcr::test
