// Reading the tables of run-to-run quality control.
#include "libqpcr/assay/control_records.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/header_text.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr {
namespace {

/// A table whose columns are known by name: no other column, none of the needed ones missing.
class Records {
 public:
  Records(std::string_view bytes, const std::string& path, const std::vector<std::string_view>& needed,
          const std::vector<std::string_view>& possible)
      : path_(path),
        text_(decode_text(bytes, path).utf8),
        delimiter_(detect_delimiter(text_)),
        table_(parse_csv(text_, delimiter_, path), path) {
    for (std::size_t i = 0; i < table_.header().size(); ++i) {
      const std::string name(trim(table_.header()[i]));
      const auto is = [&](std::string_view each) { return each == name; };
      if (std::any_of(needed.begin(), needed.end(), is) || std::any_of(possible.begin(), possible.end(), is)) {
        columns_[name] = i;
        continue;
      }
      std::string expected;
      for (const auto* names : {&needed, &possible}) {
        for (const std::string_view each : *names) expected += fmt::format("{}{}", expected.empty() ? "" : ", ", each);
      }
      refuse(ErrorCode::invalid_value, table_.header_line(), name, {}, "one of " + expected, "an unknown column");
    }
    for (const std::string_view name : needed) table_.column(name);
  }

  const std::vector<CsvRow>& rows() const { return table_.rows(); }
  const std::string& path() const { return path_; }

  /// Empty where the table has no such column.
  std::string cell(const CsvRow& row, std::string_view column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() ? std::string() : std::string(trim(row.cells[found->second]));
  }

  std::string filled_cell(const CsvRow& row, std::string_view column) const {
    std::string text = cell(row, column);
    if (text.empty())
      refuse(ErrorCode::invalid_value, row.line, std::string(column), {}, "a text", "the cell is empty");
    return text;
  }

  NumberFormat number_format(const std::vector<std::string_view>& columns) const {
    std::vector<std::string_view> cells;
    for (const CsvRow& row : table_.rows()) {
      for (const std::string_view column : columns) {
        const auto found = columns_.find(column);
        if (found != columns_.end()) cells.push_back(row.cells[found->second]);
      }
    }
    return decide_number_format(cells, delimiter_, ThousandsCommas::never, path_);
  }

  [[noreturn]] void refuse(ErrorCode code, long line, std::string column, std::string found, std::string expected,
                           std::string problem) const {
    throw Error(code, {.path = path_,
                       .line = line,
                       .column = std::move(column),
                       .field = {},
                       .found = std::move(found),
                       .expected = std::move(expected),
                       .problem = std::move(problem)});
  }

 private:
  std::string path_;
  std::string text_;
  char delimiter_;
  CsvTable table_;
  std::map<std::string, std::size_t, std::less<>> columns_;
};

bool is_not_found(std::string_view text) {
  constexpr std::array<std::string_view, 4> words{"nocq", "noct", "undetermined", "未检出"};
  const std::string folded = fold_header(text);
  return std::find(words.begin(), words.end(), folded) != words.end();
}

/// Collects wells of one control in one run.
class Observations {
 public:
  explicit Observations(const Records& records)
      : records_(records), format_(records.number_format({"cq", "slope", "intercept"})) {}

  void add(const CsvRow& row) {
    ControlObservation observation;
    observation.run = records_.filled_cell(row, "run");
    observation.started_at = records_.filled_cell(row, "date");
    observation.key.control = records_.filled_cell(row, "control");
    observation.key.target = records_.filled_cell(row, "target");
    observation.key.instrument = records_.cell(row, "instrument");
    observation.key.reagent_lot = records_.cell(row, "lot");
    observation.key.control_lot = records_.cell(row, "control_lot");
    observation.simulated = observation.key.instrument == "SIMULATED";
    observation.source = fmt::format("{} line {}", records_.path(), row.line);
    const std::string slope = records_.cell(row, "slope");
    const std::string intercept = records_.cell(row, "intercept");
    if (!slope.empty() || !intercept.empty()) {
      add_curve(row, observation, slope, intercept);
    } else {
      add_well(row, observation);
    }
  }

  std::vector<ControlObservation> take() { return std::move(found_); }

 private:
  using Place = std::tuple<SeriesKey, std::string, std::string>;

  double number(const CsvRow& row, std::string_view column, const std::string& text) const {
    const auto value = parse_number(text, format_);
    if (!value) {
      records_.refuse(ErrorCode::invalid_value, row.line, std::string(column), text,
                      column == "cq" ? "a number or 'No Cq'" : "a number", {});
    }
    return *value;
  }

  void add_curve(const CsvRow& row, ControlObservation observation, const std::string& slope,
                 const std::string& intercept) {
    if (!records_.cell(row, "cq").empty())
      records_.refuse(ErrorCode::invalid_value, row.line, "cq", {}, {}, "a row has a Cq or a standard curve, not both");
    observation.key.kind = SeriesKind::slope;
    observation.curve_constant = number(row, "slope", slope);
    insert(row, observation);
    observation.key.kind = SeriesKind::intercept;
    observation.curve_constant = number(row, "intercept", intercept);
    insert(row, observation);
  }

  void insert(const CsvRow& row, const ControlObservation& observation) {
    if (!places_.try_emplace({observation.key, observation.run, observation.started_at}, found_.size()).second) {
      records_.refuse(ErrorCode::duplicate_entry, row.line, "run", observation.run, {},
                      "this standard curve stands in the table twice");
    }
    found_.push_back(observation);
  }

  void add_well(const CsvRow& row, const ControlObservation& observation) {
    const std::string text = records_.cell(row, "cq");
    ControlWell well{records_.cell(row, "well"), std::nullopt, "no_amplification"};
    if (!is_not_found(text)) {
      well.cq_cycles = number(row, "cq", text);
      well.status = "found";
      if (!(*well.cq_cycles > 0))
        records_.refuse(ErrorCode::invalid_value, row.line, "cq", text, "a Cq above 0, or 'No Cq'", {});
    }
    const auto [place, inserted] =
        places_.try_emplace({observation.key, observation.run, observation.started_at}, found_.size());
    if (inserted) found_.push_back(observation);
    std::vector<ControlWell>& wells = found_[place->second].wells;
    const bool twice = std::any_of(wells.begin(), wells.end(), [&](const ControlWell& each) {
      return !well.well.empty() && each.well == well.well;
    });
    if (twice) {
      records_.refuse(ErrorCode::duplicate_entry, row.line, "well", well.well, {},
                      "this well stands in the table twice for its run, control and target");
    }
    wells.push_back(std::move(well));
  }

  const Records& records_;
  NumberFormat format_;
  std::vector<ControlObservation> found_;
  std::map<Place, std::size_t> places_;
};

}  // namespace

std::vector<ControlObservation> parse_control_records(std::string_view bytes, const std::string& path) {
  const Records records(bytes, path, {"run", "date", "control", "target", "cq"},
                        {"well", "instrument", "lot", "control_lot", "slope", "intercept"});
  Observations observations(records);
  for (const CsvRow& row : records.rows()) observations.add(row);
  return observations.take();
}

std::vector<QualityExclusion> parse_exclusions(std::string_view bytes, const std::string& path) {
  const Records records(bytes, path, {"run", "control", "target", "reason"}, {});
  std::vector<QualityExclusion> exclusions;
  for (const CsvRow& row : records.rows()) {
    QualityExclusion exclusion;
    exclusion.run = records.filled_cell(row, "run");
    exclusion.control = records.filled_cell(row, "control");
    exclusion.target = records.filled_cell(row, "target");
    exclusion.reason = records.filled_cell(row, "reason");
    exclusion.path = path;
    exclusion.line = row.line;
    if (find_personal(exclusion.reason)) {
      records.refuse(ErrorCode::personal_data, row.line, "reason", exclusion.reason,
                     "a reason that names no person and no number of a person", {});
    }
    exclusions.push_back(std::move(exclusion));
  }
  return exclusions;
}

std::vector<RunStatement> parse_run_statements(std::string_view bytes, const std::string& path) {
  const Records records(bytes, path, {"run", "date"}, {"instrument", "lot", "control_lot"});
  std::vector<RunStatement> runs;
  std::set<std::string> names;
  for (const CsvRow& row : records.rows()) {
    RunStatement run{records.filled_cell(row, "run"), records.filled_cell(row, "date"), records.cell(row, "instrument"),
                     records.cell(row, "lot"),        records.cell(row, "control_lot"), row.line};
    if (!names.insert(run.run).second)
      records.refuse(ErrorCode::duplicate_entry, row.line, "run", run.run, {}, "this run stands in the table twice");
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace qpcr
