// Writes the synthetic files of chai_openqpcr exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_chai_openqpcr() { return {}; }

}  // namespace qpcr::test
