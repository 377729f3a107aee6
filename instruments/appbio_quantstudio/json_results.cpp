// Reads results of the JSON layout.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/json_layout.hpp"
#include "instruments/appbio_quantstudio/leave_out.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

using nlohmann::json;

/// Names of quality flags: texts, or objects that say their name.
void add_flags(const json& list, const std::string& path, AnalysisResult& result) {
  std::vector<std::string>& flags = result.flags;
  for (const json& flag : list) {
    std::string text;
    if (flag.is_string()) text = to_cell(flag);
    for (const char* key : {"flag", "name", "code", "type"}) {
      if (text.empty()) text = find_text(flag, key);
    }
    if (text.empty() || std::find(flags.begin(), flags.end(), text) != flags.end()) continue;
    if (flags.size() == most_targets) {
      refuse(ErrorCode::malformed_file, path, 0,
             fmt::format("a result of the well with index {} has more than {} flags", result.well, most_targets));
    }
    flags.push_back(std::move(text));
  }
}

void read_amplification(const json& amplification, const std::string& path, AnalysisResult& result) {
  const auto cq = amplification.find("cq");
  if (cq != amplification.end()) {
    result.ct_text = to_cell(*cq);
    result.ct = find_number(amplification, "cq");
  }
  result.algorithm = find_text(amplification, "cqAlgorithm");
  if (result.algorithm.empty()) result.algorithm = "Ct";
  result.confidence = find_number(amplification, "cqConf");
  result.threshold = find_number(amplification, "ctThreshold");
  result.baseline_first_cycle = find_number(amplification, "ctBaselineStart");
  result.baseline_last_cycle = find_number(amplification, "ctBaselineEnd");
  // Nothing was found: -1.
  if (result.threshold && !(*result.threshold > 0)) result.threshold.reset();
  if (result.baseline_first_cycle && !(*result.baseline_first_cycle > 0)) result.baseline_first_cycle.reset();
  if (result.baseline_last_cycle && !(*result.baseline_last_cycle > 0)) result.baseline_last_cycle.reset();
  result.call = find_text(amplification, "ampStatus");
  add_flags(find_list(amplification, "flags"), path, result);
  result.rn = read_numbers(find_list(amplification, "rn"), path, fmt::format("rn of well {}", result.well));
  result.delta_rn =
      read_numbers(find_list(amplification, "deltaRn"), path, fmt::format("deltaRn of well {}", result.well));
}

void read_melt(const json& melt, AnalysisResult& result, NotReadList& not_read) {
  for (const auto& [key, value] : melt.items()) {
    if (key != "tm" && key != "tms") {
      leave_out(not_read, fmt::format("analysis_result.json: meltResult.{}", to_valid_utf8(key)),
                "its meaning is not known to us; the melting curve is read from the signals");
      continue;
    }
    if (value.is_number()) result.melting_temperatures_celsius.push_back(value.get<double>());
    for (const json& peak : value.is_array() ? value : json::array()) {
      if (peak.is_number()) result.melting_temperatures_celsius.push_back(peak.get<double>());
    }
  }
}

/// Objects of one kind as rows; columns are their keys in the order of the alphabet.
void add_table(std::string name, const json& list, std::vector<VendorTable>& tables) {
  constexpr std::size_t most_columns = 64;
  constexpr std::size_t most_rows = 100'000;
  VendorTable table;
  table.name = std::move(name);
  std::set<std::string> keys;
  for (const json& entry : list) {
    if (!entry.is_object()) continue;
    for (const auto& [key, value] : entry.items()) {
      if (keys.size() < most_columns) keys.insert(key);
    }
  }
  if (keys.empty() || list.size() > most_rows) return;
  table.columns.assign(keys.begin(), keys.end());
  for (const json& entry : list) {
    if (!entry.is_object()) continue;
    std::vector<std::string>& row = table.rows.emplace_back();
    for (const std::string& key : table.columns) {
      const auto value = entry.find(key);
      row.push_back(value == entry.end() ? std::string{} : to_cell(*value));
    }
  }
  tables.push_back(std::move(table));
}

}  // namespace

std::vector<AnalysisResult> read_json_results(const JsonMember& member, std::vector<VendorTable>& tables,
                                              NotReadList& not_read) {
  std::vector<AnalysisResult> results;
  std::set<WellTarget> seen;
  for (const json& entry : find_list(member.root, "wellResults")) {
    const std::optional<long> well = find_integer(entry, "wellIndex");
    if (!well || *well < 0 || *well >= most_wells) {
      refuse(ErrorCode::invalid_value, member.path, 0, "wellIndex", well ? fmt::format("{}", *well) : std::string{},
             fmt::format("a well index from 0 to {}", most_wells - 1));
    }
    for (const json& reaction : find_list(entry, "reactionResults")) {
      AnalysisResult& result = results.emplace_back();
      result.well = *well;
      result.sample = find_text(entry, "sampleName");
      result.target = find_text(reaction, "targetName");
      result.task = find_text(reaction, "task");
      result.omitted = find_truth(reaction, "omitted") || find_truth(entry, "omitted");
      add_flags(find_list(reaction, "resultQCIssues"), member.path, result);
      if (!seen.emplace(*well, result.target).second) {
        refuse(ErrorCode::duplicate_entry, member.path, 0,
               fmt::format("the well with index {} has target '{}' twice", *well, result.target));
      }
      const json& amplification = find_object(reaction, "amplificationResult");
      if (amplification.is_object()) read_amplification(amplification, member.path, result);
      for (const char* key : {"meltResult", "meltCurveResult"}) {
        if (const json& melt = find_object(reaction, key); melt.is_object()) read_melt(melt, result, not_read);
      }
    }
  }
  add_table("replicateGroupResults", find_list(member.root, "replicateGroupResults"), tables);
  return results;
}

void read_standard_curves(const JsonMember& member, std::map<WellTarget, double>& quantities,
                          std::vector<VendorTable>& tables) {
  add_table("standardCurves", find_list(member.root, "standardCurves"), tables);
  for (const json& reaction : find_list(member.root, "reactions")) {
    const std::optional<long> well = find_integer(reaction, "wellIndex");
    const std::optional<double> quantity = find_number(reaction, "quantity");
    // -1 is none.
    if (well && quantity && *quantity >= 0) quantities[{*well, find_text(reaction, "targetName")}] = *quantity;
  }
}

}  // namespace qpcr::appbio_quantstudio
