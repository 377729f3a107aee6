// Levey–Jennings charts, records and files of run-to-run quality control.
#include <algorithm>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/report/quality_export.hpp"
#include "libqpcr/report/quality_figures.hpp"
#include "libqpcr/report/quality_report.hpp"

namespace {

using namespace qpcr;

/// 30 runs of one lot with a jump and a missing result, then three of another.
std::vector<ControlObservation> make_runs() {
  std::vector<ControlObservation> observations;
  for (int i = 0; i < 33; ++i) {
    ControlObservation each;
    each.key = {SeriesKind::cq, "PC", "GENE", "SIMULATED", "R1", i < 30 ? "C1" : "C2"};
    each.run = fmt::format("RUN-{:02}", i);
    each.started_at = fmt::format("2026-{:02}-{:02}", 10 + i / 28, i % 28 + 1);
    std::optional<double> cq = 25 + 0.1 * std::sin(2.4 * i);
    if (i == 25) cq = 27.0;
    if (i == 27) cq = std::nullopt;
    each.wells = {{"A1", cq, cq ? "found" : "no_amplification"}};
    each.simulated = true;
    observations.push_back(each);
  }
  return observations;
}

template <class Kind>
int count_of(const Drawing& drawing) {
  return static_cast<int>(std::count_if(drawing.shapes.begin(), drawing.shapes.end(),
                                        [](const Shape& shape) { return std::holds_alternative<Kind>(shape); }));
}

}  // namespace

TEST_CASE("a chart of two lots: points, limits, the change of lot, nothing off the canvas", "[quality_report]") {
  const QualityHistory history = judge_controls(make_runs(), {{"RUN-05", "PC", "GENE", "bubble", "e.csv", 2}}, {});
  const std::vector<QualityChart> charts = arrange_charts(history);
  REQUIRE(charts.size() == 1);
  CHECK(charts[0].points.size() == 33);
  const Drawing drawing = draw_levey_jennings(history, charts[0], 0, Language::en);
  std::string texts;
  for (const Shape& shape : drawing.shapes) {
    if (const auto* text = std::get_if<Text>(&shape)) {
      texts += text->text + "|";
      CHECK(text->at.x >= 0);
      CHECK(text->at.x <= drawing.width);
      CHECK(text->at.y <= drawing.height);
    }
  }
  for (const char* expected : {"+3 s", "−3 s", "↑27.00 1-3s", "control lot C2", "10-01", "No Cq", "2026"})
    CHECK(texts.find(expected) != std::string::npos);
  CHECK(count_of<Circle>(drawing) >= 28);
}

TEST_CASE("the report in both languages; a record for each rejected run, empty where people write",
          "[quality_report]") {
  const QualityHistory history = judge_controls(make_runs(), {}, {});
  const auto months = summarise_months(history);
  for (const Language language : {Language::zh, Language::en}) {
    const Document document = build_quality_report(history, months, {language, ""});
    validate(document);
    CHECK_FALSE(document.watermark.empty());
    int forms = 0;
    for (const Block& block : document.blocks) {
      const auto* table = std::get_if<ReportTable>(&block);
      if (table == nullptr || table->id.find("-form") == std::string::npos) continue;
      ++forms;
      for (const auto& row : table->rows) CHECK(row[1].text.find_first_not_of("\u00A0\n") == std::string::npos);
    }
    CHECK(forms == 2);
    CHECK_FALSE(render_pdf(document).empty());
  }
  CHECK(build_rejection_records(history, {Language::en, "2026-11"}).empty());
  CHECK_THROWS_AS(build_quality_report(history, months, {Language::en, "2027-01"}), Error);
  CHECK_THROWS_AS(build_quality_report(history, months, {Language::en, "November"}), Error);
}

TEST_CASE("limits written and read back are the same", "[quality_report]") {
  const QualityHistory history = judge_controls(make_runs(), {}, {});
  REQUIRE(history.limits.size() == 1);
  const std::string text = render_limits_json(history.limits);
  CHECK(parse_limits_json(text, "limits.json") == history.limits);
  CHECK(render_limits_json(parse_limits_json(text, "limits.json")) == text);
}
