// Every file of the reference folders: it reads to the expected values bit by bit, or fails with the error its kind
// calls for.
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>

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

/// well, target or dye, cycle or temperature (as bits), how often it has been there → fluorescence.
using PointKey = std::tuple<std::string, std::string, std::uint64_t, int>;
using Points = std::map<PointKey, double>;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

std::string key_of(const Run& run, const Measurement& measurement, bool several_runs) {
  return several_runs ? fmt::format("{}:{}", run->name, measurement.well.label) : measurement.well.label;
}

void add_points(Points& points, const std::string& well, const std::string& name, const std::vector<double>& axis,
                const std::vector<double>& readings) {
  std::map<std::uint64_t, int> repeats;
  for (std::size_t i = 0; i < axis.size(); ++i) {
    if (std::isnan(readings[i])) continue;
    points[{well, name, bits(axis[i]), repeats[bits(axis[i])]++}] = readings[i];
  }
}

Points read_expected(const fs::path& path, const std::string& axis_column) {
  const CsvTable table = read_csv_table(read_file(path), path.string());
  const std::size_t well = table.column("well");
  const std::size_t name = table.column("dye_or_target");
  const std::size_t axis = table.column(axis_column);
  const std::size_t value = table.column("fluorescence");
  Points points;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, int> repeats;
  for (const CsvRow& row : table.rows()) {
    const double position = parse_double(row.cells[axis]).value();
    const int repeat = repeats[{row.cells[well], row.cells[name], bits(position)}]++;
    points[{row.cells[well], row.cells[name], bits(position), repeat}] = parse_double(row.cells[value]).value();
  }
  return points;
}

/// Counts differences in either direction; values are compared by their bits.
std::size_t count_differences(const Points& expected, const Points& found) {
  std::size_t differences = 0;
  for (const auto& [key, value] : expected) {
    const auto other = found.find(key);
    if (other == found.end() || bits(other->second) != bits(value)) ++differences;
  }
  for (const auto& [key, value] : found) differences += expected.contains(key) ? 0U : 1U;
  return differences;
}

struct ExpectedKind {
  std::string suffix;
  CurveKind kind;
  bool by_dye;
};

Points collect_amplification(const std::vector<Run>& runs, const std::optional<CurveKind>& kind, bool by_dye) {
  Points points;
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      for (const AmplificationCurve& curve : measurement.amplification) {
        if (kind && curve.kind != *kind) continue;
        add_points(points, key_of(run, measurement, runs.size() > 1), by_dye ? measurement.dye : measurement.target,
                   curve.cycles, curve.fluorescence);
      }
    }
  }
  return points;
}

Points collect_melt(const std::vector<Run>& runs) {
  Points points;
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      for (const MeltCurve& curve : measurement.melt) {
        add_points(points, key_of(run, measurement, runs.size() > 1), measurement.target, curve.temperatures_celsius,
                   curve.fluorescence);
      }
    }
  }
  return points;
}

/// The expected files hold the number as stored; what we make of it (none, found) must agree with it.
void compare_cq(const fs::path& path, const std::vector<Run>& runs) {
  const CsvTable table = read_csv_table(read_file(path), path.string());
  std::map<std::pair<std::string, std::string>, const Measurement*> measurements;
  std::size_t with_cq = 0;
  for (const Run& run : runs) {
    for (const Measurement& measurement : run->measurements) {
      measurements[{key_of(run, measurement, runs.size() > 1), measurement.target}] = &measurement;
      with_cq += measurement.vendor.cq_status == CqStatus::found ? 1U : 0U;
    }
  }
  std::size_t expected_found = 0;
  for (const CsvRow& row : table.rows()) {
    const std::string& text = row.cells[table.column("cq")];
    INFO(row.cells[table.column("well")] << " " << row.cells[table.column("target")]);
    const auto entry = measurements.find({row.cells[table.column("well")], row.cells[table.column("target")]});
    REQUIRE(entry != measurements.end());
    const VendorResult& vendor = entry->second->vendor;
    if (text.empty()) {
      CHECK(vendor.cq_status != CqStatus::found);
      continue;
    }
    const double stored = parse_double(text).value();
    if (stored == -1.0) {
      CHECK(vendor.cq_status == CqStatus::no_amplification);
      continue;
    }
    // StepOne writes the number of cycles for none, and LightCycler 96 a number under any call.
    const bool stands_for_none = vendor.cq_status == CqStatus::no_amplification && !vendor.cq_text.empty();
    if (stands_for_none) {
      CHECK(parse_double(vendor.cq_text) == stored);
      continue;
    }
    ++expected_found;
    REQUIRE(vendor.cq_status == CqStatus::found);
    CHECK(bits(*vendor.cq_cycles) == bits(stored));
  }
  CHECK(with_cq == expected_found);
}

/// Compares a file with whatever expected files there are. @return how many there were.
std::size_t compare_expected(const fs::path& file, const std::vector<Run>& runs) {
  const fs::path folder = reference_data() / "instruments" / "expected";
  const std::string name = file.filename().string();
  std::size_t compared = 0;
  for (const ExpectedKind& each :
       {ExpectedKind{"rn", CurveKind::normalised, false}, ExpectedKind{"drn", CurveKind::baseline_subtracted, false},
        ExpectedKind{"multicomponent", CurveKind::multicomponent, true},
        ExpectedKind{"rfu", CurveKind::baseline_subtracted, true}}) {
    const fs::path path = folder / fmt::format("{}.{}.csv", name, each.suffix);
    if (!fs::exists(path)) continue;
    INFO(path);
    CHECK(count_differences(read_expected(path, "cycle"), collect_amplification(runs, each.kind, each.by_dye)) == 0);
    ++compared;
  }
  if (const fs::path path = folder / (name + ".fluor.csv"); fs::exists(path)) {
    const Points expected = read_expected(path, "cycle");
    const bool wide = runs.front()->provenance.reader == "wide_table";
    if (!wide) CHECK(count_differences(expected, collect_amplification(runs, std::nullopt, false)) == 0);
    ++compared;
  }
  if (const fs::path path = folder / (name + ".melt.csv"); fs::exists(path)) {
    INFO(path);
    CHECK(count_differences(read_expected(path, "temperature"), collect_melt(runs)) == 0);
    ++compared;
  }
  if (const fs::path path = folder / (name + ".cq.csv"); fs::exists(path)) {
    INFO(path);
    compare_cq(path, runs);
    ++compared;
  }
  return compared;
}

bool has_expected(const fs::path& file) {
  const std::string start = file.filename().string() + ".";
  for (const fs::path& path : list_files(reference_data() / "instruments" / "expected")) {
    if (path.filename().string().starts_with(start)) return true;
  }
  return false;
}

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

struct Outcome {
  std::size_t read = 0;
  std::size_t refused = 0;
  std::size_t compared = 0;
};

/// @param accept says whether an error is what this file's kind calls for.
template <typename Accept>
Outcome walk(const std::vector<fs::path>& files, Accept accept) {
  Outcome outcome;
  for (const fs::path& file : files) {
    INFO(file);
    try {
      const std::vector<Run> runs = load_runs({file});
      check_complete(runs);
      outcome.compared += compare_expected(file, runs);
      ++outcome.read;
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(accept(file, error));
      CHECK_THAT(error.what(), Catch::Contains(file.filename().string()));
      ++outcome.refused;
    }
  }
  return outcome;
}

}  // namespace

TEST_CASE("RDML files read to the stored numbers", "[reference]") {
  const auto located = [](const fs::path& file, const Error& error) {
    return !has_expected(file) && error.code() == ErrorCode::invalid_value && error.context().line > 0 &&
           !error.context().field.empty();
  };
  const Outcome files = walk(list_files(reference_data() / "instruments/files/rdml"), located);
  CHECK(files.read >= 19);
  CHECK(files.compared >= 15);
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(reference_data() / "curves/data")) {
    for (const fs::path& path : list_files(entry.path(), ".rdml")) others.push_back(path);
  }
  const Outcome curves = walk(others, located);
  CHECK(curves.read >= 12);
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

TEST_CASE(".eds files read to the expected values or are refused by name", "[reference]") {
  const auto named = [](const fs::path&, const Error& error) {
    const std::string text = error.what();
    const bool other_layout =
        error.code() == ErrorCode::unsupported_format &&
        (text.find("JSON layout") != std::string::npos || text.find("7500/StepOne layout") != std::string::npos);
    return other_layout ||
           (error.code() == ErrorCode::malformed_file && text.find("holds no curves") != std::string::npos);
  };
  const Outcome real = walk(list_files(reference_data() / "instruments/files/abi_eds"), named);
  CHECK(real.read >= 1);
  CHECK(real.compared >= 4);
  const Outcome synthetic = walk(list_files(reference_data() / "instruments/files/abi_eds_synthetic"),
                                 [](const auto&, const auto&) { return false; });
  CHECK(synthetic.read >= 3);
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

TEST_CASE("CFX exports read to the expected values", "[reference]") {
  const auto lone_information = [](const fs::path& file, const Error& error) {
    return error.code() == ErrorCode::malformed_file &&
           to_lower_ascii(file.filename().string()).find("run") != std::string::npos &&
           std::string(error.what()).find("no amplification, melting or Cq table") != std::string::npos;
  };
  const Outcome real = walk(list_files(reference_data() / "instruments/files/biorad_cfx_csv"), lone_information);
  CHECK(real.read >= 13);
  CHECK(real.compared >= 10);
  const Outcome demo = walk(list_files(reference_data() / "instruments/files/biorad_cfx_csv_demo"), lone_information);
  CHECK(demo.read >= 8);
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

TEST_CASE("files of other kinds are refused with every reader's reason, and never misread", "[reference]") {
  std::size_t refused = 0;
  for (const auto& entry : fs::recursive_directory_iterator(reference_data() / "instruments/files")) {
    if (!entry.is_regular_file()) continue;
    const std::string folder = entry.path().parent_path().filename().string();
    if (folder == "rdml" || folder.starts_with("abi_eds") || folder.starts_with("biorad_cfx_csv")) continue;
    INFO(entry.path());
    try {
      const std::vector<Run> runs = load_runs({entry.path()});
      const std::string& reader = runs.front()->provenance.reader;
      // Mic's raw export is a wide table, and two CFX Manager 1.x results lie among the samples of pyQPCR.
      const bool known =
          (reader == "wide_table" && folder == "bms_mic") || (reader == "biorad_cfx" && folder == "pyqpcr_samples");
      CHECK(known);
    } catch (const Error& error) {
      ++refused;
      CHECK(error.code() == ErrorCode::unsupported_format);
      const std::string text = error.what();
      const bool by_name =
          text.find("recognised but not read yet") != std::string::npos || text.find("encrypted") != std::string::npos;
      if (!by_name) {
        for (const Reader& reader : readers()) CHECK_THAT(text, Catch::Contains(reader.info.id));
      }
    }
  }
  CHECK(refused >= 60);
}

TEST_CASE("what is not read is pinned", "[reference]") {
  const fs::path golden = fs::path(QPCR_SOURCE_DIR) / "tests/instruments/golden/not_read.csv";
  const CsvTable table = read_csv_table(read_file(golden), golden.string());
  std::map<std::string, std::vector<NotRead>> expected;
  for (const CsvRow& row : table.rows()) {
    std::vector<NotRead>& list = expected[row.cells[table.column("file")]];
    if (!row.cells[table.column("where")].empty())
      list.push_back({row.cells[table.column("where")], row.cells[table.column("why")]});
  }
  std::size_t compared = 0;
  CsvWriter actual;
  actual.add("file").add("where").add("why").end_row();
  for (const char* folder :
       {"abi_eds", "abi_eds_synthetic", "biorad_cfx_csv", "biorad_cfx_csv_demo", "rdml", "bms_mic"}) {
    for (const fs::path& file : list_files(reference_data() / "instruments/files" / folder)) {
      const std::string name = file.filename().string();
      std::vector<Run> runs;
      try {
        runs = load_runs({file});
      } catch (const Error&) {
        continue;
      }
      const std::vector<NotRead>& found = runs.front()->provenance.not_read;
      for (const NotRead& entry : found) actual.add(name).add(entry.where).add(entry.why).end_row();
      if (found.empty()) actual.add(name).add_empty().add_empty().end_row();
      const auto wanted = expected.find(name);
      if (wanted == expected.end()) continue;
      INFO(name);
      CHECK(wanted->second == found);
      ++compared;
    }
  }
  // The list as it is now, to compare and, when a change is meant, to replace the golden file with.
  write_file(fs::path(QPCR_BINARY_DIR) / "tests/instruments/not_read.csv", actual.text());
  CHECK(compared >= 40);
}
