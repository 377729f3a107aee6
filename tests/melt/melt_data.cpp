// Two-state melting and table reading.
#include "tests/melt/melt_data.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "libqpcr/core/text.hpp"

namespace qpcr::test {

double melted_signal(const MeltShape& shape, double temperature_celsius) {
  constexpr double gas_constant_kcal = 1.987204e-3;
  constexpr double zero_celsius = 273.15;
  double sum = shape.background + shape.background_slope * (temperature_celsius - shape.first_celsius);
  for (const Duplex& duplex : shape.duplexes) {
    const double argument = (1.0 / (duplex.tm_celsius + zero_celsius) - 1.0 / (temperature_celsius + zero_celsius)) *
                            duplex.enthalpy_kcal_per_mol / gas_constant_kcal;
    sum += duplex.amount / (1.0 + std::exp(argument));
  }
  return sum;
}

MeltCurve make_melt(const MeltShape& shape, Random& random) {
  MeltCurve curve;
  const auto count =
      static_cast<int>(std::floor((shape.last_celsius - shape.first_celsius) / shape.step_celsius + 0.5));
  for (int i = 0; i <= count; ++i) {
    double at = shape.first_celsius + i * shape.step_celsius;
    if (shape.jitter_sd_celsius > 0.0) at += shape.jitter_sd_celsius * random.normal();
    curve.temperatures_celsius.push_back(at);
    const double noise = shape.noise_sd > 0.0 ? shape.noise_sd * random.normal() : 0.0;
    curve.fluorescence.push_back(melted_signal(shape, at) + noise);
  }
  return curve;
}

MeltTable read_melt_columns(const std::filesystem::path& path) {
  const WideTable wide = read_wide_table(path);
  MeltTable table;
  table.names = wide.names;
  for (const AmplificationCurve& curve : wide.curves)
    table.curves.push_back({curve.kind, curve.cycles, curve.fluorescence});
  return table;
}

std::vector<std::vector<std::string>> read_tabs(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::vector<std::vector<std::string>> rows;
  std::string line;
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    for (const std::string_view cell : split(line, '\t')) cells.emplace_back(trim(cell));
    rows.push_back(std::move(cells));
  }
  return rows;
}

MeltTable read_melt_rows(const std::filesystem::path& path, std::size_t name_column, std::size_t first) {
  const auto rows = read_tabs(path);
  std::vector<double> temperatures;
  for (std::size_t i = first; i < rows.at(0).size(); ++i) temperatures.push_back(parse_double(rows[0][i]).value());
  MeltTable table;
  for (std::size_t k = 1; k < rows.size(); ++k) {
    table.names.push_back(rows[k].at(name_column));
    MeltCurve curve;
    curve.temperatures_celsius = temperatures;
    for (std::size_t i = first; i < first + temperatures.size(); ++i) {
      const auto value = i < rows[k].size() ? parse_double(rows[k][i]) : std::nullopt;
      curve.fluorescence.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    table.curves.push_back(std::move(curve));
  }
  return table;
}

}  // namespace qpcr::test
