// Writes the synthetic files of illumina_eco exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_illumina_eco() { return {}; }

}  // namespace qpcr::test
