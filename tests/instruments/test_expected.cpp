// Every expected table of the reference folder: the file it was made from reads to the same values, bit by bit.
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "instruments/registry.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/support/reference_data.hpp"

using namespace qpcr;
using qpcr::test::list_files;
using qpcr::test::reference_data;
namespace fs = std::filesystem;

namespace {

/// Axis and reading of each point, as bits, in the order of the table.
using Series = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

Series to_series(const std::vector<double>& axis, const std::vector<double>& readings) {
  Series series;
  for (std::size_t i = 0; i < axis.size(); ++i) {
    if (!std::isnan(readings[i])) series.emplace_back(bits(axis[i]), bits(readings[i]));
  }
  return series;
}

struct Found {
  std::string target;
  std::string dye;
  std::vector<Series> curves;  ///< of the kinds that are compared
};

using FoundByWell = std::map<std::string, std::vector<Found>>;

std::string key_of(const std::vector<Run>& runs, const Run& run, const Measurement& m) {
  return runs.size() > 1 ? fmt::format("{}:{}", run->name, m.well.label) : m.well.label;
}

/// @param kind nothing for every kind.
FoundByWell collect(const std::vector<Run>& runs, bool melt, const std::optional<CurveKind>& kind) {
  FoundByWell found;
  for (const Run& run : runs) {
    for (const Measurement& m : run->measurements) {
      Found entry{m.target, m.dye, {}};
      if (melt) {
        for (const MeltCurve& c : m.melt) entry.curves.push_back(to_series(c.temperatures_celsius, c.fluorescence));
      } else {
        for (const AmplificationCurve& c : m.amplification) {
          if (!kind || c.kind == *kind) entry.curves.push_back(to_series(c.cycles, c.fluorescence));
        }
      }
      if (!entry.curves.empty()) found[key_of(runs, run, m)].push_back(std::move(entry));
    }
  }
  return found;
}

std::map<std::pair<std::string, std::string>, Series> read_expected(const fs::path& path, const char* axis_name) {
  const CsvTable table = read_csv_table(read_file(path), path.string());
  const std::size_t well = table.column("well");
  const std::size_t name = table.column("dye_or_target");
  const std::size_t axis = table.column(axis_name);
  const std::size_t value = table.column("fluorescence");
  std::map<std::pair<std::string, std::string>, Series> expected;
  for (const CsvRow& row : table.rows()) {
    expected[{row.cells[well], row.cells[name]}].emplace_back(bits(parse_double(row.cells[axis]).value()),
                                                              bits(parse_double(row.cells[value]).value()));
  }
  return expected;
}

/// Each expected curve is one of its well, under a name that stands for the same dye or target in all wells; no curve
/// of these wells is left over.
void compare_curves(const fs::path& path, const std::vector<Run>& runs, const char* axis_name,
                    const std::optional<CurveKind>& kind) {
  INFO(path);
  const bool melt = std::string_view(axis_name) == "temperature";
  const FoundByWell found = collect(runs, melt, kind);
  std::map<std::string, std::size_t> expected_by_well;
  std::map<std::string, std::string> dye_of_name;
  std::size_t differing = 0;
  std::size_t misnamed = 0;
  std::string first;
  const auto expected = read_expected(path, axis_name);
  for (const auto& [key, series] : expected) {
    const auto& [well, name] = key;
    ++expected_by_well[well];
    const auto here = found.find(well);
    const Found* match = nullptr;
    if (here != found.end()) {
      for (const Found& entry : here->second) {
        bool equal = false;
        for (const Series& curve : entry.curves) equal = equal || curve == series;
        // Wells may hold curves of one shape in several dyes; the one of that name is meant.
        if (equal && (match == nullptr || entry.dye == name || entry.target == name)) match = &entry;
      }
    }
    if (match == nullptr) {
      ++differing;
      if (first.empty()) first = well + " " + name;
      continue;
    }
    if (match->dye == name || match->target == name) continue;
    const auto [known, is_new] = dye_of_name.emplace(name, match->dye);
    if (!is_new && known->second != match->dye) ++misnamed;
  }
  INFO("first: " << first);
  CHECK(differing == 0);
  CHECK(misnamed == 0);
  std::size_t left_over = 0;
  for (const auto& [well, count] : expected_by_well) {
    const auto here = found.find(well);
    if (here != found.end() && here->second.size() != count) ++left_over;
  }
  CHECK(left_over == 0);
  // Melting curves of large plates are there for some wells only.
  if (!melt) CHECK(found.size() == expected_by_well.size());
}

/// -1, the number of cycles of the well's curve, and what a LightCycler 96 leaves under a call that is not positive.
bool may_stand_for_none(double stored, const std::vector<Run>& runs, const Measurement& m) {
  const AmplificationCurve* curve = find_analysis_curve(m);
  return stored == -1 || runs.front()->provenance.reader == "roche_lightcycler96" ||
         (curve != nullptr && !curve->cycles.empty() && stored == curve->cycles.back());
}

void compare_cq(const fs::path& path, const std::vector<Run>& runs) {
  INFO(path);
  std::map<std::string, std::vector<const Measurement*>> by_well;
  std::size_t with_cq = 0;
  for (const Run& run : runs) {
    for (const Measurement& m : run->measurements) {
      if (m.vendor.cq_status == CqStatus::not_measured) continue;
      by_well[key_of(runs, run, m)].push_back(&m);
      with_cq += m.vendor.cq_status == CqStatus::found ? 1U : 0U;
    }
  }
  const CsvTable table = read_csv_table(read_file(path), path.string());
  std::size_t expected_found = 0;
  std::size_t missing = 0;
  std::size_t wrong = 0;
  std::string first;
  for (const CsvRow& row : table.rows()) {
    const std::string& well = row.cells[table.column("well")];
    const std::string& name = row.cells[table.column("target")];
    const std::string& text = row.cells[table.column("cq")];
    const Measurement* match = nullptr;
    for (const Measurement* m : by_well[well]) {
      if (m->target == name || m->dye == name || by_well[well].size() == 1) match = m;
    }
    if (match == nullptr) {
      ++missing;
      if (first.empty()) first = fmt::format("{} {} has no measurement", well, name);
      continue;
    }
    const VendorResult& vendor = match->vendor;
    bool right = false;
    if (text.empty()) {
      right = vendor.cq_status != CqStatus::found;
    } else if (vendor.cq_cycles) {
      right = bits(*vendor.cq_cycles) == bits(parse_double(text).value());
      ++expected_found;
    } else {
      // A number that the format uses for none (-1, the number of cycles, a call that is not positive).
      const std::optional<double> stored = parse_double(vendor.cq_text);
      right = stored && *stored == parse_double(text).value() && may_stand_for_none(*stored, runs, *match);
    }
    if (!right && first.empty()) first = fmt::format("{} {} '{}' '{}'", well, name, text, vendor.cq_text);
    wrong += right ? 0U : 1U;
  }
  INFO("first: " << first);
  CHECK(missing == 0);
  CHECK(wrong == 0);
  CHECK(with_cq == expected_found);
}

}  // namespace

TEST_CASE("public exports read to the values that other programs found", "[reference]") {
  std::map<std::string, fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(reference_data() / "instruments/files")) {
    if (entry.is_regular_file()) files[entry.path().filename().string()] = entry.path();
  }
  const std::map<std::string, std::optional<CurveKind>> kinds{
      {"rn", CurveKind::normalised},           {"drn", CurveKind::baseline_subtracted},
      {"rfu", CurveKind::baseline_subtracted}, {"multicomponent", CurveKind::multicomponent},
      {"rawfilter", CurveKind::raw_filter},    {"fluor", std::nullopt}};
  std::string loaded;
  std::vector<Run> runs;
  std::size_t compared = 0;
  const std::vector<fs::path> tables = list_files(reference_data() / "instruments/expected", ".csv");
  for (const fs::path& path : tables) {
    const std::string stem = path.stem().string();
    const std::size_t dot = stem.rfind('.');
    const std::string name = stem.substr(0, dot);
    const std::string kind = stem.substr(dot + 1);
    INFO(path);
    REQUIRE(files.contains(name));
    if (name != loaded) {
      loaded = name;
      runs.clear();
      try {
        runs = load_runs({files.at(name)});
      } catch (const Error& error) {
        FAIL_CHECK(error.what());
      }
    }
    if (runs.empty()) continue;
    if (kind == "cq") {
      compare_cq(path, runs);
    } else if (kind == "melt") {
      compare_curves(path, runs, "temperature", std::nullopt);
    } else {
      REQUIRE(kinds.contains(kind));
      compare_curves(path, runs, "cycle", kinds.at(kind));
    }
    ++compared;
  }
  CHECK(compared > 0);
  CHECK(compared == tables.size());
}
