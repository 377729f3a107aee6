// Reads curves, truth and labels of the benchmark's folder.
#include "apps/qpcr/benchmark_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view truth_ending = ".truth.csv";
constexpr std::size_t fewest_amounts = 3;

/// A column that says how much template a reaction held.
struct AmountColumn {
  std::string_view name;
  bool is_inverse;  ///< a dilution factor: 10 is a tenth
};

/// The most telling first.
constexpr std::array<AmountColumn, 5> amount_columns = {
    {{"copies", false}, {"rel_conc", false}, {"conc", false}, {"ng_per_ul", false}, {"dilution", true}}};
/// Columns that part the reagents, so that nothing may be learned across them.
constexpr std::array<std::string_view, 4> assay_columns = {"target", "inhibitor", "competimer_pct", "pct"};
/// Controls without template, as RDML and the sets here spell them.
constexpr std::array<std::string_view, 4> blank_types = {"ntc", "nac", "ntp", "nrt"};

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string column, std::string found,
                         std::string expected) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.column = std::move(column);
  context.found = std::move(found);
  context.expected = std::move(expected);
  throw Error(code, std::move(context));
}

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

/// Columns whose name is `stem` and a number, in order of the number's column.
std::vector<std::size_t> find_numbered(const CsvTable& table, std::string_view stem) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const std::string_view name = trim(table.header()[i]);
    if (name.size() > stem.size() && name.substr(0, stem.size()) == stem && parse_integer(name.substr(stem.size())))
      columns.push_back(i);
  }
  return columns;
}

/// Votes of one row, and what they are called.
struct Votes {
  std::vector<std::size_t> columns;
  std::string source;
};

Votes find_votes(const CsvTable& table) {
  if (const auto decision = table.find_column("decision")) return {{*decision}, "decision"};
  for (const std::string_view stem : {"rater.", "test.result."}) {
    std::vector<std::size_t> columns = find_numbered(table, stem);
    if (columns.empty()) continue;
    // With eight raters the first three used another scale and agree with the others on a third of the curves only
    // (MANIFEST.md of the reference data, trap 6).
    constexpr std::size_t raters_of_two_scales = 8;
    if (columns.size() == raters_of_two_scales) return {{columns.begin() + 3, columns.end()}, "raters 4–8"};
    std::string source = fmt::format("{} raters", columns.size());
    return {std::move(columns), std::move(source)};
  }
  return {};
}

std::optional<CurveLabel> read_label(const CsvRow& row, const Votes& votes) {
  std::vector<std::string> texts;
  for (const std::size_t column : votes.columns) texts.push_back(row.cells[column]);
  return find_majority(texts);
}

/// A label file that stands apart: its first column holds the curves.
void read_label_file(const std::filesystem::path& path, BenchmarkSet& set) {
  const CsvTable table = read_table(path);
  const Votes votes = find_votes(table);
  if (votes.columns.empty())
    refuse(ErrorCode::missing_column, path.string(), table.header_line(), {}, {}, "columns test.result.1, 2, …");
  for (const CsvRow& row : table.rows()) {
    const auto found = set.find(row.cells.front());
    if (found) set.reactions[*found].label = read_label(row, votes);
  }
  set.label_source = votes.source;
}

void read_curves(const CsvTable& table, BenchmarkSet& set) {
  std::vector<double> cycles;
  for (const CsvRow& row : table.rows()) {
    const double cycle = parse_cell(table, row, 0);
    if (!std::isfinite(cycle) || (!cycles.empty() && cycle <= cycles.back())) {
      refuse(ErrorCode::invalid_value, table.path(), row.line, std::string(trim(table.header().front())),
             row.cells.front(), "increasing cycles");
    }
    cycles.push_back(cycle);
  }
  for (std::size_t k = 1; k < table.header().size(); ++k) {
    BenchmarkReaction& reaction = set.reactions.emplace_back();
    reaction.id = std::string(trim(table.header()[k]));
    reaction.curve.cycles = cycles;
    for (const CsvRow& row : table.rows()) reaction.curve.fluorescence.push_back(parse_cell(table, row, k));
    set.index[reaction.id] = k - 1;
  }
}

/// Names the groups that `columns` part the rows into and gives each reaction its group.
void group_reactions(const std::vector<std::vector<std::string>>& keys, std::vector<std::string>& names,
                     std::size_t BenchmarkReaction::*member, std::vector<BenchmarkReaction>& reactions) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < reactions.size(); ++i) {
    std::string key = fmt::format("{}", fmt::join(keys[i], " · "));
    if (key.empty()) key = "all";
    const auto [found, inserted] = known.try_emplace(key, names.size());
    if (inserted) names.push_back(key);
    reactions[i].*member = found->second;
  }
}

/// True when parting the reactions by `keys` leaves most parts with three amounts, as dilution series have.
bool keeps_series(const std::vector<std::string>& keys, const std::vector<BenchmarkReaction>& reactions) {
  std::map<std::string, std::set<double>> amounts;
  for (std::size_t i = 0; i < reactions.size(); ++i) {
    if (reactions[i].amount) amounts[keys[i]].insert(*reactions[i].amount);
  }
  if (amounts.size() < 2) return false;
  const auto kept = std::count_if(amounts.begin(), amounts.end(),
                                  [](const auto& entry) { return entry.second.size() >= fewest_amounts; });
  return 2 * static_cast<std::size_t>(kept) > amounts.size();
}

void read_truth(const CsvTable& table, BenchmarkSet& set) {
  const std::size_t curve = table.column("curve");
  std::optional<std::size_t> amount;
  bool is_inverse = false;
  for (const AmountColumn& known : amount_columns) {
    amount = table.find_column(known.name);
    if (!amount) continue;
    set.amount_column = (known.is_inverse ? "1/" : "") + std::string(known.name);
    is_inverse = known.is_inverse;
    break;
  }
  const std::optional<std::size_t> type = table.find_column("sample_type");
  const Votes votes = find_votes(table);
  set.label_source = votes.source;
  std::vector<const CsvRow*> rows(set.reactions.size(), nullptr);
  for (const CsvRow& row : table.rows()) {
    const auto found = set.index.find(std::string(trim(row.cells[curve])));
    if (found == set.index.end())
      refuse(ErrorCode::malformed_file, table.path(), row.line, "curve", row.cells[curve], "a column of the curves");
    BenchmarkReaction& reaction = set.reactions[found->second];
    if (rows[found->second] != nullptr)
      refuse(ErrorCode::duplicate_entry, table.path(), row.line, "curve", row.cells[curve], "each curve once");
    rows[found->second] = &row;
    if (amount) {
      const double value = parse_cell(table, row, *amount);
      if (value > 0.0) reaction.amount = is_inverse ? 1.0 / value : value;
      reaction.blank = value == 0.0 && !is_inverse;
    }
    if (type) {
      const std::string text = to_lower_ascii(trim(row.cells[*type]));
      if (std::find(blank_types.begin(), blank_types.end(), text) != blank_types.end()) reaction.blank = true;
    }
    reaction.label = read_label(row, votes);
  }
  const auto missing = std::find(rows.begin(), rows.end(), nullptr);
  if (missing != rows.end()) {
    refuse(ErrorCode::malformed_file, table.path(), 0, "curve", {},
           fmt::format("a row for the curve '{}'", set.reactions[static_cast<std::size_t>(missing - rows.begin())].id));
  }
  std::vector<std::vector<std::string>> assay_keys(rows.size());
  std::vector<std::vector<std::string>> series_keys(rows.size());
  const auto part = [&](std::string_view name, bool is_assay) {
    const auto column = table.find_column(name);
    if (!column) return;
    std::vector<std::string> values;
    for (const CsvRow* row : rows) values.emplace_back(trim(row->cells[*column]));
    const bool varies = std::set<std::string>(values.begin(), values.end()).size() > 1;
    const bool of_series = keeps_series(values, set.reactions);
    for (std::size_t i = 0; varies && i < rows.size(); ++i) {
      if (is_assay) assay_keys[i].push_back(values[i]);
      if (of_series) series_keys[i].push_back(values[i]);
    }
  };
  for (const std::string_view name : assay_columns) part(name, true);
  if (const auto column = table.find_column("inhibitor")) {
    for (const CsvRow& row : table.rows()) {
      const std::string_view inhibitor = trim(row.cells[*column]);
      set.inhibited = set.inhibited || (!inhibitor.empty() && inhibitor != "none" && inhibitor != "NA");
    }
  }
  part("sample", false);
  group_reactions(assay_keys, set.assays, &BenchmarkReaction::assay, set.reactions);
  group_reactions(series_keys, set.series, &BenchmarkReaction::series, set.reactions);
}

void read_aliases(const std::filesystem::path& path, BenchmarkSet& set) {
  const CsvTable table = read_table(path);
  const std::size_t own = table.column("curve");
  if (table.header().size() != 2)
    refuse(ErrorCode::malformed_file, path.string(), table.header_line(), {}, {}, "two columns, one of them 'curve'");
  std::map<std::string, std::string> aliases;
  for (const CsvRow& row : table.rows()) {
    const std::string curve(trim(row.cells[own]));
    // The map of another set in the same folder.
    if (set.index.count(curve) == 0) continue;
    aliases[std::string(trim(row.cells[1 - own]))] = curve;
  }
  if (aliases.empty()) return;
  set.aliases = std::move(aliases);
  set.alias_file = path.string();
}

BenchmarkSet read_set(const std::filesystem::path& path, const std::filesystem::path& truth,
                      const std::filesystem::path& labels) {
  BenchmarkSet set;
  set.name = path.stem().string();
  set.folder = path.parent_path().filename().string();
  set.path = path;
  read_curves(read_table(path), set);
  read_truth(read_table(truth), set);
  const std::filesystem::path label_file = labels / ("decision_res_" + set.name + ".csv");
  if (set.label_source.empty() && std::filesystem::is_regular_file(label_file)) read_label_file(label_file, set);
  for (const auto& other : list_folder(path.parent_path())) {
    if (other.filename().string().rfind("map_", 0) == 0) read_aliases(other, set);
  }
  return set;
}

}  // namespace

std::optional<CurveLabel> find_majority(const std::vector<std::string>& votes) {
  std::array<std::pair<long, CurveLabel>, 3> counts{
      {{0, CurveLabel::amplified}, {0, CurveLabel::not_amplified}, {0, CurveLabel::ambiguous}}};
  for (const std::string& vote : votes) {
    const std::string text = to_lower_ascii(trim(vote));
    if (text == "y") ++counts[0].first;
    if (text == "n") ++counts[1].first;
    if (text == "a") ++counts[2].first;
  }
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  if (counts[0].first == counts[1].first) return std::nullopt;
  return counts[0].second;
}

std::optional<std::size_t> BenchmarkSet::find(const std::string& curve) const {
  if (const auto own = index.find(curve); own != index.end()) return own->second;
  const auto alias = aliases.find(curve);
  if (alias == aliases.end()) return std::nullopt;
  return index.at(alias->second);
}

double parse_cell(const CsvTable& table, const CsvRow& row, std::size_t column) {
  const std::string_view text = trim(row.cells[column]);
  if (const auto value = parse_double(text)) return *value;
  for (const std::string_view missing : {"", "na", "nan", "inf", "-inf"}) {
    if (equals_ignoring_case(text, missing)) return nan;
  }
  refuse(ErrorCode::invalid_value, table.path(), row.line, std::string(trim(table.header()[column])), std::string(text),
         "a number");
}

std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

CsvTable read_table(const std::filesystem::path& path) { return read_csv_table(read_file(path), path.string()); }

BenchmarkData read_benchmark_data(const std::filesystem::path& folder, const std::vector<std::string>& only) {
  BenchmarkData data;
  data.root = std::filesystem::is_directory(folder / "curves" / "data") ? folder / "curves" : folder;
  if (!std::filesystem::is_directory(data.root / "data"))
    refuse(ErrorCode::file_not_found, folder.string(), 0, {}, {}, "a folder that holds data/<set>/*.truth.csv");
  std::set<std::string> wanted(only.begin(), only.end());
  for (const auto& place : list_folder(data.root / "data")) {
    if (!std::filesystem::is_directory(place) || place.filename() == "human_labels") continue;
    for (const auto& path : list_folder(place)) {
      const std::string name = path.filename().string();
      if (!ends_with(name, ".csv") || name.rfind("map_", 0) == 0) continue;
      if (ends_with(name, truth_ending)) {
        const std::string stem = name.substr(0, name.size() - truth_ending.size());
        if (!std::filesystem::is_regular_file(place / (stem + ".csv")))
          data.left_out.push_back({path.string(), "no curves: " + stem + ".csv is missing", ErrorCode::file_not_found});
        continue;
      }
      const std::string stem = path.stem().string();
      if (!only.empty() && std::find(only.begin(), only.end(), stem) == only.end()) continue;
      wanted.erase(stem);
      const auto truth = place / (stem + std::string(truth_ending));
      if (!std::filesystem::is_regular_file(truth)) {
        data.left_out.push_back({path.string(), "no " + truth.filename().string() + " beside it", std::nullopt});
        continue;
      }
      try {
        BenchmarkSet set = read_set(path, truth, data.root / "data" / "human_labels");
        const bool is_taken = std::any_of(data.sets.begin(), data.sets.end(),
                                          [&](const BenchmarkSet& other) { return other.name == set.name; });
        if (is_taken) set.name = set.folder + "_" + set.name;
        data.sets.push_back(std::move(set));
      } catch (const Error& error) {
        data.left_out.push_back({path.string(), error.what(), error.code()});
      }
    }
  }
  if (!wanted.empty())
    refuse(ErrorCode::invalid_option, {}, 0, "--set", *wanted.begin(), "the name of a set in the folder");
  return data;
}

}  // namespace qpcr::apps
