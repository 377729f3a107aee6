// Writes the synthetic files of dnatechnology_dtprime exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_dnatechnology_dtprime() { return {}; }

}  // namespace qpcr::test
