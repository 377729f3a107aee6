// Joins results and curves that stand in two tables.
#include "instruments/appbio_sds/join.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_sds {
namespace {

/// Reporters that the tables name for one well and detector.
struct Reporters {
  std::string first;
  bool are_several = false;
  std::set<std::size_t> tables;
};

std::string key_of(const TableRow& row, PlateGeometry plate) {
  return to_well_id(row.well, plate).label + '\n' + row.measurement.target;
}

/// @return false where both are filled and differ.
bool take(std::string& into, std::string&& from) {
  if (from.empty()) return true;
  if (!into.empty()) return into == from;
  into = std::move(from);
  return true;
}

/// Nothing is replaced.
template <typename Value>
bool take(std::optional<Value>& into, const std::optional<Value>& from) {
  if (!into) into = from;
  return !from || into == from;
}

bool take_role(Measurement& into, Measurement& from) {
  if (from.role_text.empty()) return true;
  if (into.role_text.empty()) {
    into.role = from.role;
    into.role_text = std::move(from.role_text);
    return true;
  }
  return equals_ignoring_case(into.role_text, from.role_text) ||
         (into.role == from.role && into.role != SampleRole::unspecified);
}

/// What differs beside the Ct is that of the row with the Ct.
void fill(VendorResult& into, VendorResult&& from) {
  if (into.cq_status == CqStatus::not_measured && from.cq_status != CqStatus::not_measured) std::swap(into, from);
  take(into.threshold, from.threshold);
  take(into.cq_confidence, from.cq_confidence);
  take(into.call, std::move(from.call));
  take(into.baseline_first_cycle, from.baseline_first_cycle);
  take(into.baseline_last_cycle, from.baseline_last_cycle);
  take(into.quantity, from.quantity);
  if (into.melting_temperatures_celsius.empty())
    into.melting_temperatures_celsius = std::move(from.melting_temperatures_celsius);
  for (std::string& flag : from.flags) {
    if (std::find(into.flags.begin(), into.flags.end(), flag) == into.flags.end())
      into.flags.push_back(std::move(flag));
  }
}

}  // namespace

void name_dyes(std::vector<TableRow>& rows, PlateGeometry plate, const Grid& grid) {
  std::unordered_map<std::string, Reporters> named;
  for (const TableRow& row : rows) {
    if (row.measurement.dye.empty() || row.lacks_its_detector) continue;
    Reporters& reporters = named[key_of(row, plate)];
    if (reporters.tables.empty()) reporters.first = row.measurement.dye;
    reporters.are_several = reporters.are_several || reporters.first != row.measurement.dye;
    reporters.tables.insert(row.table);
  }
  for (TableRow& row : rows) {
    if (!row.measurement.dye.empty() || row.lacks_its_detector) continue;
    const auto found = named.find(key_of(row, plate));
    // A table that tells reporters apart means the row without one.
    if (found == named.end() || found->second.tables.contains(row.table)) continue;
    if (found->second.are_several) {
      grid.fail(ErrorCode::ambiguous_format, row.row, "Reporter", {},
                "the reporter, as another table has several for well " + to_well_id(row.well, plate).label);
    }
    row.measurement.dye = found->second.first;
  }
}

void join_row(Measurement& into, TableRow&& row, const Grid& grid) {
  Measurement& from = row.measurement;
  const bool results_twice =
      into.vendor.cq_status != CqStatus::not_measured && from.vendor.cq_status != CqStatus::not_measured;
  const bool calls_twice = !into.vendor.call.empty() && !from.vendor.call.empty();
  const bool curves_twice =
      std::any_of(from.amplification.begin(), from.amplification.end(),
                  [&](const AmplificationCurve& curve) { return find_curve(into, curve.kind) != nullptr; });
  if (results_twice || calls_twice || curves_twice) {
    grid.fail(ErrorCode::duplicate_entry, row.row, "Well", into.well.label, "each well, detector and reporter once");
  }
  const auto contradict = [&](const std::string& column, std::string_view found) {
    grid.fail(ErrorCode::ambiguous_format, row.row, column, found,
              "what another table of the file says of well " + into.well.label);
  };
  const std::string sample = from.sample;
  if (!take(into.sample, std::move(from.sample))) contradict("Sample Name", sample);
  const std::string role_text = from.role_text;
  if (!take_role(into, from)) contradict("Task", role_text);
  if (!take(into.quantity, from.quantity)) contradict("Quantity", format_double(*from.quantity));
  for (AmplificationCurve& curve : from.amplification) into.amplification.push_back(std::move(curve));
  fill(into.vendor, std::move(from.vendor));
  // The quantity may stand in the table that does not name the standards.
  if (into.role == SampleRole::standard && !into.quantity) into.quantity = std::exchange(into.vendor.quantity, {});
  if (from.excluded && !into.excluded) {
    into.excluded = true;
    into.exclusion_reason = std::move(from.exclusion_reason);
  }
}

}  // namespace qpcr::appbio_sds
