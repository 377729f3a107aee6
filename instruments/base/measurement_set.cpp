// An index by well, target and dye over a list of measurements.
#include "instruments/base/measurement_set.hpp"

#include <string>
#include <utility>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

std::string to_key(const std::string& well_label, const std::string& target, const std::string& dye) {
  std::string key;
  key.reserve(well_label.size() + target.size() + dye.size() + 2);
  key.append(well_label).append(1, '\0').append(target).append(1, '\0').append(dye);
  return key;
}

}  // namespace

Measurement& MeasurementSet::at(const WellId& well, const std::string& target, const std::string& dye) {
  const auto [entry, is_new] = index_.emplace(to_key(well.label, target, dye), measurements_.size());
  if (is_new) {
    if (measurements_.size() >= most_measurements) {
      ErrorContext context;
      context.problem = "more than " + std::to_string(most_measurements) + " reactions in a run";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    Measurement& fresh = measurements_.emplace_back();
    fresh.well = well;
    fresh.target = target;
    fresh.dye = dye;
  }
  return measurements_[entry->second];
}

Measurement* MeasurementSet::find(const std::string& well_label, const std::string& target, const std::string& dye) {
  const auto entry = index_.find(to_key(well_label, target, dye));
  return entry == index_.end() ? nullptr : &measurements_[entry->second];
}

std::vector<Measurement> MeasurementSet::release() {
  sort_by_well(measurements_);
  index_.clear();
  return std::exchange(measurements_, {});
}

}  // namespace qpcr
