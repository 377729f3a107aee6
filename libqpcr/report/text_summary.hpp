// What a terminal shows of a plate result: the verdict, the counts, who is positive, what needs the eye and why.
#pragma once

#include <string>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/report/catalogue.hpp"

namespace qpcr {

/// @param colour ANSI colours beside the words and symbols; the caller decides (terminal, NO_COLOR).
std::string render_text_summary(const PlateResult& result, Language language, bool colour);

}  // namespace qpcr
