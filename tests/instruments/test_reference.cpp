// What public exports must hold together: Rn is a ratio, one threshold gives every Cq of a CFX run, wide tables keep
// their digits.
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::list_files;
using qpcr::test::reference_data;
namespace fs = std::filesystem;

namespace {

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

void check_complete(const std::vector<Run>& runs) {
  REQUIRE_FALSE(runs.empty());
  for (const Run& run : runs) {
    CHECK_FALSE(run->name.empty());
    CHECK_FALSE(run->measurements.empty());
    CHECK_FALSE(run->provenance.reader.empty());
    CHECK_FALSE(run->provenance.library_version.empty());
    REQUIRE_FALSE(run->provenance.sources.empty());
    CHECK(run->provenance.sources.front().sha256.size() == 64);
    CHECK(run->provenance.sources.front().size_bytes > 0);
    const Measurement* previous = nullptr;
    for (const Measurement& measurement : run->measurements) {
      if (previous != nullptr && previous->well.position && measurement.well.position) {
        CHECK(*previous->well.position <= *measurement.well.position);
      }
      previous = &measurement;
    }
  }
}

}  // namespace

TEST_CASE("RDML files of the curve collections open", "[reference]") {
  std::size_t read = 0;
  for (const auto& entry : fs::directory_iterator(reference_data() / "curves/data")) {
    for (const fs::path& path : list_files(entry.path(), ".rdml")) {
      INFO(path);
      check_complete(load_runs({path}));
      ++read;
    }
  }
  CHECK(read >= 12);
}

TEST_CASE("a number that is none is reported with its line and element", "[reference]") {
  const fs::path file = reference_data() / "instruments/files/rdml/rdmltools_error.rdml";
  if (!fs::exists(file)) return;
  try {
    load_runs({file});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_value);
    CHECK(error.context().line == 259);
    CHECK(error.context().field == "fluor of react 1, target Exon 1");
    CHECK(error.context().found == "test string-err");
  }
}

TEST_CASE("Rn is reporter divided by passive reference in every .eds that has both", "[reference]") {
  std::size_t points = 0;
  double worst = 0;
  for (const char* folder : {"abi_eds", "abi_eds_synthetic"}) {
    for (const fs::path& file : list_files(reference_data() / "instruments/files" / folder, ".eds")) {
      std::vector<Run> runs;
      try {
        runs = load_runs({file});
      } catch (const Error&) {
        continue;
      }
      const RunData& run = *runs.front();
      std::map<std::string, const AmplificationCurve*> references;
      for (const Measurement& m : run.measurements) {
        if (m.dye == run.passive_reference_dye && !m.dye.empty())
          references[m.well.label] = find_curve(m, CurveKind::multicomponent);
      }
      for (const Measurement& m : run.measurements) {
        const AmplificationCurve* rn = find_curve(m, CurveKind::normalised);
        const AmplificationCurve* reporter = find_curve(m, CurveKind::multicomponent);
        const AmplificationCurve* reference = references[m.well.label];
        if (rn == nullptr || reporter == nullptr || reference == nullptr) continue;
        REQUIRE(rn->fluorescence.size() == reporter->fluorescence.size());
        for (std::size_t i = 0; i < rn->fluorescence.size(); ++i) {
          const double ratio = reporter->fluorescence[i] / reference->fluorescence[i];
          worst = std::max(worst, std::abs(rn->fluorescence[i] / ratio - 1));
          ++points;
        }
      }
    }
  }
  CHECK(points >= 384);
  CHECK(worst <= 2e-7);
}

TEST_CASE("one threshold and linear interpolation give every vendor Cq of a CFX run", "[reference]") {
  std::size_t checked = 0;
  const auto interpolate = [](const AmplificationCurve& curve, double cq) {
    for (std::size_t i = 1; i < curve.cycles.size(); ++i) {
      if (curve.cycles[i] < cq) continue;
      const double share = (cq - curve.cycles[i - 1]) / (curve.cycles[i] - curve.cycles[i - 1]);
      return curve.fluorescence[i - 1] + share * (curve.fluorescence[i] - curve.fluorescence[i - 1]);
    }
    return std::nan("");
  };
  for (const fs::path& file : list_files(reference_data() / "instruments/files/biorad_cfx_csv")) {
    if (file.filename().string().find("Amplification") == std::string::npos) continue;
    INFO(file);
    const std::vector<Run> runs = load_runs({file});
    std::map<std::string, double> thresholds;
    for (const Measurement& m : runs.front()->measurements) {
      const AmplificationCurve* curve = find_curve(m, CurveKind::baseline_subtracted);
      if (curve == nullptr || !m.vendor.cq_cycles) continue;
      const double threshold = thresholds.emplace(m.dye, interpolate(*curve, *m.vendor.cq_cycles)).first->second;
      double nearest = std::numeric_limits<double>::infinity();
      for (std::size_t i = 1; i < curve->cycles.size(); ++i) {
        const double low = curve->fluorescence[i - 1];
        const double high = curve->fluorescence[i];
        if (!(low <= threshold && threshold <= high && low < high)) continue;
        const double cq =
            curve->cycles[i - 1] + (threshold - low) / (high - low) * (curve->cycles[i] - curve->cycles[i - 1]);
        nearest = std::min(nearest, std::abs(cq - *m.vendor.cq_cycles));
      }
      INFO(m.well.label);
      CHECK(nearest <= 1e-9);
      ++checked;
    }
  }
  CHECK(checked >= 400);
}

TEST_CASE("wide tables read to the last digit", "[reference]") {
  std::size_t read = 0;
  for (const auto& entry : fs::directory_iterator(reference_data() / "curves/data")) {
    for (const fs::path& file : list_files(entry.path(), ".csv")) {
      INFO(file);
      const std::string bytes = read_file(file);
      const std::string first = to_lower_ascii(bytes.substr(0, bytes.find(',')));
      if (first != "cycle" && first != "temperature" && first != "t") {
        try {
          load_runs({file});
          FAIL("a table that is none of ours was read");
        } catch (const Error& error) {
          CHECK(error.code() == ErrorCode::unsupported_format);
        }
        continue;
      }
      const std::vector<Run> runs = load_runs({file});
      check_complete(runs);
      ++read;
      // The naive way: split lines at commas; none of these files quotes a comma.
      std::map<std::string, const Measurement*> by_label;
      for (const Measurement& m : runs.front()->measurements) by_label[m.well.label] = &m;
      const std::vector<std::string_view> lines = split(bytes, '\n');
      const std::vector<std::string_view> header = split(trim(lines.front()), ',');
      CHECK(by_label.size() == header.size() - 1);
      std::size_t row = 0;
      for (std::size_t k = 1; k < lines.size(); ++k) {
        if (trim(lines[k]).empty()) continue;
        std::string_view line = lines[k];
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::vector<std::string_view> cells = split(line, ',');
        std::size_t wrong = 0;
        for (std::size_t i = 1; i < cells.size(); ++i) {
          std::string_view label = header[i];
          if (label.starts_with('"')) label = label.substr(1, label.size() - 2);
          const Measurement& m = *by_label.at(std::string(label));
          const double found =
              first == "cycle" ? m.amplification.front().fluorescence[row] : m.melt.front().fluorescence[row];
          const std::optional<double> expected = parse_double(cells[i]);
          wrong += expected ? bits(*expected) != bits(found) : !std::isnan(found);
        }
        CHECK(wrong == 0);
        ++row;
      }
    }
  }
  CHECK(read >= 18);
}
