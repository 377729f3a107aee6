// The evaluations of this area as the registry knows them, gathered.
#include "libqpcr/study/agreement/method_evaluations.hpp"
#include "libqpcr/study/evaluation_areas.hpp"

namespace qpcr {

std::vector<Evaluation> agreement_evaluations() {
  std::vector<Evaluation> all = method_evaluations();
  const std::vector<Evaluation> readers = reader_evaluations();
  all.insert(all.end(), readers.begin(), readers.end());
  return all;
}

}  // namespace qpcr
