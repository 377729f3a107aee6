// Writes the synthetic files of agilent_mxpro exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_agilent_mxpro() { return {}; }

}  // namespace qpcr::test
