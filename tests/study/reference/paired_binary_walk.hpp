// The walker of the comparisons of two binary tests on the same subjects.
#pragma once

#include "tests/study/reference/walk.hpp"

namespace qpcr::test {

/// A case of paired_binary_tests.json.
void walk_paired_binary(ReferenceCase& c);

}  // namespace qpcr::test
