// The table of a hospital as it was sent: CSV, workbook, REDCap export or ODM, as one header and one row a subject.
#pragma once

#include <string>
#include <string_view>

#include "libqpcr/study/clinical/clinical_mapping.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {

/// Reads a file in the layout that the mapping declares. Of a REDCap export, the rows of one record (its first column)
/// become one row: a cell is what the record's rows say, and two different texts are an error. Of ODM 1.3, a row is a
/// SubjectData with the columns SubjectKey, LocationOID and one for each ItemOID; a repeated item that says two things
/// is an error too.
/// @throws Error wrong_encoding, malformed_file; missing_column for a sheet that is not there; duplicate_entry for
/// contradicting cells; unsupported_format for bytes of another kind.
CsvTable read_clinical_source(std::string_view bytes, const std::string& path, const ClinicalMapping& mapping);

/// Takes persons out of a table before it enters the study: drops `mapping.drop`, replaces `mapping.pseudonymise` by
/// the first 24 digits of HMAC-SHA-256 under `key`, so that one person has one pseudonym at every centre that uses the
/// key.
/// @return the table as CSV. @throws Error personal_data for any other column or cell of a person; missing_column for a
/// listed column that the table lacks; invalid_option for a key below 16 bytes where one is needed.
std::string render_without_persons(const CsvTable& table, const ClinicalMapping& mapping, std::string_view key);

}  // namespace qpcr
