// Writes the synthetic files of fluidigm_biomark exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_fluidigm_biomark() { return {}; }

}  // namespace qpcr::test
