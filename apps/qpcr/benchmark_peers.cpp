// Reads the peers' tables; which columns mean what stands in two tables here.
#include "apps/qpcr/benchmark_peers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct ValueColumn {
  std::string_view program;
  std::string_view column;
  std::string_view label;
  BenchmarkOutput output;
  std::string_view efficiency_column;
};

/// Cycles that a program rounds to whole ones are left out: replicates that agree by rounding show no variance.
constexpr std::array value_columns = {
    ValueColumn{"qpcR", "l4_cpD2", "qpcR l4 cpD2", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "l4_cpD1", "qpcR l4 cpD1", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "l5_cpD2", "qpcR l5 cpD2", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "l5_cpD1", "qpcR l5 cpD1", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "l6_cpD2", "qpcR l6 cpD2", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "bl_Cy0", "qpcR Cy0, baselined", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "l4_Cy0", "qpcR l4 Cy0", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "l5_Cy0", "qpcR l5 Cy0", BenchmarkOutput::cq, ""},
    ValueColumn{"qpcR", "mak2_D0", "qpcR mak2 D0", BenchmarkOutput::quantity, ""},
    ValueColumn{"qpcR", "sliwin_init", "qpcR sliwin N0", BenchmarkOutput::quantity, "sliwin_eff"},
    ValueColumn{"rdmlpython v3.0.1", "TD0", "rdmlpython 3.0.1 TD0", BenchmarkOutput::cq, "indiv PCR eff"},
    ValueColumn{"rdmlpython v3.0.1", "Ncopy", "rdmlpython 3.0.1 Ncopy", BenchmarkOutput::quantity, ""},
    ValueColumn{"rdmlpython v1.8.1", "Cq (mean eff)", "LinRegPCR 1.8.1 Cq", BenchmarkOutput::cq, "indiv PCR eff"},
    ValueColumn{"rdmlpython v1.8.1", "N0 (mean eff)", "LinRegPCR 1.8.1 N0", BenchmarkOutput::quantity, ""},
    ValueColumn{"rdmlpython v1.8.1", "N0 (indiv eff - for debug use)", "LinRegPCR 1.8.1 N0, own E",
                BenchmarkOutput::quantity, ""},
    ValueColumn{"chipPCR", "th_lin", "chipPCR th.cyc linear", BenchmarkOutput::cq, ""},
};

struct VerdictColumn {
  std::string_view program;
  std::string_view column;
  std::string_view label;
  bool amplified_when;
};

constexpr std::array verdict_columns = {
    VerdictColumn{"rdmlpython v3.0.1", "amplification", "rdmlpython 3.0.1", true},
    VerdictColumn{"rdmlpython v1.8.1", "amplification", "LinRegPCR 1.8.1", true},
    VerdictColumn{"chipPCR", "amp_shap.noisy", "chipPCR Shapiro-Wilk", false},
    VerdictColumn{"chipPCR", "amp_lrt.test", "chipPCR linear regression", true},
    VerdictColumn{"chipPCR", "amp_rgt.dec", "chipPCR resids growth", true},
    VerdictColumn{"chipPCR", "amp_tht.dec", "chipPCR threshold", true},
    VerdictColumn{"chipPCR", "amp_slt.dec", "chipPCR signal level", true},
};

/// What a file's name says.
struct PeerFile {
  std::string program;  ///< with version
  std::string stem;
  bool fits = false;
};

PeerFile parse_name(const std::filesystem::path& path) {
  const std::string name = path.stem().string();
  PeerFile file;
  file.program = path.parent_path().filename().string();
  const std::size_t dot = name.find('.');
  file.stem = name.substr(0, dot);
  const std::string suffix = dot == std::string::npos ? std::string() : name.substr(dot + 1);
  if (suffix.size() > 1 && suffix.front() == 'v' && suffix[1] >= '0' && suffix[1] <= '9') file.program += " " + suffix;
  file.fits = suffix == "fits";
  return file;
}

/// The sets that a file's numbers belong to: one set may stand in the data under two names.
std::vector<std::size_t> find_sets(const BenchmarkData& data, const PeerFile& file, const CsvTable& table) {
  const std::size_t key = table.column("curve");
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < data.sets.size(); ++i) {
    const BenchmarkSet& set = data.sets[i];
    const auto known = std::count_if(table.rows().begin(), table.rows().end(), [&](const CsvRow& row) {
      return set.aliases.count(std::string(trim(row.cells[key]))) > 0;
    });
    const bool by_alias = known > 0 && 2 * static_cast<std::size_t>(known) >= table.rows().size();
    if (by_alias || file.stem == set.name || file.stem == set.folder + "_" + set.name) found.push_back(i);
  }
  return found;
}

/// Rows of a table by reaction; null where the peer has none.
std::vector<const CsvRow*> match_rows(const CsvTable& table, const BenchmarkSet& set) {
  std::vector<const CsvRow*> rows(set.reactions.size(), nullptr);
  const std::size_t key = table.column("curve");
  for (const CsvRow& row : table.rows()) {
    if (const auto found = set.find(std::string(trim(row.cells[key])))) rows[*found] = &row;
  }
  return rows;
}

std::vector<double> read_column(const CsvTable& table, const std::vector<const CsvRow*>& rows, std::size_t column,
                                double lowest) {
  std::vector<double> values;
  for (const CsvRow* row : rows) {
    const double value = row == nullptr ? nan : parse_cell(table, *row, column);
    // Programs write 0, −1 or 1 where they have no Cq, no quantity or no efficiency.
    values.push_back(value > lowest ? value : nan);
  }
  return values;
}

/// A verdict in one of the spellings of Python, R and C; nothing for other text.
std::optional<bool> parse_verdict(std::string_view cell) {
  const std::string text = to_lower_ascii(trim(cell));
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

/// rdmlpython writes numbers for reactions that it says did not amplify; they are not results.
void drop_not_amplified(const CsvTable& table, const std::vector<const CsvRow*>& rows, std::vector<double>& values) {
  const auto column = table.find_column("amplification");
  for (std::size_t i = 0; column && i < rows.size(); ++i) {
    if (rows[i] != nullptr && parse_verdict(rows[i]->cells[*column]) == false) values[i] = nan;
  }
}

void read_values(const CsvTable& table, const PeerFile& file, const BenchmarkSet& set, SetPeers& peers) {
  const std::vector<const CsvRow*> rows = match_rows(table, set);
  for (const ValueColumn& known : value_columns) {
    const auto column = table.find_column(known.column);
    if (known.program != file.program || !column) continue;
    PeerValues values;
    values.id = fmt::format("{}:{}", known.program, known.column);
    values.label = known.label;
    values.output = known.output;
    values.values = read_column(table, rows, *column, 0.0);
    drop_not_amplified(table, rows, values.values);
    const auto efficiency = known.efficiency_column.empty() ? std::nullopt : table.find_column(known.efficiency_column);
    if (efficiency) values.efficiencies = read_column(table, rows, *efficiency, 1.0);
    peers.values.push_back(std::move(values));
  }
  for (const VerdictColumn& known : verdict_columns) {
    const auto column = table.find_column(known.column);
    if (known.program != file.program || !column) continue;
    PeerVerdicts& verdicts = peers.verdicts.emplace_back();
    verdicts.label = known.label;
    for (const CsvRow* row : rows) {
      std::optional<bool>& verdict = verdicts.amplified.emplace_back();
      if (row == nullptr) continue;
      const std::optional<bool> text = parse_verdict(row->cells[*column]);
      if (text) verdict = *text == known.amplified_when;
    }
  }
}

void read_fits(const CsvTable& table, const BenchmarkSet& set, SetPeers& peers) {
  const std::size_t key = table.column("curve");
  const std::size_t model = table.column("model");
  const std::size_t converged = table.column("isConv");
  std::array<std::size_t, 5> columns{};
  constexpr std::array<std::string_view, 5> names = {"b", "c", "d", "e", "f"};
  for (std::size_t i = 0; i < names.size(); ++i) columns.at(i) = table.column(names.at(i));
  for (const CsvRow& row : table.rows()) {
    const auto reaction = set.find(std::string(trim(row.cells[key])));
    const std::string_view name = trim(row.cells[model]);
    if (!reaction || (name != "l4" && name != "l5")) continue;
    PeerFit fit;
    fit.reaction = *reaction;
    fit.five_parameters = name == "l5";
    fit.converged = equals_ignoring_case(trim(row.cells[converged]), "true");
    for (std::size_t i = 0; i < columns.size(); ++i) fit.parameters.at(i) = parse_cell(table, row, columns.at(i));
    if (!fit.five_parameters) fit.parameters[4] = 1.0;
    if (std::all_of(fit.parameters.begin(), fit.parameters.end(), [](double p) { return std::isfinite(p); }))
      peers.fits.push_back(fit);
  }
}

PeerIndicators read_indicators(const CsvTable& table) {
  const std::size_t method = table.column("method");
  const auto target = table.find_column("gene");
  const std::size_t target_column = target ? *target : table.column("target");
  PeerIndicators indicators;
  indicators.path = table.path();
  for (const CsvRow& row : table.rows()) {
    TargetIndicators& one = indicators.rows.emplace_back();
    one.method = std::string(trim(row.cells[method]));
    one.target = std::string(trim(row.cells[target_column]));
    one.bias_as_ratio = parse_cell(table, row, table.column("bias_as_ratio"));
    one.expected_ratio = nan;
    one.ms_deviation = parse_cell(table, row, table.column("MS_deviation"));
    one.ms_within = parse_cell(table, row, table.column("MS_within"));
    one.detectable_difference = parse_cell(table, row, table.column("detectable_diff_paper"));
  }
  return indicators;
}

void read_file(const std::filesystem::path& path, BenchmarkData& data, BenchmarkPeers& peers) {
  const CsvTable table = read_table(path);
  if (table.find_column("method") && table.find_column("MS_within")) {
    peers.indicators.push_back(read_indicators(table));
    return;
  }
  const PeerFile file = parse_name(path);
  const bool is_known =
      file.program == "qpcR" || std::any_of(value_columns.begin(), value_columns.end(),
                                            [&](const ValueColumn& known) { return known.program == file.program; });
  if (!is_known) {
    data.left_out.push_back({path.string(), "no columns of '" + file.program + "' are known", std::nullopt});
    return;
  }
  const std::vector<std::size_t> sets = find_sets(data, file, table);
  if (sets.empty()) data.left_out.push_back({path.string(), "belongs to no set of curves that was read", std::nullopt});
  for (const std::size_t set : sets) {
    if (file.fits) {
      read_fits(table, data.sets[set], peers.sets[set]);
    } else {
      read_values(table, file, data.sets[set], peers.sets[set]);
    }
  }
}

}  // namespace

const PeerValues* SetPeers::find(std::string_view id) const {
  const auto found = std::find_if(values.begin(), values.end(), [&](const PeerValues& one) { return one.id == id; });
  return found == values.end() ? nullptr : &*found;
}

BenchmarkPeers read_benchmark_peers(BenchmarkData& data) {
  BenchmarkPeers peers;
  peers.sets.resize(data.sets.size());
  for (const auto& folder : list_folder(data.root / "reference")) {
    for (const auto& path : list_folder(folder)) {
      if (path.extension() != ".csv") continue;
      try {
        read_file(path, data, peers);
      } catch (const Error& error) {
        data.left_out.push_back({path.string(), error.what(), error.code()});
      }
    }
  }
  return peers;
}

}  // namespace qpcr::apps
