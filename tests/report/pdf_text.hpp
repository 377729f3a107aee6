// The text of a PDF by pdftotext, for tests.
#pragma once

#include <string>
#include <string_view>

namespace qpcr::testing {

/// Text of all pages, each closed by a form feed. Throws where pdftotext (poppler-utils) is missing or fails.
/// @param mode "" for reading order, "-raw" for painting order (rotated text in one piece).
std::string pdf_to_text(std::string_view pdf, std::string_view mode = {});

/// Without white space: a cell may break its text over lines, and pdftotext guesses the blanks.
std::string squeeze(std::string_view text);

std::size_t count_occurrences(std::string_view text, std::string_view words);

}  // namespace qpcr::testing
