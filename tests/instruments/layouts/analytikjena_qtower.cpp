// Writes the synthetic files of analytikjena_qtower exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_analytikjena_qtower() { return {}; }

}  // namespace qpcr::test
