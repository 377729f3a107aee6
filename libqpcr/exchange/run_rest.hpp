// Lists the fields of a run for which most formats have no place, so that no writer forgets one.
#pragma once

#include <string>

#include "libqpcr/core/run.hpp"
#include "libqpcr/exchange/not_written.hpp"

namespace qpcr {

/// What of the list below a format does say, and so is not listed.
struct RestOfRun {
  bool role_codes = false;  ///< roles stand there as codes, so that a spelling that has one is lost
  bool ended_at = false;
  bool passive_reference = false;
  bool barcode = false;
  bool vendor_texts = false;  ///< spellings of "no Cq", subarrays and further results of the vendor
};

/// Lists the end of the run, the plate's barcode, the passive reference, tables of the vendor, and, once a run,
/// spellings of roles and of "no Cq" and places within an array of arrays.
void list_rest_of_run(const RunData& run, const RestOfRun& said, NotWrittenList& not_written);

/// Lists the vendor's call, confidence, baseline, computed quantity and flags of one measurement.
void list_vendor_rest(const VendorResult& vendor, const std::string& place, NotWrittenList& not_written);

}  // namespace qpcr
