// Writes the synthetic files of esco_spectrum exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_esco_spectrum() { return {}; }

}  // namespace qpcr::test
