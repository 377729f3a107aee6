// Numbers the steps of a protocol one after another and closes repeated stages with a loop.
#include "libqpcr/exchange/rdml_protocol.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/xml_text.hpp"

namespace qpcr {
namespace {

bool can_be_said(const ProtocolStep& step) {
  return step.temperature_celsius && std::isfinite(*step.temperature_celsius) && step.duration_seconds &&
         *step.duration_seconds >= 1 && *step.duration_seconds <= 1e9 &&
         *step.duration_seconds == std::floor(*step.duration_seconds) && step.repeats >= 1;
}

}  // namespace

std::string render_rdml_protocol(const RunData& run, const std::string& id, NotWrittenList& not_written) {
  if (run.protocol.empty()) return {};
  const std::string place = fmt::format("run {}", run.name);
  for (const ProtocolStep& step : run.protocol) {
    if (can_be_said(step)) continue;
    not_written.add(place,
                    fmt::format("the thermal protocol: step {} of stage {} has no temperature or no whole number "
                                "of seconds, which RDML demands",
                                step.step, step.stage));
    return {};
  }
  const bool melts = std::any_of(run.measurements.begin(), run.measurements.end(),
                                 [](const Measurement& measurement) { return !measurement.melt.empty(); });
  std::string xml = fmt::format("<thermalCyclingConditions id=\"{}\">\n", escape_xml(id));
  long number = 0;
  long first_of_stage = 1;
  for (std::size_t i = 0; i < run.protocol.size(); ++i) {
    const ProtocolStep& step = run.protocol[i];
    const bool starts = i == 0 || run.protocol[i - 1].stage != step.stage;
    if (starts) first_of_stage = number + 1;
    if (starts && i > 0 && step.repeats == 1 && run.protocol[i - 1].repeats == 1)
      not_written.add(place, "borders between stages of the protocol that are run once");
    xml += fmt::format("<step><nr>{}</nr><temperature><temperature>{}</temperature><duration>{}</duration>", ++number,
                       format_double(*step.temperature_celsius), static_cast<long>(*step.duration_seconds));
    if (step.collects)
      xml += fmt::format("<measure>{}</measure>", melts && step.repeats == 1 ? "meltcurve" : "real time");
    xml += "</temperature></step>\n";
    const bool ends = i + 1 == run.protocol.size() || run.protocol[i + 1].stage != step.stage;
    if (ends && step.repeats > 1) {
      xml += fmt::format("<step><nr>{}</nr><loop><goto>{}</goto><repeat>{}</repeat></loop></step>\n", ++number,
                         first_of_stage, step.repeats);
    }
  }
  return xml + "</thermalCyclingConditions>\n";
}

}  // namespace qpcr
