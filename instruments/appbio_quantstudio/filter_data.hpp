// Raw signal per optical filter of an .eds: filterdata.xml, and the files of single readings that a running instrument
// writes.
#pragma once

#include <string>
#include <string_view>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// Collects readings of one filter at one point for all wells, in any order.
class FilterReadings {
 public:
  /// @throws Error malformed_file, invalid_value with the line.
  void read(std::string_view bytes, const std::string& path, NotReadList& not_read);
  /// Readings of the wells from the first on; shorter ones leave wells without.
  void add(const ReadPoint& point, const std::string& filter, std::vector<double> readings, NotReadList& not_read);
  bool empty() const noexcept { return readings_.empty(); }
  /// Points in the order of stage, cycle, step and point; filters in the order they were met. A reading that is not
  /// there is NaN.
  /// @throws Error malformed_file when nearly all readings are missing.
  Signals to_signals(const std::string& member, const std::string& path);

 private:
  std::vector<std::string> filters_;
  std::map<ReadPoint, std::map<std::size_t, std::vector<double>>> readings_;
};

}  // namespace qpcr::appbio_quantstudio
