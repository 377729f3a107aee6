// Walkers of NIST's certified regressions; apart because their solvers of many sizes are slow to compile.
#pragma once

#include "tests/study/reference/walk.hpp"

namespace qpcr::test {

void walk_nist_linear(ReferenceCase& test_case);
/// Both starts; the bar is the curve engine's own: 8 digits of parameters and sum of squares, 7 of standard errors.
void walk_nist_nonlinear(ReferenceCase& test_case);

}  // namespace qpcr::test
