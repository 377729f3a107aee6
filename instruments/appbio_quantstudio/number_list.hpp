// Numbers in a row as Java writes them, parsed in place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace qpcr::appbio_quantstudio {

/// The decimal number a text begins with, by std::from_chars and not beyond it. @return its length, 0 for none ("NaN",
/// "inf", "+1").
std::size_t scan_number(std::string_view text, double& number);

/// Reads numbers between commas, tabs, semicolons or white space, with or without brackets around all: "[1.0, NaN]",
/// "59.0\t58.0". "NaN" is a missing reading; nothing else but numbers is one.
/// @param numbers appended to. @return the first text that is no number, empty when there was none.
std::string_view read_number_list(std::string_view text, std::vector<double>& numbers);

/// Parts of "[FAM, ROX]"; "[]" and "" have none. They point into the text.
std::vector<std::string_view> split_list(std::string_view text);

}  // namespace qpcr::appbio_quantstudio
