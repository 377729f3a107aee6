// Sample quantiles by the definition that is asked for.
#pragma once

#include <span>

namespace qpcr {

/// A quantile of sorted values by one of the nine definitions of Hyndman and Fan (1996,
/// 10.1080/00031305.1996.10473566): 6 places the k-th of n values at k/(n + 1) as CLSI EP28 does, 7 at (k − 1)/(n − 1).
/// NaN when there are no values. @throws Error invalid_value for a type outside 1 … 9 or a probability outside [0, 1].
double sorted_quantile(std::span<const double> sorted, double probability, int type);

}  // namespace qpcr
