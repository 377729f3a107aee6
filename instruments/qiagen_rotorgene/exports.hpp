// The three files of a Rotor-Gene, each read by itself.
#pragma once

#include "instruments/base/reader.hpp"

namespace qpcr::qiagen_rotorgene {

/// "Excel Analysed Data Export": results, one block an acquisition and page.
RunData read_analysed_export(const InputFile& file);

/// "Excel Raw Data Export": curves, one table an acquisition, one column a tube.
RunData read_raw_export(const InputFile& file);

/// Run file: XML with samples, groups and raw channels.
RunData read_rex(const InputFile& file);

}  // namespace qpcr::qiagen_rotorgene
