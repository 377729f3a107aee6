// Writes the synthetic files of mapped_table exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_mapped_table() { return {}; }

}  // namespace qpcr::test
