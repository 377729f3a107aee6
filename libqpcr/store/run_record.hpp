// A run as a JSON record and one array of readings, and back.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr {

/// Everything of a run: `record` is JSON that names, for each curve, where its axis and readings stand in `values`.
struct RunRecord {
  std::string record;
  std::vector<double> values;
};

RunRecord to_record(const Run& run);

/// @throws Error malformed_file when the record is not one of this version or points outside the values.
Run parse_record(const RunRecord& record);

}  // namespace qpcr
