// Relative threshold: the level is a share of the curve's own rise, so it needs neither a baseline nor other curves.
#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {

void estimate_by_relative_threshold(CqContext& context, const CqOptions& options, CqResult& result) {
  if (!fit_for_cq(context, options, result)) return;
  const auto crossing = derive_share_cycle(*result.fit, options.relative_threshold.share);
  if (!crossing) {
    set_failed(make_curve_message("curve_no_such_point"), result);
    return;
  }
  set_cycle(context.analyser, crossing->cycle, crossing->standard_error_cycles, result);
}

}  // namespace qpcr
