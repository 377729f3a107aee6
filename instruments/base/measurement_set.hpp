// Collects the measurements of a run in any order: each well, target and dye once.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr {

/// Finds or adds measurements by well label, target and dye, in constant time.
class MeasurementSet {
 public:
  /// The measurement of that key; a new one holds the key and nothing else. The reference is valid until the next
  /// at() of a new key. @throws Error malformed_file beyond most_measurements.
  Measurement& at(const WellId& well, const std::string& target, const std::string& dye);
  /// Null when there is none.
  Measurement* find(const std::string& well_label, const std::string& target, const std::string& dye);
  bool empty() const noexcept { return measurements_.empty(); }
  std::vector<Measurement>& all() noexcept { return measurements_; }
  /// The measurements by well in plate order; leaves the set empty.
  std::vector<Measurement> release();

 private:
  std::vector<Measurement> measurements_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace qpcr
