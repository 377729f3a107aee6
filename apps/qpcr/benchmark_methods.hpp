// The methods that the benchmark compares: one row of a table each.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "libqpcr/core/curve.hpp"

namespace qpcr::apps {

/// What a method gives: a Cq, which needs a standard curve to become a quantity, or a quantity.
enum class BenchmarkOutput { cq, quantity };

/// What a method found for the curves of one assay, in their order; NaN where it found nothing.
struct BenchmarkValues {
  std::vector<double> values;        ///< Cq in cycles, or quantities in any one unit
  std::vector<double> efficiencies;  ///< per reaction (1 to 2), for methods that estimate them; else empty
};

struct BenchmarkMethod {
  std::string_view id;
  std::string_view description;
  BenchmarkOutput output;
  /// The peer's column that holds the same number, "<program>:<column>" (see benchmark_peers.hpp); empty: none.
  std::string_view peer_column;
  /// Gets all curves of one assay (reagents, target) at once, so that a method may learn from them.
  BenchmarkValues (*evaluate)(std::span<const CurveView> curves);
};

/// Every method, in the order of the tables.
std::span<const BenchmarkMethod> benchmark_methods();

/// A method by its id; null when there is none.
const BenchmarkMethod* find_benchmark_method(std::string_view id);

}  // namespace qpcr::apps
