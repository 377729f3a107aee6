// Writes the synthetic files of biorad_cfx exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_biorad_cfx() { return {}; }

}  // namespace qpcr::test
