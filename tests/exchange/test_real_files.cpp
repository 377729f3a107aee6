// Every real file that opens is written in every format, valid by the schemas, and read back to equal curves and Cq.
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/exchange/asm.hpp"
#include "libqpcr/exchange/rdes.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "libqpcr/exchange/tables.hpp"
#include "libqpcr/exchange/xlsx.hpp"
#include "tests/exchange/equal_runs.hpp"
#include "tests/exchange/schema.hpp"
#include "tests/support/instrumented.hpp"

namespace {

using namespace qpcr;

/// Measurement by place, or null; labels of wells on a plate are written in one spelling.
const Measurement* find(const RunData& run, const Measurement& wanted, bool by_label) {
  for (const Measurement& measurement : run.measurements) {
    const bool same_well = by_label || !wanted.well.position ? measurement.well.label == wanted.well.label
                                                             : measurement.well.position == wanted.well.position;
    if (same_well && measurement.target == wanted.target && measurement.dye == wanted.dye) return &measurement;
  }
  return nullptr;
}

void check_rdml(const Run& run, RdmlVersion version) {
  RdmlOptions options;
  options.version = version;
  const std::string xml = render_rdml_xml({&run, 1}, options).bytes;
  const std::optional<bool> valid = test::is_valid_rdml(xml, version);
  if (valid) CHECK(*valid);
  const bool any_data = std::any_of(run->measurements.begin(), run->measurements.end(),
                                    [](const Measurement& m) { return !m.target.empty() || !m.dye.empty(); });
  if (!any_data) return;
  const std::vector<Run> read = load_bytes(xml, "run.rdml");
  REQUIRE(read.size() == 1);
  CHECK(read[0]->measurements.size() == run->measurements.size());
  const bool renumbered = !run->measurements.front().well.position;
  for (std::size_t i = 0; i < run->measurements.size(); ++i) {
    const Measurement& expected = run->measurements[i];
    INFO("well " << expected.well.label << ", target " << expected.target << ", dye " << expected.dye);
    const Measurement* found =
        renumbered && i < read[0]->measurements.size() ? &read[0]->measurements[i] : find(*read[0], expected, false);
    REQUIRE(found != nullptr);
    if (found->sample != expected.sample) FAIL_CHECK("sample " << found->sample << " for " << expected.sample);
    if (version == RdmlVersion::v1_3 && found->role != expected.role) FAIL_CHECK("another role");
    if (found->vendor.cq_cycles != expected.vendor.cq_cycles) FAIL_CHECK("another Cq");
    if (found->vendor.cq_status != test::read_status(expected.vendor.cq_status)) FAIL_CHECK("another status");
    if (test::analysis_readings(*found) != test::analysis_readings(expected)) FAIL_CHECK("another curve");
    if (test::melt_readings(*found) != test::melt_readings(expected)) FAIL_CHECK("another melting curve");
  }
}

void check_rdes(const Run& run) {
  const std::string table = render_rdes(run).bytes;
  if (table.find('\n') + 1 == table.size()) return;
  const std::vector<Run> read = load_bytes(table, "run.amplification.tsv");
  for (const Measurement& expected : run->measurements) {
    if (expected.amplification.empty() && expected.vendor.cq_status == CqStatus::not_measured) continue;
    const std::string names = expected.sample + expected.target + expected.dye + expected.well.label;
    if (names.find_first_of("\t\r\n") != std::string::npos) continue;
    INFO("well " << expected.well.label << ", target " << expected.target << ", dye " << expected.dye);
    const Measurement* found = find(*read[0], expected, true);
    REQUIRE(found != nullptr);
    if (found->vendor.cq_cycles != expected.vendor.cq_cycles) FAIL_CHECK("another Cq");
    if (test::analysis_readings(*found) != test::analysis_readings(expected)) FAIL_CHECK("another curve");
  }
}

std::size_t count_readings(const Run& run) {
  std::size_t count = 0;
  for (const Measurement& m : run->measurements) {
    for (const AmplificationCurve& curve : m.amplification) count += curve.cycles.size();
    for (const MeltCurve& curve : m.melt) count += curve.fluorescence.size();
  }
  return count;
}

/// The largest runs cost minutes in a validator written in Python: tests/slow.sh sets QPCR_WRITE_EVERYTHING.
std::size_t most_readings() {
  if (std::getenv("QPCR_WRITE_EVERYTHING") != nullptr) return std::numeric_limits<std::size_t>::max();
  return test::instrumented ? 2'000 : 20'000;
}

TEST_CASE("Every real file can be written in every format", "[reference]") {
  const std::filesystem::path folder = test::reference_data() / "instruments" / "files";
  const std::filesystem::path documents = std::filesystem::path(QPCR_BINARY_DIR) / "test_exchange_asm";
  std::filesystem::remove_all(documents);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::size_t opened = 0;
  std::size_t documents_written = 0;
  for (const std::filesystem::path& file : files) {
    std::vector<Run> runs;
    try {
      runs = load_runs({file});
    } catch (const Error&) {
      continue;
    }
    ++opened;
    INFO(file.filename().string());
    std::size_t readings = 0;
    for (const Run& run : runs) {
      if (run->measurements.empty()) continue;
      INFO("run " << run->name);
      readings += count_readings(run);
      const bool is_large = count_readings(run) > most_readings();
      if (is_large && test::instrumented) continue;
      try {
        check_rdml(run, RdmlVersion::v1_3);
        check_rdes(run);
        if (is_large) continue;
        check_rdml(run, RdmlVersion::v1_2);
      } catch (const Error& error) {
        FAIL_CHECK(error.what());
      }
      write_file(documents / (std::to_string(++documents_written) + ".json"), render_asm(run).bytes);
    }
    if (readings > most_readings()) continue;
    CHECK(render_rdml(runs).bytes.starts_with("PK"));
    CHECK(!render_readings_csv(runs).empty());
    CHECK(!render_results_csv(runs).empty());
    CHECK(render_xlsx(runs).bytes.starts_with("PK"));
  }
  WARN(opened << " of " << files.size() << " files opened, " << documents_written << " runs written");
  REQUIRE(opened > 0);
  const std::optional<bool> valid = test::are_valid_asm(documents);
  std::filesystem::remove_all(documents);
  if (valid) {
    CHECK(*valid);
  } else {
    WARN("skipped: python3-jsonschema is not installed");
  }
}

}  // namespace
