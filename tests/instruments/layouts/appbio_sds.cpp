// Writes the synthetic files of appbio_sds exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_appbio_sds() { return {}; }

}  // namespace qpcr::test
