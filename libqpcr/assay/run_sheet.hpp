// The run sheet: instrument, lots with their expiry, and the plate, as the laboratory states them beside the file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"

namespace qpcr {

struct ReagentLot {
  std::string kind;  ///< "reagent", "extraction", "conversion", "reverse_transcription" …
  std::string lot;
  std::string expires;             ///< ISO 8601, the last day
  std::vector<std::string> wells;  ///< those it was used in; empty: all

  bool operator==(const ReagentLot&) const = default;
};

/// Schema qpcr.run_sheet/1, TOML (docs/formats/run_sheet.md).
struct RunSheet {
  std::string run_date;           ///< ISO 8601; empty: the file's date counts
  std::string instrument_serial;  ///< empty: the file's counts
  std::vector<ReagentLot> lots;
  SourceFile source;
  std::string plate_barcode = {};  ///< empty: not stated

  bool operator==(const RunSheet&) const = default;
};

/// @throws Error invalid_value with line and key; file_not_found, file_unreadable.
RunSheet read_run_sheet(const std::filesystem::path& path);
RunSheet parse_run_sheet(std::string_view toml, const std::string& path);

}  // namespace qpcr
