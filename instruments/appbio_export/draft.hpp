// A run while its tables are read: what the readers of single tables share.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "instruments/appbio_export/header.hpp"
#include "instruments/appbio_export/table.hpp"
#include "instruments/appbio_export/wells.hpp"
#include "instruments/base/measurement_set.hpp"
#include "instruments/base/reader.hpp"
#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr::appbio_export {

/// Readings of one well that no stage of amplification owns, in the order of the file.
struct OtherReadings {
  std::string dye;
  std::vector<double> fluorescence;
};

struct Draft {
  RunData run;
  NotReadList not_read;
  Wells wells;
  NumberFormat format = NumberFormat::decimal_dot;
  std::string algorithm;  ///< of the Cq, by the header
  std::optional<StageStep> pcr_stage;
  std::optional<StageStep> pre_read_stage;
  std::optional<StageStep> post_read_stage;
  std::size_t amplification_cycles = 0;  ///< of the longest curve in the amplification table
  bool has_results = false;
  std::map<std::size_t, std::string> samples;                  ///< by well, of the rows that name one
  std::map<std::pair<std::size_t, int>, std::string> alleles;  ///< target of a well's first or second allele

  /// The measurement of a well and target; the dye is taken from the tables that name it, and a measurement that had
  /// none gets it.
  Measurement& at(std::size_t well, std::string_view target, std::string_view dye = {});
  /// The measurement of a row that names a reporter and no target.
  Measurement& at_reporter(std::size_t well, const std::string& dye);
  /// Null when there is none.
  Measurement* find(std::size_t well, std::string_view target);
  /// The measurement of the only target of a well, or the one without target or dye.
  Measurement& at_only_target(std::size_t well);
  /// Measurements of a well that read a dye: its targets with that reporter, or one without a target.
  std::vector<Measurement*> at_dye(std::size_t well, const std::string& dye);
  /// Measurements of a well with a target or a reporter.
  std::vector<Measurement*> reactions(std::size_t well);
  std::vector<Measurement>& all() noexcept { return measurements_; }

  /// Readings of the melting stage without temperature, by the well's index.
  std::unordered_map<std::size_t, std::vector<OtherReadings>> melting_readings;

 private:
  Measurement& add(std::size_t well, const std::string& key, bool is_reaction);

  std::vector<Measurement> measurements_;
  std::unordered_map<std::string, std::size_t> by_target_;             ///< well and target
  std::unordered_map<std::size_t, std::vector<std::size_t>> of_well_;  ///< reactions: with a target, or a reporter
};

/// The columns of a table that no measurement has a field for become a vendor table, with what tells rows apart in
/// front; colours are left out.
void keep_other_columns(Table& table, Draft& draft);

/// The whole table as a vendor table.
void keep_whole_table(const Table& table, Draft& draft);

/// Cell as written, trimmed.
std::string text_of(const Table& table, std::size_t row, std::optional<std::size_t> column);

/// A number where the cell holds one; nothing for an empty cell and for a dash. @throws Error invalid_value.
std::optional<double> number_of(const Table& table, std::size_t row, std::optional<std::size_t> column,
                                NumberFormat format);

}  // namespace qpcr::appbio_export
