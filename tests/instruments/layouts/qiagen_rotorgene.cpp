// Writes the synthetic files of qiagen_rotorgene exports.
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {

std::vector<CorpusFile> corpus_qiagen_rotorgene() { return {}; }

}  // namespace qpcr::test
