// Writes the synthetic files of appbio_export exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_appbio_export() { return {}; }

}  // namespace qpcr::test
