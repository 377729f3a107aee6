// Writes the synthetic files of eppendorf_realplex exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_eppendorf_realplex() { return {}; }

}  // namespace qpcr::test
