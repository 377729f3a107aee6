// One sentence for each field that a format may have no place for.
#include "libqpcr/exchange/run_rest.hpp"

#include <fmt/format.h>

namespace qpcr {

void list_rest_of_run(const RunData& run, const RestOfRun& said, NotWrittenList& not_written) {
  const std::string place = fmt::format("run {}", run.name);
  if (!run.ended_at.empty() && !said.ended_at) not_written.add(place, fmt::format("its end '{}'", run.ended_at));
  if (!run.plate_barcode.empty() && !said.barcode)
    not_written.add(place, fmt::format("barcode '{}' of the plate", run.plate_barcode));
  if (!run.passive_reference_dye.empty() && !said.passive_reference)
    not_written.add(place, fmt::format("that {} is the passive reference", run.passive_reference_dye));
  for (const VendorTable& table : run.vendor_tables)
    not_written.add(place, fmt::format("table '{}' of the vendor's software", table.name));
  for (const Measurement& measurement : run.measurements) {
    if (measurement.role != SampleRole::unspecified && !measurement.role_text.empty() && said.role_codes)
      not_written.add(place, "spellings of roles, which are written as codes");
    if (!measurement.excluded && !measurement.exclusion_reason.empty())
      not_written.add(place, "reasons of exclusions that were not made");
    if (said.vendor_texts) continue;
    if (!measurement.vendor.cq_text.empty()) not_written.add(place, "spellings of the vendor Cq");
    if (!measurement.subarray.empty()) not_written.add(place, "the subarrays of the wells");
    const std::string where =
        fmt::format("run {}, well {}, target {}", run.name, measurement.well.label, measurement.target);
    for (const VendorResult& vendor : measurement.other_vendor_results)
      not_written.add(where, fmt::format("second vendor result, algorithm '{}'", vendor.algorithm));
  }
}

void list_vendor_rest(const VendorResult& vendor, const std::string& place, NotWrittenList& not_written) {
  if (!vendor.call.empty()) not_written.add(place, fmt::format("vendor call '{}'", vendor.call));
  if (vendor.cq_confidence) not_written.add(place, "confidence of the vendor Cq");
  if (vendor.baseline_first_cycle || vendor.baseline_last_cycle) not_written.add(place, "the vendor's baseline window");
  if (vendor.quantity) not_written.add(place, "quantity computed by the vendor's software");
  if (!vendor.flags.empty()) not_written.add(place, fmt::format("vendor flags: {}", fmt::join(vendor.flags, ", ")));
}

}  // namespace qpcr
