// What the entries of the detection area share: columns in, tables and messages out.
#pragma once

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libqpcr/study/detection/dose_response.hpp"
#include "libqpcr/study/evaluation.hpp"

namespace qpcr {

using Numbers = std::vector<std::optional<double>>;

/// A column that is there, or as many empty texts as rows.
std::vector<std::string> read_labels(const DataTable& table, const std::string& name);

/// Notes a row that is left out, under its reason.
void exclude_row(EvaluationResult& result, const DataTable& table, std::size_t row, const std::string& reason);

/// Rows of counts (positive, tested) or of single replicates (detected), which are counted level by level. `lines`
/// holds a line of the file for each.
struct HitTable {
  std::vector<HitRow> rows;
  std::vector<long> lines;
};
/// @throws Error missing_column when neither kind of columns is there, invalid_value.
HitTable read_hits(const DataTable& table, EvaluationResult& result);

NamedEstimate name_estimate(std::string name, Estimate estimate, std::string method = "", std::string stratum = "",
                            std::string unit = "");
Estimate plain(double value);
Estimate plain(std::optional<double> value, const std::string& why);

EvaluationOption make_option(std::string name, std::string default_value, std::vector<std::string> choices,
                             bool required = false);
EvaluationColumn make_column(std::string name, ColumnKind kind, bool required);

std::vector<Evaluation> quantity_detection_evaluations();  ///< limits from quantities: blank, parametric, quantitation
std::vector<Evaluation> hit_detection_evaluations();       ///< limits from positives and Cq

}  // namespace qpcr
