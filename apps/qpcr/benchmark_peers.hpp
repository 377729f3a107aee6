// What other programs computed on the benchmark's curves, as their tables in reference/ say.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/qpcr/benchmark_data.hpp"
#include "apps/qpcr/benchmark_methods.hpp"
#include "libqpcr/study/quantification_performance.hpp"

namespace qpcr::apps {

/// A column of Cq or quantities of one program on one set.
struct PeerValues {
  std::string id;     ///< "<program>:<column>", program with its version: "rdmlpython v3.0.1:TD0"
  std::string label;  ///< for tables
  BenchmarkOutput output = BenchmarkOutput::cq;
  std::vector<double> values;        ///< one a reaction of the set; NaN where the peer has none
  std::vector<double> efficiencies;  ///< the same; empty where the peer has none at all
};

/// Whether one program calls each reaction amplified.
struct PeerVerdicts {
  std::string label;
  std::vector<std::optional<bool>> amplified;  ///< one a reaction of the set
};

/// One of qpcR's fits.
struct PeerFit {
  std::size_t reaction = 0;
  bool five_parameters = false;
  bool converged = false;
  std::array<double, 5> parameters{};  ///< b, c, d, e, f
};

struct SetPeers {
  std::vector<PeerValues> values;
  std::vector<PeerVerdicts> verdicts;
  std::vector<PeerFit> fits;

  const PeerValues* find(std::string_view id) const;
};

/// A table of indicators that were computed elsewhere, one row a method and target; expected_ratio is NaN.
struct PeerIndicators {
  std::string path;
  std::vector<TargetIndicators> rows;
};

struct BenchmarkPeers {
  std::vector<SetPeers> sets;  ///< one a set of the data
  std::vector<PeerIndicators> indicators;
};

/// Reads reference/<program>/<set>[.<version or kind>].csv. A file belongs to the set of its name, or of its folder's
/// and its name ("boggy_s1"), and to those whose alias map names its curves. Files that belong to no set or cannot be
/// read are added to data.left_out.
BenchmarkPeers read_benchmark_peers(BenchmarkData& data);

}  // namespace qpcr::apps
