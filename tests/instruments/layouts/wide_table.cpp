// Writes the synthetic files of wide_table exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_wide_table() { return {}; }

}  // namespace qpcr::test
