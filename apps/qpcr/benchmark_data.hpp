// The benchmark's folder: every set of curves with known truth that stands in it, and what people said of the curves.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr::apps {

/// What people say of a curve: amplified, not, or they cannot tell.
enum class CurveLabel { amplified, not_amplified, ambiguous };

/// The commonest of the raters' letters y, n, a; nothing where two are equally common or there is none. Other text is
/// no vote.
std::optional<CurveLabel> find_majority(const std::vector<std::string>& votes);

struct BenchmarkReaction {
  std::string id;  ///< the curve's column
  AmplificationCurve curve;
  std::size_t series = 0;        ///< index into BenchmarkSet::series
  std::size_t assay = 0;         ///< index into BenchmarkSet::assays
  std::optional<double> amount;  ///< > 0
  bool blank = false;            ///< no template was added
  std::optional<CurveLabel> label;
};

/// One file of curves with its truth.
struct BenchmarkSet {
  std::string name;    ///< file name without ending
  std::string folder;  ///< name of the folder that holds it
  std::filesystem::path path;
  std::string amount_column;        ///< "copies", "rel_conc" …; empty where amounts are not known
  std::string label_source;         ///< "decision", "7 raters", "raters 4–8"; empty where nobody labelled
  std::vector<std::string> series;  ///< names of the dilution series: targets, samples, inhibitor levels
  std::vector<std::string> assays;  ///< names of the groups that share reagents, which a method may learn from at once
  std::vector<BenchmarkReaction> reactions;
  std::map<std::string, std::size_t> index;    ///< reaction by curve name
  std::map<std::string, std::string> aliases;  ///< other programs' names of the curves → curve
  std::string alias_file;                      ///< for messages

  bool inhibited = false;  ///< an inhibitor was added to any of the reactions

  bool is_absolute() const { return amount_column == "copies"; }
  /// The reaction of a name of ours or of another program.
  std::optional<std::size_t> find(const std::string& curve) const;
};

/// A file that could not be used, and why.
struct LeftOut {
  std::string path;
  std::string why;
  std::optional<ErrorCode> error;  ///< set where the file is wrong; a file of another kind is no error
};

struct BenchmarkData {
  std::filesystem::path root;  ///< holds data/ and reference/
  std::vector<BenchmarkSet> sets;
  std::vector<LeftOut> left_out;
};

/// Reads `data/<folder>/<name>.csv` with `<name>.truth.csv` below `folder` (or below `folder`/curves). Truth columns:
/// curve; copies, rel_conc, conc, ng_per_ul or dilution; target, sample, inhibitor, competimer_pct or pct, which part
/// the series; sample_type; decision, rater.N. Labels of `data/human_labels/decision_res_<name>.csv` stand in where the
/// truth has none. `map_*.csv` beside a set gives other programs' names of its curves.
/// @param only names of sets; empty for all. @throws Error file_not_found without data/, invalid_option for a set that
///   is not there.
BenchmarkData read_benchmark_data(const std::filesystem::path& folder, const std::vector<std::string>& only);

/// Number of a cell; NaN for "", "NA", "NaN", "nan" and ±"Inf". @throws Error invalid_value for other text.
double parse_cell(const CsvTable& table, const CsvRow& row, std::size_t column);

/// The files of a folder in name order; none where it is missing.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

CsvTable read_table(const std::filesystem::path& path);

}  // namespace qpcr::apps
