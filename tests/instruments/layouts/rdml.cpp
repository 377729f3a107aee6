// Writes the synthetic files of rdml exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_rdml() { return {}; }

}  // namespace qpcr::test
