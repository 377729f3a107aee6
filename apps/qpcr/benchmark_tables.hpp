// Tables of the benchmark and their three forms: aligned text, Markdown and JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace qpcr::apps {

/// Text for people, and the unrounded number it stands for.
struct BenchmarkCell {
  std::string text;
  std::optional<double> number;
};

/// A number with fixed decimals; "–" for NaN and infinities.
BenchmarkCell make_number(double value, int decimals);
/// A number with so many significant digits, never in exponent form below 1e15.
BenchmarkCell make_significant(double value, int digits);
BenchmarkCell make_count(long value);
BenchmarkCell make_words(std::string text);

struct BenchmarkTable {
  std::string id;  ///< ASCII
  std::string title;
  std::string note;
  std::vector<std::string> columns;  ///< the first is left-aligned, as are columns without any number
  std::vector<std::vector<BenchmarkCell>> rows;
};

struct BenchmarkSection {
  std::string title;
  std::string note;
  std::vector<BenchmarkTable> tables;
};

std::string render_text(const std::vector<BenchmarkSection>& sections);
/// Headings of the second and third level.
std::string render_markdown(const std::vector<BenchmarkSection>& sections);
/// Schema qpcr.benchmark/1: {schema, library_version, sections: [{title, note, tables: [{id, title, note, columns,
/// rows}]}]}; a cell is a number where there is one, a text, or null.
std::string render_json(const std::vector<BenchmarkSection>& sections);

}  // namespace qpcr::apps
