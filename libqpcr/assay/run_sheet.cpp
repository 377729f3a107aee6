// The run sheet, read.
#include "libqpcr/assay/run_sheet.hpp"

#include <algorithm>
#include <set>

#include "libqpcr/assay/toml_document.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/core/well.hpp"
#include "libqpcr/seal/hash.hpp"

namespace qpcr {
namespace {

/// A place on a plate, or the number of a position in a rotor or strip.
bool is_well_label(std::string_view label) {
  if (parse_label(label)) return true;
  const std::string_view text = trim(label);
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return !text.empty() && text.size() <= 4 && digits && text.find_first_not_of('0') != std::string_view::npos;
}

ReagentLot parse_lot(const TomlTable& table) {
  table.allow_only({"kind", "lot", "expires", "wells"});
  ReagentLot lot;
  lot.kind = table.get_text("kind");
  lot.lot = table.get_text("lot");
  const std::optional<std::string> expires = table.find_date("expires");
  if (!expires) table.refuse("expires", "a date without quotes, the last day on which the lot may be used");
  lot.expires = *expires;
  if (const auto wells = table.find_texts("wells")) lot.wells = *wells;
  for (const std::string& label : lot.wells) {
    if (!is_well_label(label)) table.refuse("wells", "wells as 'B2', or positions as '12', each of them");
  }
  return lot;
}

}  // namespace

RunSheet parse_run_sheet(std::string_view toml, const std::string& path) {
  const TomlTable table = TomlTable::parse(toml, path, ErrorCode::invalid_value);
  table.allow_only({"schema", "run_date", "instrument_serial", "plate_barcode", "lots"});
  if (table.get_text("schema") != "qpcr.run_sheet/1") table.refuse("schema", "'qpcr.run_sheet/1'");
  RunSheet sheet;
  sheet.source = SourceFile{std::filesystem::path(path).filename().string(), sha256_hex(toml), toml.size()};
  sheet.run_date = table.find_date("run_date").value_or("");
  sheet.instrument_serial = table.find_text("instrument_serial").value_or("");
  sheet.plate_barcode = table.find_text("plate_barcode").value_or("");
  std::set<std::pair<std::string, std::string>> seen;
  for (const TomlTable& entry : table.find_tables("lots")) {
    ReagentLot lot = parse_lot(entry);
    if (!seen.emplace(lot.kind, lot.lot).second) entry.refuse_because("lot", "this lot stands in the sheet twice");
    sheet.lots.push_back(std::move(lot));
  }
  return sheet;
}

RunSheet read_run_sheet(const std::filesystem::path& path) { return parse_run_sheet(read_file(path), path.string()); }

}  // namespace qpcr
