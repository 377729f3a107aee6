// Writes the synthetic files of biorad_iq exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_biorad_iq() { return {}; }

}  // namespace qpcr::test
