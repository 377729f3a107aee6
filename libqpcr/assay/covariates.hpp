// Values of the covariates of samples, read from a CSV table whose columns carry their units.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/core/provenance.hpp"

namespace qpcr {

struct CovariateRow {
  std::string sample;
  std::map<std::string, CovariateValue> values;  ///< by identifier; an empty cell gives none
  long line = 0;                                 ///< of the table; 0 when it did not come from one
  std::string subject = {};                      ///< pseudonym of the person; empty when the table does not say
  std::string barcode = {};                      ///< of the tube or order
  std::string collected = {};                    ///< ISO 8601 date of the sample
  std::vector<Message> notes = {};               ///< values that were converted from another unit
};

struct CovariateTable {
  std::optional<SourceFile> source;  ///< the file it was read from; becomes part of a result's provenance
  std::vector<CovariateRow> rows;
};

/// Reads one value as the definition's covariate, in its unit. Numbers: "12.5", or bounded "<0.8", ">60000" (quantified
/// only up to there). Codes are compared exactly; a lot is any text.
/// @throws Error invalid_value (column is the covariate) for anything else, and for a value outside the definition's
///   range where its policy is to refuse; where the policy is `invalid`, the value is marked out_of_range.
CovariateValue parse_covariate_value(const CovariateDefinition& covariate, std::string_view text);

/// The same for a value in another unit that the definition converts from; `text` of the result says both:
/// "100 [IU]/mL = 121".
CovariateValue parse_covariate_value(const CovariateDefinition& covariate, const UnitConversion& conversion,
                                     std::string_view text);

/// Reads a table: first column `sample`, then in any order one column per covariate: `id` for categories and lots,
/// `id [unit]` for numbers, the unit being the definition's or one that it converts from. Optional columns: `subject`,
/// `barcode`, `collected` (date of the sample) and `id date` (date of a covariate's value), dates as 2026-03-02; with
/// both dates the value has an age, before or after. An empty cell is a missing value.
/// @throws Error missing_column for a covariate without a column, invalid_value for a number column without a unit or
///   with one that the definition neither has nor converts, two columns of one covariate, a column that the definition
///   does not know, a bad value or date; duplicate_entry for a sample named twice; personal_data for a sample, subject
///   or barcode that looks like a person's name or number; and as read_csv_table().
CovariateTable parse_covariates(std::string_view bytes, const std::string& path, const AssayDefinition& definition);

/// parse_covariates() of a file. @throws also Error file_not_found, file_unreadable.
CovariateTable read_covariates(const std::filesystem::path& path, const AssayDefinition& definition);

/// The row of a sample, or null.
const CovariateRow* find_row(const CovariateTable& table, std::string_view sample);

}  // namespace qpcr
