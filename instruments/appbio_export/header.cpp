// Reads the lines above and below the tables.
#include "instruments/appbio_export/header.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_export/wells.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_export {
namespace {

/// Numbers in a text, in their order.
std::vector<long> find_numbers(std::string_view text) {
  std::vector<long> numbers;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == at) {
      ++at;
      continue;
    }
    if (const std::optional<long> number = parse_integer(text.substr(at, end - at))) numbers.push_back(*number);
    at = end;
  }
  return numbers;
}

/// "NA" is written for a field that nobody filled in.
std::string filled(std::string_view value) {
  return value == "NA" || value == "N/A" ? std::string() : std::string(value);
}

/// A spreadsheet makes "1234.0" or "1.234E3" of a number that names something.
std::string to_identifier(std::string_view text) {
  if (text.find_first_of(".E") == std::string_view::npos) return std::string(text);
  const std::optional<long> number = parse_whole(text);
  return number ? fmt::format("{}", *number) : std::string(text);
}

constexpr std::array<std::string_view, 7> private_keys{
    "operator", "username", "experimentusername", "exportedby", "filename", "experimentfilename", "analyzedby"};

/// "C:\\runs\\plate 1.eds" → "plate 1".
std::string stem_of(std::string_view path) {
  const std::size_t slash = path.find_last_of("\\/");
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  if (to_lower_ascii(path).ends_with(".eds")) path.remove_suffix(4);
  return std::string(trim(path));
}

}  // namespace

std::optional<StageStep> parse_stage_step(std::string_view text) {
  const std::string folded = fold_header(text);
  if (folded.find("stage") == std::string::npos) return std::nullopt;
  const std::vector<long> numbers = find_numbers(folded);
  if (numbers.empty() || numbers.size() > 2) return std::nullopt;
  StageStep result;
  result.stage = numbers[0];
  if (numbers.size() == 2) result.step = numbers[1];
  return result;
}

std::optional<PlateGeometry> parse_block_type(std::string_view text) {
  const std::string folded = fold_header(text);
  if (folded.find("openarray") != std::string::npos) return PlateGeometry{32, 96};
  if (folded.find("arraycard") != std::string::npos || folded.find("tlda") != std::string::npos)
    return PlateGeometry{16, 24};
  for (const long number : find_numbers(folded)) {
    switch (number) {
      case 24:
        return PlateGeometry{4, 6};
      case 32:
        return PlateGeometry{4, 8};
      case 48:
        return PlateGeometry{6, 8};
      case 96:
        return PlateGeometry{8, 12};
      case 384:
        return PlateGeometry{16, 24};
      case 1536:
        return PlateGeometry{32, 48};
      default:
        break;
    }
  }
  return std::nullopt;
}

Header::Header(const std::vector<KeyValue>& entries) {
  std::unordered_map<std::string, std::size_t> known;
  for (const KeyValue& entry : entries) {
    const std::string folded = fold_header(entry.key);
    const auto [place, is_new] = known.emplace(folded, entries_.size());
    if (is_new) {
      entries_.push_back({folded, entry.key, entry.value});
    } else if (entries_[place->second].value.empty()) {
      entries_[place->second].value = entry.value;
    }
  }
}

std::string_view Header::find(FoldedNames keys) const {
  for (const std::string_view key : keys) {
    for (const Entry& entry : entries_) {
      if (entry.folded == key && !entry.value.empty()) return entry.value;
    }
  }
  return {};
}

std::optional<StageStep> Header::pcr_stage() const {
  return parse_stage_step(find({"pcrstage/stepnumber", "pcrstage/step", "stage/cyclewherectanalysisisperformed",
                                "stage/cyclewhereanalysisisperformed", "stage/cyclewherecrtanalysisisperformed"}));
}

std::optional<StageStep> Header::pre_read_stage() const { return parse_stage_step(find({"pre-readstage/step"})); }

std::optional<StageStep> Header::post_read_stage() const { return parse_stage_step(find({"post-readstage/step"})); }

std::string Header::algorithm() const {
  const std::string_view method = find({"quantificationcyclemethod"});
  if (equals_ignoring_case(method, "ct")) return "Ct";
  if (equals_ignoring_case(method, "crt")) return "CRT";
  return std::string(method);
}

std::optional<PlateGeometry> Header::plate() const { return parse_block_type(find({"blocktype"})); }

void Header::apply(RunData& run, NotReadList& not_read) const {
  run.instrument.vendor = "Applied Biosystems";
  run.instrument.model = find({"instrumenttype"});
  run.instrument.serial_number = to_identifier(find({"instrumentserialnumber"}));
  const std::string_view software = find({"softwarenameandversion"});
  const std::size_t version = software.rfind(" v");
  run.instrument.software = trim(software.substr(0, version));
  if (version != std::string_view::npos) run.instrument.software_version = trim(software.substr(version + 2));
  run.started_at = find({"runstartdate/time", "runstartdata/time", "experimentrunstarttime"});
  run.ended_at = find({"runenddate/time", "runenddata/time", "experimentrunendtime", "experimentrunstoptime"});
  if (run.ended_at == "Not Started") run.ended_at.clear();
  run.operator_name = filled(find({"operator", "username", "experimentusername"}));
  run.plate_barcode = to_identifier(filled(find({"barcode", "experimentbarcode", "platebarcode"})));
  run.notes = filled(find({"comment", "comments", "experimentcomment", "experimentcomments"}));
  const std::string_view reference = find({"passivereference"});
  if (!equals_ignoring_case(reference, "none")) run.passive_reference_dye = filled(reference);
  run.name = find({"experimentname"});
  if (run.name.empty()) run.name = stem_of(find({"experimentfilename", "filename"}));
  run.plate = plate();

  VendorTable table{"Header", {"Key", "Value"}, {}};
  for (const Entry& entry : entries_) {
    if (entry.value.empty()) continue;
    const bool names_people = std::find(private_keys.begin(), private_keys.end(), entry.folded) != private_keys.end();
    if (!names_people) {
      table.rows.push_back({entry.key, entry.value});
    } else if (entry.folded == "exportedby" || entry.folded == "analyzedby") {
      not_read.add(fmt::format("header: '{}'", entry.key), "names people");
    } else if (entry.folded.ends_with("filename")) {
      not_read.add(fmt::format("header: folder of '{}'", entry.key), "may name people; the name of the file is read");
    }
  }
  if (!table.rows.empty()) run.vendor_tables.push_back(std::move(table));
}

bool is_telling_key(std::string_view key) {
  constexpr std::array<std::string_view, 15> keys{"blocktype",
                                                  "experimentfilename",
                                                  "experimentrunendtime",
                                                  "experimentrunstarttime",
                                                  "passivereference",
                                                  "quantificationcyclemethod",
                                                  "instrumenttype",
                                                  "signalsmoothingon",
                                                  "pcrstage/stepnumber",
                                                  "runstartdate/time",
                                                  "heatedcoverserialnumber",
                                                  "softwarenameandversion",
                                                  "experimenttype",
                                                  "stage/cyclewhereanalysisisperformed",
                                                  "stage/cyclewherectanalysisisperformed"};
  const std::string folded = fold_header(key);
  return std::find(keys.begin(), keys.end(), folded) != keys.end();
}

}  // namespace qpcr::appbio_export
