// Curves for tests: made ones with known truth, and the tables of the reference data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libqpcr/core/curve.hpp"

namespace qpcr::test {

/// A small generator whose numbers are the same everywhere (splitmix64 and Box–Muller).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  double uniform();
  double normal();

 private:
  std::uint64_t state_;
};

struct Shape {
  double b = -15.0;
  double c = 100.0;
  double d = 1100.0;
  double e = 25.0;
  double f = 1.0;
  double slope_per_cycle = 0.0;
  double noise_sd = 0.0;
};

/// Cycles 1 … count of a log-logistic curve with drift and noise.
AmplificationCurve make_curve(const Shape& shape, int count, Random& random, CurveKind kind = CurveKind::raw_filter);

/// A comma-separated table, quotes removed; empty cells and "NA" stay as text.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  /// Column of a name. Throws std::out_of_range when there is none.
  std::size_t column(const std::string& name) const;
  bool has(const std::string& name) const;
};

Table read_table(const std::filesystem::path& path);

/// Curves of a wide table (first column the cycle) by name, in the order of the columns.
struct WideTable {
  std::vector<std::string> names;
  std::vector<AmplificationCurve> curves;

  const AmplificationCurve& at(const std::string& name) const;
};

WideTable read_wide_table(const std::filesystem::path& path, CurveKind kind = CurveKind::unknown);

/// The file `name` in any folder below `folder`; empty when there is none.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name);

}  // namespace qpcr::test
