// Renders the benchmark's tables.
#include "apps/qpcr/benchmark_tables.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/core/version.hpp"

namespace qpcr::apps {
namespace {

const std::string absent = "–";

/// Width in characters; every character used here is one column wide.
std::size_t measure(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<bool> find_right_aligned(const BenchmarkTable& table) {
  std::vector<bool> right(table.columns.size(), false);
  for (std::size_t k = 1; k < right.size(); ++k) {
    right[k] = std::any_of(table.rows.begin(), table.rows.end(),
                           [k](const std::vector<BenchmarkCell>& row) { return row.at(k).number.has_value(); });
  }
  return right;
}

std::string pad(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, measure(text)), ' ');
  return right ? space + text : text + space;
}

std::string escape_pipe(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

BenchmarkCell make_number(double value, int decimals) {
  if (!std::isfinite(value)) return {absent, std::nullopt};
  return {format_fixed(value, decimals), value};
}

BenchmarkCell make_significant(double value, int digits) {
  if (!std::isfinite(value)) return {absent, std::nullopt};
  if (value == 0.0) return {"0", value};
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return {format_fixed(value, std::max(0, digits - 1 - magnitude)), value};
}

BenchmarkCell make_count(long value) { return {fmt::format("{}", value), static_cast<double>(value)}; }

BenchmarkCell make_words(std::string text) { return {std::move(text), std::nullopt}; }

std::string render_text(const std::vector<BenchmarkSection>& sections) {
  std::string out;
  for (const BenchmarkSection& section : sections) {
    out += section.title + "\n" + std::string(measure(section.title), '=') + "\n";
    if (!section.note.empty()) out += section.note + "\n";
    for (const BenchmarkTable& table : section.tables) {
      out += "\n" + table.title + "\n";
      const std::vector<bool> right = find_right_aligned(table);
      std::vector<std::size_t> widths;
      for (std::size_t k = 0; k < table.columns.size(); ++k) {
        std::size_t width = measure(table.columns[k]);
        for (const auto& row : table.rows) width = std::max(width, measure(row.at(k).text));
        widths.push_back(width);
      }
      const auto line = [&](const auto& text_of) {
        std::string text;
        for (std::size_t k = 0; k < widths.size(); ++k)
          text += (k > 0 ? "  " : "") + pad(text_of(k), widths[k], right[k]);
        out += text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
      };
      line([&](std::size_t k) { return table.columns[k]; });
      line([&](std::size_t k) { return std::string(widths[k], '-'); });
      for (const auto& row : table.rows) line([&](std::size_t k) { return row[k].text; });
      if (!table.note.empty()) out += table.note + "\n";
    }
    out += "\n";
  }
  return out;
}

std::string render_markdown(const std::vector<BenchmarkSection>& sections) {
  std::string out;
  for (const BenchmarkSection& section : sections) {
    out += "## " + section.title + "\n\n";
    if (!section.note.empty()) out += section.note + "\n\n";
    for (const BenchmarkTable& table : section.tables) {
      out += "### " + table.title + "\n\n|";
      const std::vector<bool> right = find_right_aligned(table);
      for (const std::string& column : table.columns) out += " " + escape_pipe(column) + " |";
      out += "\n|";
      for (const bool is_right : right) out += is_right ? "--:|" : "---|";
      out += "\n";
      for (const auto& row : table.rows) {
        out += "|";
        for (const BenchmarkCell& cell : row) out += " " + escape_pipe(cell.text) + " |";
        out += "\n";
      }
      out += "\n";
      if (!table.note.empty()) out += table.note + "\n\n";
    }
  }
  while (out.size() > 1 && out[out.size() - 2] == '\n') out.pop_back();
  return out;
}

std::string render_json(const std::vector<BenchmarkSection>& sections) {
  nlohmann::ordered_json document;
  document["schema"] = "qpcr.benchmark/1";
  document["library_version"] = library_version;
  document["sections"] = nlohmann::ordered_json::array();
  for (const BenchmarkSection& section : sections) {
    nlohmann::ordered_json part;
    part["title"] = section.title;
    part["note"] = section.note;
    part["tables"] = nlohmann::ordered_json::array();
    for (const BenchmarkTable& table : section.tables) {
      nlohmann::ordered_json one;
      one["id"] = table.id;
      one["title"] = table.title;
      one["note"] = table.note;
      one["columns"] = table.columns;
      one["rows"] = nlohmann::ordered_json::array();
      for (const auto& row : table.rows) {
        nlohmann::ordered_json cells = nlohmann::ordered_json::array();
        for (const BenchmarkCell& cell : row) {
          if (cell.number) {
            cells.push_back(*cell.number);
          } else if (cell.text.empty() || cell.text == absent) {
            cells.push_back(nullptr);
          } else {
            cells.push_back(cell.text);
          }
        }
        one["rows"].push_back(std::move(cells));
      }
      part["tables"].push_back(std::move(one));
    }
    document["sections"].push_back(std::move(part));
  }
  return document.dump(1) + "\n";
}

}  // namespace qpcr::apps
