// The document model in both forms: pages, repeated headers, links, long rows, hostile text, identical bytes.
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <pugixml.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/document.hpp"
#include "tests/report/pdf_text.hpp"

using namespace qpcr;
using qpcr::testing::count_occurrences;
using qpcr::testing::pdf_to_text;
using qpcr::testing::squeeze;

namespace {

Document make_document(int rows) {
  Document document;
  document.title = "标题 <b>";
  document.subtitle = "副标题";
  document.watermark = "模拟数据\nSIMULATED";
  document.banner = "横幅 BANNER";
  document.header = "页眉";
  document.footer = "页脚";
  document.blocks.emplace_back(make_heading(1, "第一节", "Section one"));
  document.blocks.emplace_back(make_paragraph("段落 & <i>"));
  document.blocks.emplace_back(Notice{Tone::warning, "注意", "内容"});
  document.blocks.emplace_back(Verdict{Tone::good, "✓", "有效", "Valid", {"因为"}});
  document.blocks.emplace_back(Tiles{{{"＋", "6", "阳性", "Positive", Tone::positive}}});
  document.blocks.emplace_back(KeyValues{{{"键", "值"}}});
  document.blocks.emplace_back(ItemList{{"第一项", "第二项"}});
  ReportTable table;
  table.id = "t";
  table.caption = "表格说明";
  table.columns = {make_column("编号列"), make_column("数值列", Alignment::right, 1, "unit")};
  for (int row = 0; row < rows; ++row) {
    table.rows.push_back({make_cell(fmt::format("row-{:04}", row)), make_cell(fmt::format("{}", row))});
    table.rows.back()[0].anchor = fmt::format("r{}", row);
    table.rows.back()[1].link = fmt::format("r{}", rows - 1 - row);
  }
  document.blocks.emplace_back(table);
  Figure figure;
  figure.id = "f";
  figure.caption = "图";
  figure.alternative_text = "图的说明";
  figure.drawing.width = 200;
  figure.drawing.height = 100;
  figure.drawing.add(make_text({10, 20}, "图内文字"));
  document.blocks.emplace_back(figure);
  return document;
}

}  // namespace

TEST_CASE("HTML is well-formed, self-contained and carries its language", "[document]") {
  const std::string html = render_html(make_document(5));
  pugi::xml_document xml;
  const auto parsed = xml.load_string(html.c_str(), pugi::parse_default | pugi::parse_doctype);
  INFO(parsed.description());
  REQUIRE(parsed);
  CHECK(std::string(xml.child("html").attribute("lang").value()) == "zh-CN");
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<link") == std::string::npos);
  CHECK(html.find("src=") == std::string::npos);
  CHECK(html.find("url(") == std::string::npos);
  CHECK(html.find("@import") == std::string::npos);
  // The one address is the name space of SVG, which nothing fetches.
  CHECK(count_occurrences(html, "http://") == count_occurrences(html, "xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(count_occurrences(html, "https://") == 0);
  CHECK(html.find("&lt;b&gt;") != std::string::npos);
  CHECK(html.find("scope=\"col\"") != std::string::npos);
  CHECK(html.find("scope=\"row\"") != std::string::npos);
  CHECK(html.find("<caption id=\"t-caption\">表格说明</caption>") != std::string::npos);
  CHECK(html.find("role=\"img\"") != std::string::npos);
  CHECK(html.find("href=\"#r4\"") != std::string::npos);
  CHECK(html.find("prefers-color-scheme:dark") != std::string::npos);
}

TEST_CASE("PDF text can be taken out again, header rows repeat, pages are numbered", "[document]") {
  const std::string pdf = render_pdf(make_document(150));
  const std::string text = pdf_to_text(pdf);
  for (int row = 0; row < 150; ++row) CHECK(count_occurrences(text, fmt::format("row-{:04}", row)) == 1);
  for (const char* words : {"标题 <b>", "副标题", "段落 & <i>", "第一节", "Section one", "注意", "有效", "阳性",
                            "第二项", "图内文字", "图"}) {
    INFO(words);
    CHECK(text.find(words) != std::string::npos);
  }
  const auto pages = count_occurrences(text, "\f");
  REQUIRE(pages >= 4);
  for (std::size_t page = 1; page <= pages; ++page)
    CHECK(squeeze(text).find(fmt::format("第{}/{}页", page, pages)) != std::string::npos);
  CHECK(count_occurrences(text, "页眉") == pages);
  CHECK(count_occurrences(text, "横幅 BANNER") == pages);
  CHECK(count_occurrences(squeeze(pdf_to_text(pdf, "-raw")), "模拟数据SIMULATED") == pages);
  CHECK(count_occurrences(text, "编号列") >= pages - 1);
  CHECK(count_occurrences(text, "（续）") == count_occurrences(text, "编号列") - 1);
}

TEST_CASE("PDF bytes repeat", "[document]") {
  const Document document = make_document(60);
  CHECK(render_pdf(document) == render_pdf(document));
}

TEST_CASE("a row and a paragraph longer than a page lose nothing", "[document]") {
  Document document;
  document.title = "t";
  std::string lines;
  for (int line = 0; line < 200; ++line) lines += fmt::format("{}line{:03}", line == 0 ? "" : "\n", line);
  ReportTable table;
  table.id = "t";
  table.columns = {make_column("a"), make_column("b")};
  table.rows = {{make_cell("before"), make_cell("x")},
                {make_cell("long"), make_cell(lines)},
                {make_cell("after"), make_cell("y")}};
  document.blocks.emplace_back(table);
  document.blocks.emplace_back(Verdict{Tone::good, "!", "long verdict", {}, std::vector<std::string>(120, "reason")});
  std::string paragraph;
  for (int word = 0; word < 3000; ++word) paragraph += fmt::format("word{:04} ", word);
  document.blocks.emplace_back(make_paragraph(paragraph));
  const std::string text = pdf_to_text(render_pdf(document));
  for (int line = 0; line < 200; ++line) CHECK(count_occurrences(text, fmt::format("line{:03}", line)) == 1);
  for (int word = 0; word < 3000; ++word) CHECK(count_occurrences(text, fmt::format("word{:04}", word)) == 1);
  CHECK(count_occurrences(text, "after") == 1);
  CHECK(count_occurrences(text, "reason") == 120);
}

TEST_CASE("a heading, a caption and a table's header never stand alone at the foot of a page", "[document]") {
  for (int filler = 20; filler < 60; ++filler) {
    Document document;
    document.title = "t";
    for (int line = 0; line < filler; ++line) document.blocks.emplace_back(make_paragraph(fmt::format("fill{}", line)));
    document.blocks.emplace_back(make_heading(1, "UPPER"));
    document.blocks.emplace_back(make_heading(2, "LOWER"));
    document.blocks.emplace_back(make_paragraph("LEADIN"));
    ReportTable table;
    table.id = "t";
    table.caption = "CAPTION";
    table.compact = filler % 2 == 0;
    table.columns = {make_column("TITLE"), make_column("b")};
    table.rows = {{make_cell("FIRST"), make_cell("1\n2\n3\n4\n5\nLAST")}, {make_cell("SECOND"), make_cell("x")}};
    document.blocks.emplace_back(table);
    const std::string text = pdf_to_text(render_pdf(document));
    const auto page_of = [&](const std::string& words) {
      return count_occurrences(text.substr(0, text.find(words)), "\f");
    };
    INFO(filler << " lines above");
    for (const char* words : {"UPPER", "LOWER", "LEADIN", "CAPTION", "TITLE", "LAST"}) {
      INFO(words);
      CHECK(page_of(words) == page_of("FIRST"));
    }
  }
}

TEST_CASE("hostile text and links to nowhere are harmless", "[document]") {
  Document document;
  document.title = std::string("a\0b\xFF", 4);
  document.header = "</title><script>alert(1)</script>";
  document.blocks.emplace_back(make_heading(1, "\x1b[31m\xE4\xB8"));
  ReportTable table;
  table.id = "t";
  table.columns = {make_column("<th>")};
  table.rows = {{make_cell("<img src=x onerror=alert(1)>")}};
  table.rows[0][0].link = "nowhere";
  document.blocks.emplace_back(table);
  const std::string html = render_html(document);
  pugi::xml_document xml;
  CHECK(xml.load_string(html.c_str(), pugi::parse_default | pugi::parse_doctype));
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<img") == std::string::npos);
  CHECK(html.find("#nowhere") == std::string::npos);
  CHECK(render_pdf(document).substr(0, 5) == "%PDF-");
}

TEST_CASE("a document that does not hang together is refused", "[document]") {
  Document document;
  ReportTable table;
  table.id = "t";
  table.columns = {make_column("a"), make_column("b")};
  table.rows = {{make_cell("one")}};
  document.blocks.emplace_back(table);
  CHECK_THROWS_AS(render_html(document), Error);
  CHECK_THROWS_AS(render_pdf(document), Error);
  table.rows.clear();
  document.blocks = {table, table};
  CHECK_THROWS_AS(validate(document), Error);
  table.id = "no spaces";
  document.blocks = {table};
  CHECK_THROWS_AS(validate(document), Error);
  document.blocks.clear();
  CHECK_NOTHROW(validate(document));
  CHECK(squeeze(pdf_to_text(render_pdf(document))).find("第1/1页") != std::string::npos);
}
