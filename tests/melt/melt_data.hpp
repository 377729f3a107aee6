// Made melting curves with known truth, and the melting tables of the reference data.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "tests/curve/curve_data.hpp"

namespace qpcr::test {

/// One duplex: fraction 1/(1 + exp((1/Tm − 1/T)·ΔH/R)) of its amount, two states with a van 't Hoff enthalpy.
struct Duplex {
  double tm_celsius = 85.0;
  double amount = 1000.0;
  double enthalpy_kcal_per_mol = 250.0;
};

struct MeltShape {
  std::vector<Duplex> duplexes{Duplex{}};
  double background = 200.0;
  double background_slope = -1.0;  ///< per °C
  double noise_sd = 0.0;
  double first_celsius = 65.0;
  double last_celsius = 95.0;
  double step_celsius = 0.3;
  double jitter_sd_celsius = 0.0;  ///< of the temperatures at which readings are taken and reported
};

double melted_signal(const MeltShape& shape, double temperature_celsius);
MeltCurve make_melt(const MeltShape& shape, Random& random);

/// Curves of a wide table: a row a temperature (first column), or with `rows` a row a curve and temperatures in the
/// header from column `first` on.
struct MeltTable {
  std::vector<std::string> names;
  std::vector<MeltCurve> curves;
};

MeltTable read_melt_columns(const std::filesystem::path& path);
MeltTable read_melt_rows(const std::filesystem::path& path, std::size_t name_column, std::size_t first);

/// Cells of a tab-separated file.
std::vector<std::vector<std::string>> read_tabs(const std::filesystem::path& path);

}  // namespace qpcr::test
