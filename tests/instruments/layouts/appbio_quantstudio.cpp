// Writes the synthetic files of appbio_quantstudio exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_appbio_quantstudio() { return {}; }

}  // namespace qpcr::test
