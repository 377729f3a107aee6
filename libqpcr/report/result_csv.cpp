// Columns of the two CSV files.
#include "libqpcr/report/result_csv.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/report/plate_view.hpp"
#include "libqpcr/tabular/csv.hpp"

namespace qpcr {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view yes_or_no(bool value) { return value ? "true" : "false"; }

std::string join_messages(const std::vector<Message>& messages, Language language) {
  std::string text;
  for (const Message& message : messages) {
    if (!text.empty()) text += "; ";
    text += render_message(message, language);
  }
  return text;
}

std::string join_wells(const PlateResult& result, const SampleCall& call) {
  std::vector<std::string_view> wells;
  std::string text;
  for (const std::size_t index : call.wells) {
    const std::string& well = result.wells.at(index).well.label;
    if (std::find(wells.begin(), wells.end(), well) != wells.end()) continue;
    wells.push_back(well);
    if (!text.empty()) text += ' ';
    text += well;
  }
  return text;
}

void add_origin(CsvWriter& csv, const PlateResult& result, Language language) {
  csv.add(result.assay.id).add(result.assay.version).add(result.assay.sha256).add(marking(result, language));
}

std::string finish(const CsvWriter& csv, const ResultCsvOptions& options) {
  return options.byte_order_mark ? std::string(byte_order_mark) + csv.text() : csv.text();
}

}  // namespace

std::string render_calls_csv(const PlateResult& result, const ResultCsvOptions& options) {
  std::vector<std::string> values;
  for (const SampleCall& call : result.calls) {
    for (const NamedValue& value : call.values) {
      if (std::find(values.begin(), values.end(), value.id) == values.end()) values.push_back(value.id);
    }
  }
  CsvWriter csv(',', true);
  for (const std::string_view name :
       {"run", "run_valid", "sample", "outcome", "outcome_text", "needs_review", "depends_on_imputed_cq", "wells",
        "reasons", "flags", "repeat", "score_class", "releasable"}) {
    csv.add(name);
  }
  for (const std::string& value : values) csv.add(value);
  for (const std::string_view name : {"assay", "assay_version", "assay_sha256", "marking"}) csv.add(name);
  csv.end_row();
  for (const SampleCall& call : result.calls) {
    csv.add(result.run).add(yes_or_no(result.run_valid)).add(call.sample).add(to_string(call.outcome));
    csv.add(label("outcome", to_string(call.outcome), options.language));
    csv.add(yes_or_no(call.needs_review)).add(yes_or_no(call.depends_on_imputed_cq)).add(join_wells(result, call));
    csv.add(join_messages(call.reasons, options.language)).add(join_messages(call.flags, options.language));
    csv.add(call.repeat ? render_message(*call.repeat, options.language) : std::string());
    csv.add(call.score_class ? pick(call.score_class->text, options.language) : std::string());
    csv.add(yes_or_no(call.releasable));
    for (const std::string& id : values) {
      const auto value =
          std::find_if(call.values.begin(), call.values.end(), [&](const NamedValue& each) { return each.id == id; });
      csv.add_number(value == call.values.end() ? std::nullopt : value->value);
    }
    add_origin(csv, result, options.language);
    csv.end_row();
  }
  return finish(csv, options);
}

std::string render_wells_csv(const PlateResult& result, const ResultCsvOptions& options) {
  CsvWriter csv(',', true);
  for (const std::string_view name :
       {"run",       "well",          "sample",         "target",  "target_as_read",   "dye",       "role",   "control",
        "cq_cycles", "status",        "used_cq_cycles", "imputed", "vendor_cq_cycles", "threshold", "method", "flags",
        "assay",     "assay_version", "assay_sha256",   "marking"}) {
    csv.add(name);
  }
  csv.end_row();
  for (const WellResult& well : result.wells) {
    csv.add(result.run).add(well.well.label).add(well.sample).add(well.target).add(well.target_as_read).add(well.dye);
    csv.add(to_string(well.role)).add(well.control ? to_string(*well.control) : std::string_view{});
    csv.add_number(well.cq.cq_cycles).add(to_string(well.cq.status)).add_number(well.used_cq_cycles);
    csv.add(yes_or_no(well.imputed)).add_number(well.vendor_cq_cycles).add_number(well.cq.threshold);
    csv.add(to_string(well.cq.method)).add(join_messages(well.flags, options.language));
    add_origin(csv, result, options.language);
    csv.end_row();
  }
  return finish(csv, options);
}

}  // namespace qpcr
