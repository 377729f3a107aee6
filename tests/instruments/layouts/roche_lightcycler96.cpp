// Writes the synthetic files of roche_lightcycler96 exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_roche_lightcycler96() { return {}; }

}  // namespace qpcr::test
