// Whether a window of cycles is the one whose line the vendor's software subtracted.
#pragma once

#include <vector>

namespace qpcr::appbio_quantstudio {

/// True when the least-squares line through Rn of the cycles from `first` to `last` (1-based), or for one cycle its Rn,
/// is Rn − ΔRn at every cycle within 1e-5 of the largest Rn: single precision of the file.
bool is_baseline_window(const std::vector<double>& rn, const std::vector<double>& delta_rn, double first, double last);

}  // namespace qpcr::appbio_quantstudio
