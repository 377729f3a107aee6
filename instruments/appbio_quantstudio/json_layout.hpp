// Members of an .eds in the JSON layout of Design & Analysis 2.
#pragma once

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/appbio_quantstudio/filter_data.hpp"
#include "instruments/appbio_quantstudio/json_text.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// summary.json: name, state, instrument and block.
void read_summary(const JsonMember& member, Experiment& experiment);
/// run/run_summary.json: serial number, operator, times.
void read_run_summary(const JsonMember& member, Experiment& experiment);
/// setup/plate_setup.json. @throws Error invalid_value, duplicate_entry.
PlateSetup read_json_plate_setup(const JsonMember& member);
/// setup/run_method.json. @throws Error invalid_value.
std::vector<Stage> read_run_method(const JsonMember& member);
/// primary/multicomponent_data.json. @throws Error invalid_value, malformed_file, duplicate_entry.
Signals read_json_multicomponent(const JsonMember& member, NotReadList& not_read);
/// run/filter_data.json. @throws Error invalid_value.
void read_json_filter_data(const JsonMember& member, FilterReadings& filters, NotReadList& not_read);
/// primary/analysis_result.json. @throws Error invalid_value, duplicate_entry.
std::vector<AnalysisResult> read_json_results(const JsonMember& member, std::vector<VendorTable>& tables,
                                              NotReadList& not_read);
/// extensions/am.sc/standard_curve_result.json: the curves as a table, the quantities by well and target.
void read_standard_curves(const JsonMember& member, std::map<WellTarget, double>& quantities,
                          std::vector<VendorTable>& tables);

}  // namespace qpcr::appbio_quantstudio
