// The evaluations of this area as the registry knows them: tables in, results of one shape out.
#include "libqpcr/study/detection/detection_adapters.hpp"
#include "libqpcr/study/evaluation_areas.hpp"

namespace qpcr {

std::vector<Evaluation> detection_evaluations() {
  std::vector<Evaluation> all = hit_detection_evaluations();
  for (Evaluation& one : quantity_detection_evaluations()) all.push_back(std::move(one));
  return all;
}

}  // namespace qpcr
