// Made curves and table reading for the tests of this room.
#include "tests/curve/curve_data.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "libqpcr/core/text.hpp"

namespace qpcr::test {

double Random::uniform() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  z ^= z >> 31U;
  return (static_cast<double>(z >> 11U) + 0.5) / 9007199254740992.0;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(6.283185307179586 * uniform());
}

AmplificationCurve make_curve(const Shape& shape, int count, Random& random, CurveKind kind) {
  AmplificationCurve curve;
  curve.kind = kind;
  for (int i = 1; i <= count; ++i) {
    const double x = i;
    const double rise = std::pow(1.0 + std::exp(shape.b * (std::log(x) - std::log(shape.e))), -shape.f);
    curve.cycles.push_back(x);
    curve.fluorescence.push_back(shape.c + (shape.d - shape.c) * rise + shape.slope_per_cycle * x +
                                 shape.noise_sd * random.normal());
  }
  return curve;
}

std::size_t Table::column(const std::string& name) const {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == name) return i;
  }
  throw std::out_of_range("no column '" + name + "'");
}

bool Table::has(const std::string& name) const { return std::find(header.begin(), header.end(), name) != header.end(); }

Table read_table(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  Table table;
  std::string line;
  while (std::getline(file, line)) {
    std::string plain;
    for (const char character : line) {
      if (character != '"' && character != '\r') plain += character;
    }
    if (plain.empty()) continue;
    std::vector<std::string> cells;
    for (const std::string_view cell : split(plain, ',')) cells.emplace_back(cell);
    if (table.header.empty()) {
      table.header = cells;
    } else {
      table.rows.push_back(cells);
    }
  }
  return table;
}

const AmplificationCurve& WideTable::at(const std::string& name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return curves[i];
  }
  throw std::out_of_range("no curve '" + name + "'");
}

WideTable read_wide_table(const std::filesystem::path& path, CurveKind kind) {
  const Table table = read_table(path);
  WideTable wide;
  wide.names.assign(table.header.begin() + 1, table.header.end());
  wide.curves.resize(wide.names.size());
  for (std::size_t k = 0; k < wide.curves.size(); ++k) {
    wide.curves[k].kind = kind;
    for (const auto& row : table.rows) {
      wide.curves[k].cycles.push_back(parse_double(row[0]).value());
      const auto value = k + 1 < row.size() ? parse_double(row[k + 1]) : std::nullopt;
      wide.curves[k].fluorescence.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
  }
  return wide;
}

std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() == name) return entry.path();
  }
  return {};
}

}  // namespace qpcr::test
