// Joins qpcR's reference tables with the curves they were made from.
#include "tests/curve/peer_sets.hpp"

#include <stdexcept>

#include "tests/support/reference_data.hpp"

namespace qpcr::test {

const AmplificationCurve& PeerSet::curve(const std::string& peer_name) const {
  return data.at(renamed.empty() ? peer_name : renamed.at(peer_name));
}

std::map<std::string, std::size_t> PeerSet::index_curves() const {
  std::map<std::string, std::size_t> rows;
  for (std::size_t i = 0; i < derived.rows.size(); ++i) rows[derived.rows[i][derived.column("curve")]] = i;
  return rows;
}

WideTable read_data_set(const std::string& name) {
  const auto path = find_file(reference_data() / "curves" / "data", name + ".csv");
  if (path.empty()) throw std::runtime_error("no data set " + name);
  return read_wide_table(path);
}

std::vector<PeerSet> read_peer_sets() {
  const auto root = reference_data() / "curves";
  const std::string ending = ".fits.csv";
  std::vector<PeerSet> sets;
  for (const auto& path : list_files(root / "reference" / "qpcR")) {
    const std::string file = path.filename().string();
    if (file.size() <= ending.size() || file.substr(file.size() - ending.size()) != ending) continue;
    PeerSet set;
    set.name = file.substr(0, file.size() - ending.size());
    auto data_path = find_file(root / "data", set.name + ".csv");
    if (data_path.empty()) {
      // The 94 × 4 set carries other names in qpcR.
      const auto map_path = find_file(root / "data", "map_qpcR_names.csv");
      for (const auto& row : read_table(map_path).rows) set.renamed[row[0]] = row[1];
      data_path = map_path.parent_path() / "ds_94_4.csv";
    }
    set.data = read_wide_table(data_path);
    set.fits = read_table(path);
    set.derived = read_table(path.parent_path() / (set.name + ".curves.csv"));
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace qpcr::test
