// The evaluations of this area as the registry knows them: tables in, results of one shape out.
#include <iterator>
#include <utility>

#include "libqpcr/study/evaluation_areas.hpp"
#include "libqpcr/study/quantitative/adapter_support.hpp"

namespace qpcr {

std::vector<Evaluation> quantitative_evaluations() {
  std::vector<Evaluation> all = performance_entries();
  std::vector<Evaluation> samples = sample_entries();
  std::move(samples.begin(), samples.end(), std::back_inserter(all));
  for (Evaluation& one : all) one.area = "quantitative";
  return all;
}

}  // namespace qpcr
