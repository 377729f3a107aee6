// The evaluations of this area as the registry knows them: tables in, results of one shape out.
#include <iterator>

#include "libqpcr/study/evaluation_areas.hpp"
#include "libqpcr/study/roc/roc_tables.hpp"

namespace qpcr {

std::vector<Evaluation> roc_evaluations() {
  std::vector<Evaluation> all = roc_area_evaluations();
  std::vector<Evaluation> cutoffs = roc_cutoff_evaluations();
  std::move(cutoffs.begin(), cutoffs.end(), std::back_inserter(all));
  return all;
}

}  // namespace qpcr
