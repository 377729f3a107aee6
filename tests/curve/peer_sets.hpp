// The data sets that qpcR's reference values belong to, with the two namings of the 94 × 4 set joined.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/curve/curve_data.hpp"

namespace qpcr::test {

struct PeerSet {
  std::string name;
  WideTable data;
  Table fits;     ///< one row a curve and model
  Table derived;  ///< one row a curve
  std::map<std::string, std::string> renamed;

  const AmplificationCurve& curve(const std::string& peer_name) const;
  /// Row of `derived` by curve.
  std::map<std::string, std::size_t> index_curves() const;
};

/// Every set of the folder reference/qpcR.
std::vector<PeerSet> read_peer_sets();

/// The wide table of a set of that name.
WideTable read_data_set(const std::string& name);

}  // namespace qpcr::test
