// Tables of the labelled lines of a result text that no measurement has a place for.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "instruments/base/reader.hpp"

namespace qpcr::appbio_quantstudio {

/// Collects lines by their labels, each line once. Those of a standard curve stand below every well and differ by
/// target only; any other line is one of its well.
class LabelTables {
 public:
  void add(std::string_view label, const std::vector<std::string_view>& cells, const AnalysisResult& result,
           NotReadList& not_read);
  /// The tables in the order their labels were met, cells as written.
  std::vector<VendorTable> release();

 private:
  struct Lines {
    std::string label;
    bool of_target = false;
    std::size_t width = 0;
    std::vector<std::vector<std::string>> rows;
    std::set<std::vector<std::string>> seen;
  };

  std::vector<Lines> lines_;
};

}  // namespace qpcr::appbio_quantstudio
