// The plate report: everything of the result is in it, marked where it must be, in both languages, and quickly.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <unistd.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/markup.hpp"
#include "libqpcr/report/plate_report.hpp"
#include "libqpcr/seal/hash.hpp"
#include "tests/report/pdf_text.hpp"
#include "tests/report/plate_fixture.hpp"
#include "tests/support/instrumented.hpp"

using namespace qpcr;
using qpcr::testing::count_occurrences;
using qpcr::testing::FixtureOptions;
using qpcr::testing::make_empty_plate;
using qpcr::testing::make_plate;
using qpcr::testing::pdf_to_text;
using qpcr::testing::squeeze;

namespace {

std::string svg_of(const std::string& html, const std::string& figure) {
  const std::size_t start = html.find("<figure id=\"" + figure + "\">");
  REQUIRE(start != std::string::npos);
  return html.substr(start, html.find("</figure>", start) - start);
}

std::vector<ReportTable> tables_of(const Document& document) {
  std::vector<ReportTable> tables;
  for (const Block& block : document.blocks) {
    if (const auto* table = std::get_if<ReportTable>(&block)) tables.push_back(*table);
  }
  return tables;
}

}  // namespace

TEST_CASE("HTML and PDF hold every sample, call and reason", "[plate]") {
  const auto plate = make_plate({});
  for (const Language language : {Language::zh, Language::en}) {
    const Document document = build_plate_report(plate.run, plate.result, {language});
    const std::string html = render_html(document);
    const std::string text = squeeze(pdf_to_text(render_pdf(document)));
    pugi::xml_document xml;
    CHECK(xml.load_string(html.c_str(), pugi::parse_default | pugi::parse_doctype));
    CHECK(html.find("<script") == std::string::npos);
    REQUIRE(plate.result.calls.size() == 92);
    for (const SampleCall& call : plate.result.calls) {
      INFO(call.sample);
      CHECK(html.find(">" + escape_markup(call.sample) + "<") != std::string::npos);
      CHECK(text.find(squeeze(call.sample)) != std::string::npos);
      for (const Message& reason : call.reasons) {
        CHECK(html.find(escape_markup(render_message(reason, language))) != std::string::npos);
        CHECK(text.find(squeeze(render_message(reason, language))) != std::string::npos);
      }
    }
    for (const ControlResult& control : plate.result.controls) CHECK(html.find(control.sample) != std::string::npos);
    for (const SourceFile& source : plate.result.provenance.sources)
      CHECK(text.find(source.sha256) != std::string::npos);
    CHECK(text.find(plate.result.assay.sha256) != std::string::npos);
    CHECK(text.find(squeeze(pick(plate.result.assay.statements[0], language))) != std::string::npos);
    CHECK(html.find("thermalCyclingConditions") != std::string::npos);
  }
}

TEST_CASE("a Chinese report says it in Chinese, with English beside the headings", "[plate]") {
  const auto plate = make_plate({});
  const std::string text = pdf_to_text(render_pdf(build_plate_report(plate.run, plate.result, {Language::zh})));
  for (const char* words : {"荧光定量 PCR 整板报告", "本批次有效", "Batch valid", "扩增曲线", "Amplification curves",
                            "阳性", "阴性", "不确定", "无效", "本结果仅供辅助诊断，阴性不能排除肝癌"}) {
    INFO(words);
    CHECK(text.find(words) != std::string::npos);
  }
}

TEST_CASE("marking stands on every page unless the definition is released and the data real", "[plate]") {
  const auto marked_pages = [](bool simulated, AssayStatus status, const std::string& words) {
    const auto plate = make_plate({8, 12, simulated, status, true});
    const std::string text = pdf_to_text(render_pdf(build_plate_report(plate.run, plate.result, {Language::zh})));
    const auto pages = count_occurrences(text, "\f");
    std::size_t marked = 0;
    std::size_t start = 0;
    for (std::size_t page = 0; page < pages; ++page) {
      const std::size_t end = text.find('\f', start);
      marked += text.substr(start, end - start).find(words) != std::string::npos ? 1U : 0U;
      start = end + 1;
    }
    return std::pair{marked, pages};
  };
  const std::string research = "仅供科研/演示，不得用于临床诊断";
  const auto simulated = marked_pages(true, AssayStatus::simulated, "模拟数据 SIMULATED · " + research);
  CHECK(simulated.first == simulated.second);
  const auto reproduction = marked_pages(false, AssayStatus::literature_reproduction, research);
  CHECK(reproduction.first == reproduction.second);
  // Simulated data stay marked even under a released definition.
  const auto odd = marked_pages(true, AssayStatus::released, "模拟数据 SIMULATED · " + research);
  CHECK(odd.first == odd.second);
  CHECK(marked_pages(false, AssayStatus::released, research).first == 0);
  CHECK(marked_pages(false, AssayStatus::released, "SIMULATED").first == 0);
}

TEST_CASE("an invalid batch says so and why, and shows the failed control", "[plate]") {
  const auto plate = make_plate({8, 12, true, AssayStatus::simulated, false});
  const std::string html = render_html(build_plate_report(plate.run, plate.result, {Language::zh}));
  CHECK(html.find("本批次无效") != std::string::npos);
  CHECK(html.find("本批次有效") == std::string::npos);
  CHECK(html.find("✗ 不合格") != std::string::npos);
  CHECK(svg_of(html, "plate-map").find("NTC ✗") != std::string::npos);
}

TEST_CASE("samples that need review come first", "[plate]") {
  const auto plate = make_plate({});
  const Document document = build_plate_report(plate.run, plate.result, {Language::en});
  bool seen = false;
  for (const Block& block : document.blocks) {
    const auto* table = std::get_if<ReportTable>(&block);
    if (table == nullptr || table->id != "calls") continue;
    seen = true;
    bool still_review = true;
    for (const auto& row : table->rows) {
      const bool review = row[0].detail.find("Needs review") != std::string::npos;
      CHECK((still_review || !review));
      still_review = review;
    }
    CHECK(table->rows[0][0].text.find("Indeterminate") != std::string::npos);
    CHECK(table->rows[0][0].detail.find("imputed") != std::string::npos);
  }
  CHECK(seen);
}

TEST_CASE("a value that the reasons give is not repeated, an absent one is a dash whose reason stands once",
          "[plate]") {
  auto plate = make_plate({});
  SampleCall& call = plate.result.calls[0];
  const Message met{"rule_met",
                    {{"rule", "r"}, {"value_name", "dA"}, {"value", "4.25"}, {"relation", "≤"}, {"limit", "9"}}};
  const Message absent{"curve_below_threshold", {{"threshold", "0.2"}}};
  call.outcome = Outcome::invalid;
  call.needs_review = true;
  call.reasons = {met};
  call.rules.clear();
  call.values.clear();
  for (const char* id : {"dA", "dB", "dC"}) {
    NamedValue value;
    value.id = id;
    if (std::string(id) == "dA") {
      value.value = 4.25;
    } else {
      value.why_absent = absent;
    }
    call.values.push_back(value);
  }
  NamedValue sex;
  sex.id = "sex";
  sex.value = 1;
  sex.text = "male";
  call.values.push_back(sex);
  NamedValue afp;
  afp.id = "afp";
  afp.unit = "ng/mL";
  afp.value = 0.8;
  afp.text = "<0.8";
  call.values.push_back(afp);
  const Document document = build_plate_report(plate.run, plate.result, {Language::zh});
  bool seen = false;
  for (const ReportTable& table : tables_of(document)) {
    if (table.id != "calls") continue;
    for (const auto& row : table.rows) {
      if (row[1].text != call.sample) continue;
      seen = true;
      CHECK(row[3].text == "男；afp = <0.8 ng/mL；dB, dC: –");
      CHECK(row[4].text == render_message(met, Language::zh));
      CHECK(row[4].detail == render_message(absent, Language::zh));
    }
  }
  CHECK(seen);
}

TEST_CASE("a control well is one row that keeps every expectation and finding, failures marked", "[plate]") {
  for (const bool valid : {true, false}) {
    const auto plate = make_plate({8, 12, true, AssayStatus::simulated, valid});
    std::set<std::string> wells;
    for (const ControlResult& control : plate.result.controls) wells.insert(control.control + control.well.label);
    const Document document = build_plate_report(plate.run, plate.result, {Language::en});
    for (const ReportTable& table : tables_of(document)) {
      if (table.id != "controls") continue;
      CHECK(table.rows.size() == wells.size());
      for (const ControlResult& control : plate.result.controls) {
        const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                      [&](const auto& each) { return each[1].text == control.well.label; });
        REQUIRE(row != table.rows.end());
        const auto holds = [](const ReportCell& cell, const std::string& words) {
          return (cell.text + "\n" + cell.detail).find(words) != std::string::npos;
        };
        CHECK(holds((*row)[3], render_message(control.expectation, Language::en)));
        CHECK(holds((*row)[4], render_message(control.finding, Language::en)));
        if (control.cq_cycles) CHECK(holds((*row)[4], format_fixed(*control.cq_cycles, 2)));
        if (!control.passed) {
          CHECK((*row)[4].text.find("✗ " + render_message(control.finding, Language::en)) != std::string::npos);
          CHECK((*row)[5].text.find("✗") == 0);
        }
      }
    }
  }
}

TEST_CASE("the PDF of a plate embeds subsets of its fonts only", "[plate]") {
  const auto plate = make_plate({});
  for (const Language language : {Language::zh, Language::en}) {
    const std::string pdf = render_pdf(build_plate_report(plate.run, plate.result, {language}));
    CHECK(pdf.size() < 600'000);
    // Faces that Cairo subsets glyph by glyph; a CFF face can lose a glyph (docs/decisions/0006).
    CHECK(pdf.find("+NotoSans-Regular") != std::string::npos);
    CHECK(pdf.find("NotoSansCJK") == std::string::npos);
    if (language == Language::zh) CHECK(pdf.find("+WenQuanYiZenHei") != std::string::npos);
  }
}

TEST_CASE("curves are drawn above the baseline of the result", "[plate]") {
  auto plate = make_plate({});
  const Document document = build_plate_report(plate.run, plate.result, {Language::en});
  int figures = 0;
  for (const Block& block : document.blocks) {
    const auto* figure = std::get_if<Figure>(&block);
    if (figure == nullptr || figure->id == "plate-map") continue;
    ++figures;
    // 96 linear curves at least; the logarithmic panel shows the amplified ones again.
    const auto lines = std::count_if(figure->drawing.shapes.begin(), figure->drawing.shapes.end(),
                                     [](const Shape& shape) { return std::holds_alternative<Polyline>(shape); });
    CHECK(lines >= 96);
    for (const Shape& shape : figure->drawing.shapes) {
      const auto* line = std::get_if<Polyline>(&shape);
      if (line == nullptr) continue;
      for (const Point& point : line->points)
        CHECK((point.x >= 0 && point.x <= figure->drawing.width && point.y >= 0 && point.y <= figure->drawing.height));
    }
  }
  CHECK(figures == 4);
}

TEST_CASE("an empty plate and a plate of 384 wells are reported", "[plate]") {
  const auto empty = make_empty_plate();
  const Document nothing = build_plate_report(empty.run, empty.result, {Language::zh});
  CHECK(render_html(nothing).find("本板没有可判定的样本") != std::string::npos);
  CHECK(pdf_to_text(render_pdf(nothing)).find("本板没有可判定的样本") != std::string::npos);

  const auto large = make_plate({16, 24, true, AssayStatus::simulated, true});
  const Document document = build_plate_report(large.run, large.result, {Language::zh});
  const std::string text = pdf_to_text(render_pdf(document));
  CHECK(text.find("SIM-0381") != std::string::npos);
  CHECK(text.find("P24") != std::string::npos);
  CHECK(render_html(document).find("SIM-0381") != std::string::npos);
}

TEST_CASE("odd curves do not break a figure", "[plate]") {
  auto plate = make_plate({});
  RunData data = *plate.run;
  for (std::size_t i = 0; i < data.measurements.size(); i += 3) {
    for (double& value : data.measurements[i].amplification[0].fluorescence) value = std::nan("");
  }
  data.measurements[1].amplification.clear();
  plate.result.wells[4].cq.baseline.intercept = std::nan("");
  plate.result.thresholds[0].threshold.reset();
  plate.result.thresholds.pop_back();
  const Run run(std::move(data));
  const Document document = build_plate_report(run, plate.result, {Language::zh});
  const std::string html = render_html(document);
  for (const char* figure : {"curves-1", "curves-2", "curves-3", "curves-4"})
    CHECK(svg_of(html, figure).find("nan") == std::string::npos);
  CHECK(render_pdf(document).size() > 1000);
}

TEST_CASE("reports repeat byte for byte, in another process too", "[plate]") {
  const auto plate = make_plate({});
  const Document document = build_plate_report(plate.run, plate.result, {Language::zh});
  const std::string html_hash = sha256_hex(render_html(document));
  const std::string pdf_hash = sha256_hex(render_pdf(document));
  const char* file = std::getenv("QPCR_TEST_REPORT_HASHES");
  if (file != nullptr) {  // the other process
    write_file(file, html_hash + "\n" + pdf_hash + "\n");
    return;
  }
  CHECK(sha256_hex(render_pdf(build_plate_report(plate.run, plate.result, {Language::zh}))) == pdf_hash);
  const auto path = std::filesystem::temp_directory_path() / fmt::format("qpcr-test-hashes-{}", getpid());
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command =
      fmt::format("QPCR_TEST_REPORT_HASHES='{}' '{}' 'reports repeat byte for byte*' >/dev/null", path.string(), self);
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(read_file(path) == html_hash + "\n" + pdf_hash + "\n");
  std::filesystem::remove(path);
}

TEST_CASE("a full Chinese report of 96 wells and 4 channels takes less than half a second of processor time",
          "[plate]") {
  const auto plate = make_plate({});
  const std::clock_t start = std::clock();
  const Document document = build_plate_report(plate.run, plate.result, {Language::zh});
  const std::string html = render_html(document);
  const std::string pdf = render_pdf(document);
  const std::string json = render_result_json(plate.result);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  INFO("HTML " << html.size() << ", PDF " << pdf.size() << ", JSON " << json.size() << " bytes in " << seconds << " s");
#ifdef NDEBUG
  CHECK((test::instrumented || seconds < 0.5));
#else
  CHECK((test::instrumented || seconds < 5));
#endif
}
