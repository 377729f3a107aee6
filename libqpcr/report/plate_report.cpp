// Composition of the plate report from its sections.
#include "libqpcr/report/plate_report.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/report/plate_sections.hpp"

namespace qpcr {

Document build_plate_report(const Run& run, const PlateResult& result, const PlateReportOptions& options) {
  const Language language = options.language;
  const PlateView view = arrange(run, result, language);
  Document document;
  document.language = language;
  document.title = render_text("report.plate_title", language);
  document.subtitle = fmt::format("{} · {} {}", result.run, pick(result.assay.title, language), result.assay.version);
  document.banner = marking(result, language);
  if (result.simulated) document.watermark = render_text("report.watermark_simulated", language);
  if (is_marked(result)) {
    if (!document.watermark.empty()) document.watermark += "\n";
    const bool released = result.assay.status == AssayStatus::released && !result.simulated;
    document.watermark +=
        render_text(released ? "report.marking_not_releasable" : "report.watermark_research", language);
  }
  document.header = fmt::format("{} · {}", document.title, result.run);
  document.footer = fmt::format("qpcr {} · {} {} · {}", result.library_version, result.assay.id, result.assay.version,
                                result.assay.sha256.substr(0, 12));
  for (auto* section : {render_verdict_section, render_controls_section, render_map_section, render_calls_section,
                        render_curves_section, render_wells_section, render_method_section, render_warnings_section,
                        render_provenance_section, render_statements_section}) {
    std::vector<Block> blocks = section(view);
    std::move(blocks.begin(), blocks.end(), std::back_inserter(document.blocks));
  }
  return document;
}

}  // namespace qpcr
