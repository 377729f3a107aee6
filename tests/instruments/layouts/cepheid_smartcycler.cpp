// Writes the synthetic files of cepheid_smartcycler exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_cepheid_smartcycler() { return {}; }

}  // namespace qpcr::test
