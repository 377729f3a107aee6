// Writes synthetic exports of instruments that write plain tables: workbooks and texts in Chinese and English.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/tabular/make_workbook.hpp"

namespace qpcr::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string make_rows(const Rows& rows) {
  std::string text;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    text += fmt::format("<row r=\"{}\">", row + 1);
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      const std::string& cell = rows[row][column];
      const std::string place =
          to_label({static_cast<int>(column), 0}).substr(0, to_label({static_cast<int>(column), 0}).size() - 1);
      if (cell.empty()) continue;
      if (parse_double(cell)) {
        text += fmt::format("<c r=\"{}{}\"><v>{}</v></c>", place, row + 1, cell);
      } else {
        text += fmt::format("<c r=\"{}{}\" t=\"inlineStr\"><is><t>{}</t></is></c>", place, row + 1, cell);
      }
    }
    text += "</row>";
  }
  return text;
}

std::string make_book(const std::vector<std::pair<std::string, Rows>>& sheets) {
  std::vector<std::string> names;
  for (const auto& [name, rows] : sheets)
    names.push_back(name == "Data&Graph" ? "Data&amp;Graph" : name == "Protocol&Plate" ? "Protocol&amp;Plate" : name);
  Parts parts = make_lists(names);
  for (std::size_t i = 0; i < sheets.size(); ++i)
    parts.emplace_back(fmt::format("xl/worksheets/sheet{}.xml", i + 1), make_sheet_part(make_rows(sheets[i].second)));
  return make_archive(parts);
}

std::string join(const Rows& rows, const std::string& delimiter, const std::string& line_end) {
  std::string text;
  for (const std::vector<std::string>& row : rows) text += fmt::format("{}{}", fmt::join(row, delimiter), line_end);
  return text;
}

std::string role_word(SampleRole role) {
  switch (role) {
    case SampleRole::standard:
      return "标准品";
    case SampleRole::no_template_control:
      return "空白对照";
    default:
      return "待测样品";
  }
}

std::string cq_of(const Measurement& m, const std::string& none) {
  return m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles) : none;
}

RunData two_channels() {
  KnownPlate options;
  options.dyes = {"FAM", "VIC"};
  return make_known_plate(options);
}

/// One row a well and channel under a head of free lines.
Rows slan_rows(bool fill_down) {
  Rows rows{{"软件版本", "9.1"}, {"实验名称", "演示"}, {"日期", "2026-03-04 10:20:30"}, {}, {}};
  rows.push_back({"反应孔", "孔颜色", "样本名称", "通道", "项目", "标准浓度", "类型", "Ｃｔ值", "结果"});
  std::string above;
  for (const Measurement& m : two_channels().measurements) {
    const bool again = fill_down && above == m.well.label;
    above = m.well.label;
    rows.push_back({again ? "" : m.well.label, "红", again ? "" : m.sample, m.dye, m.target,
                    m.quantity ? format_double(*m.quantity) : "", role_word(m.role), cq_of(m, "NoCt"),
                    m.vendor.cq_cycles ? "阳性" : "阴性"});
  }
  return rows;
}

Rows ma6000_rows() {
  Rows rows{{"Well", "Item", "Reserved", "Sample Name", "Reporter", "Ct"}};
  for (const Measurement& m : two_channels().measurements)
    rows.push_back({m.well.label, m.target, "-", m.sample, m.dye, cq_of(m, "-")});
  return rows;
}

Rows generic_rows(const std::string& none) {
  Rows rows{{"孔位", "样品编号", "荧光通道", "检测项目", "样本类型", "Cq值"}};
  for (const Measurement& m : two_channels().measurements)
    rows.push_back({m.well.label, m.sample, m.dye, m.target, role_word(m.role), cq_of(m, none)});
  return rows;
}

/// Raw, processed and results tables, each under its own header.
std::string bioer_text() {
  const RunData run = make_known_plate();
  const auto head = [](const Measurement& m) {
    const std::string property = m.role == SampleRole::standard              ? "Standard"
                                 : m.role == SampleRole::no_template_control ? "Negative"
                                                                             : "Unknown";
    return std::vector<std::string>{m.well.label, property, m.quantity ? format_double(*m.quantity) : "", m.target,
                                    m.dye};
  };
  Rows raw{{"Well", "Property", "Std. Con.", "Target", "Dye"}};
  for (int cycle = 1; cycle <= 40; ++cycle) raw.front().push_back(std::to_string(cycle));
  Rows processed = raw;
  Rows results{{"Well", "Property", "Std. Con.", "Target", "Dye", "Ct"}};
  for (const Measurement& m : run.measurements) {
    raw.push_back(head(m));
    processed.push_back(head(m));
    for (const double value : m.amplification.front().fluorescence) {
      raw.back().push_back(format_double(value));
      processed.back().push_back(format_double(value - 100));
    }
    results.push_back(head(m));
    results.back().push_back(cq_of(m, "No Ct"));
  }
  return "Experiment\tdemo\r\n" + join(raw, "\t", "\r\n") + "Quan. processed\r\n" + join(processed, "\t", "\r\n") +
         "Quan. results\r\n" + join(results, "\t", "\r\n");
}

/// One row a reading.
std::string gentier_text() {
  Rows rows{{"仪器", "Gentier 96E"}, {"孔位", "样本名称", "通道", "循环数", "荧光值", "Ct值"}};
  for (const Measurement& m : two_channels().measurements) {
    const AmplificationCurve& curve = m.amplification.front();
    for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
      rows.push_back({m.well.label, m.sample, m.dye, format_double(curve.cycles[i]),
                      format_double(curve.fluorescence[i]), cq_of(m, "--")});
    }
  }
  return join(rows, ",", "\n");
}

std::string to_utf16(const std::string& utf8) {
  std::string bytes("\xFF\xFE", 2);
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    char32_t character = lead;
    std::size_t length = 1;
    if (lead >= 0xE0) {
      character = ((lead & 0x0FU) << 12U) | ((static_cast<unsigned char>(utf8[i + 1]) & 0x3FU) << 6U) |
                  (static_cast<unsigned char>(utf8[i + 2]) & 0x3FU);
      length = 3;
    }
    put(bytes, character, 2);
    i += length;
  }
  return bytes;
}

}  // namespace

std::vector<CorpusFile> corpus_mapped_table() {
  Rows ags{{"仪器型号：AGS4800"}};
  for (std::vector<std::string>& row : generic_rows("未检出")) ags.push_back(std::move(row));
  return {{"slan.xlsx", make_book({{"实验数据", slan_rows(false)}, {"曲线", {{"图"}}}})},
          {"slan_merged_wells.xlsx", make_book({{"实验数据", slan_rows(true)}})},
          {"ma6000.xlsx",
           make_book({{"Data&Graph", ma6000_rows()}, {"Protocol&Plate", {{"a"}, {"b"}, {"Date", "2026-03-04"}}}})},
          {"bioer.txt", bioer_text()},
          {"gentier_readings.csv", gentier_text()},
          {"ags_utf16.txt", to_utf16(join(ags, "\t", "\r\n"))},
          {"generic_bom.csv", "\xEF\xBB\xBF" + join(generic_rows("无"), ",", "\n")},
          // 孔位,Ct值 and 无 in GB 18030.
          {"generic_gb18030.csv", "\xBF\xD7\xCE\xBB,Ct\xD6\xB5\nA1,21.5\nA2,\xCE\xDE\nB12,30\n"},
          {"generic_decimal_comma.txt", "Well;Sample;Ct\r\nA1;s1;21,5\r\nA2;s2;No Ct\r\n"}};
}

}  // namespace qpcr::test
