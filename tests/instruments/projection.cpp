// Writes the projection of runs.
#include "tests/instruments/projection.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/store/run_record.hpp"

namespace qpcr::test {
namespace {

using Counts = std::map<std::string, std::size_t>;

std::string render(const std::string& title, const Counts& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text.empty() ? std::string() : fmt::format("{}: {}\n", title, text);
}

void count_vendor(const VendorResult& vendor, Counts& counts) {
  ++counts[std::string(to_string(vendor.cq_status))];
  if (!vendor.algorithm.empty()) ++counts["algorithm"];
  if (vendor.threshold) ++counts["threshold"];
  if (vendor.cq_confidence) ++counts["confidence"];
  if (!vendor.call.empty()) ++counts["call"];
  if (vendor.baseline_first_cycle) ++counts["baseline"];
  if (vendor.quantity) ++counts["quantity"];
  counts["melting temperature"] += vendor.melting_temperatures_celsius.size();
  counts["flag"] += vendor.flags.size();
}

/// Of everything that was read; not of what stands apart from the contents (hashes, versions, warnings).
std::string digest(const RunData& run) {
  RunData bare = run;
  bare.provenance = {};
  bare.warnings.clear();
  const RunRecord record = to_record(Run(std::move(bare)));
  std::string bytes = record.record;
  bytes.append(reinterpret_cast<const char*>(record.values.data()), record.values.size() * sizeof(double));
  return sha256_hex(bytes).substr(0, 16);
}

std::string project_run(const RunData& run) {
  std::set<std::string> wells;
  std::set<std::string> samples;
  std::set<std::string> targets;
  std::set<std::string> dyes;
  Counts roles;
  Counts curves;
  Counts vendor;
  Counts others;
  Counts readings;
  std::size_t quantities = 0;
  std::size_t excluded = 0;
  std::size_t notes = 0;
  std::size_t subarrays = 0;
  for (const Measurement& m : run.measurements) {
    wells.insert(m.well.label);
    if (!m.sample.empty()) samples.insert(m.sample);
    if (!m.target.empty()) targets.insert(m.target);
    if (!m.dye.empty()) dyes.insert(m.dye);
    ++roles[std::string(to_string(m.role))];
    for (const AmplificationCurve& c : m.amplification) {
      ++curves[fmt::format("{}{} of {} cycles", to_string(c.kind), c.temperatures_celsius.empty() ? "" : " with °C",
                           c.cycles.size())];
    }
    for (const MeltCurve& c : m.melt)
      ++curves[fmt::format("melt {} of {} points", to_string(c.kind), c.temperatures_celsius.size())];
    count_vendor(m.vendor, vendor);
    for (const VendorResult& other : m.other_vendor_results) count_vendor(other, others);
    for (const SingleReading& reading : m.single_readings) ++readings[std::string(to_string(reading.stage))];
    quantities += m.quantity ? 1U : 0U;
    excluded += m.excluded ? 1U : 0U;
    notes += m.note.empty() ? 0U : 1U;
    subarrays += m.subarray.empty() ? 0U : 1U;
  }
  std::string text = fmt::format("run by {}\n", run.provenance.reader);
  if (run.plate) text += fmt::format("plate: {} x {}\n", run.plate->rows, run.plate->columns);
  text += render("", {{"wells", wells.size()},
                      {"samples", samples.size()},
                      {"targets", targets.size()},
                      {"dyes", dyes.size()},
                      {"measurements", run.measurements.size()}})
              .substr(2);
  text += render("roles", roles);
  text += render("of the run", {{"vendor", run.instrument.vendor.empty() ? 0U : 1U},
                                {"model", run.instrument.model.empty() ? 0U : 1U},
                                {"serial", run.instrument.serial_number.empty() ? 0U : 1U},
                                {"software", run.instrument.software.empty() ? 0U : 1U},
                                {"version", run.instrument.software_version.empty() ? 0U : 1U},
                                {"start", run.started_at.empty() ? 0U : 1U},
                                {"end", run.ended_at.empty() ? 0U : 1U},
                                {"operator", run.operator_name.empty() ? 0U : 1U},
                                {"barcode", run.plate_barcode.empty() ? 0U : 1U},
                                {"notes", run.notes.empty() ? 0U : 1U},
                                {"passive reference", run.passive_reference_dye.empty() ? 0U : 1U},
                                {"protocol steps", run.protocol.size()}});
  text += render("of measurements",
                 {{"quantities", quantities}, {"excluded", excluded}, {"notes", notes}, {"subarrays", subarrays}});
  text += render("curves", curves);
  text += render("single readings", readings);
  text += render("vendor", vendor);
  text += render("other vendor results", others);
  for (const VendorTable& table : run.vendor_tables)
    text += fmt::format("table '{}': {} columns, {} rows\n", table.name, table.columns.size(), table.rows.size());
  std::string warnings;
  for (const std::string& warning : run.warnings) warnings += warning + "\n";
  text += fmt::format("warnings: {}{}\n", run.warnings.size(),
                      warnings.empty() ? "" : ", digest " + sha256_hex(warnings).substr(0, 16));
  for (const NotRead& item : run.provenance.not_read) text += fmt::format("not read: {}: {}\n", item.where, item.why);
  return text + fmt::format("digest: {}\n", digest(run));
}

}  // namespace

std::string project(const std::vector<Run>& runs) {
  // A file may hold hundreds of runs of one kind; the first few are shown and all are in the digest.
  constexpr std::size_t shown = 3;
  std::string text;
  std::string digests;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i < shown) text += project_run(*runs[i]);
    digests += digest(*runs[i]);
  }
  if (runs.size() > shown) text += fmt::format("{} runs, digest {}\n", runs.size(), sha256_hex(digests).substr(0, 16));
  return text;
}

std::string project_file(const std::filesystem::path& file) {
  try {
    return project(load_runs({file}));
  } catch (const Error& error) {
    std::string message = error.what();
    const std::string folder = file.parent_path().string() + "/";
    for (std::size_t at = message.find(folder); at != std::string::npos; at = message.find(folder))
      message.erase(at, folder.size());
    // Where no reader knows a file every reader gives its reason; the list grows with each reader.
    if (error.code() == ErrorCode::unsupported_format) {
      const std::size_t reasons = message.find("no reader knows the file");
      if (reasons != std::string::npos) message.resize(reasons + std::string_view("no reader knows the file").size());
    }
    return fmt::format("refused, {}: {}\n", describe(error.code()).name, message);
  }
}

}  // namespace qpcr::test
