// Writes the synthetic files of bms_mic exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_bms_mic() { return {}; }

}  // namespace qpcr::test
