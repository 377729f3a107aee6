// Writes the synthetic files of rdes exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_rdes() { return {}; }

}  // namespace qpcr::test
