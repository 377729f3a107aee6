// Makes spellings of a column header comparable.
#pragma once

#include <string>
#include <string_view>

namespace qpcr {

/// `text` after Unicode compatibility folding (NFKC with case folded: full-width forms, superscripts, ligatures), with
/// Cyrillic letters that look Latin made Latin (StepOne writes "Cт" with U+0442), without white space and without
/// '_'. "Well Position", "well_position" and "ＷＥＬＬ　ＰＯＳＩＴＩＯＮ" become one.
std::string fold_header(std::string_view text);

}  // namespace qpcr
