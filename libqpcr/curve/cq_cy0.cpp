// Cy0 (Guescini 2008): the tangent at the steepest point of the fitted curve meets the baseline.
#include <cmath>

#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {

void estimate_by_tangent(CqContext& context, const CqOptions& options, CqResult& result) {
  const Baseline& baseline = result.baseline;
  if (!std::isfinite(baseline.intercept)) {
    set_failed(make_curve_message("curve_no_baseline"), result);
    return;
  }
  if (!fit_for_cq(context, options, result)) return;
  std::optional<GroundLine> ground;
  // The model's own ground leaves a cycle that depends on its shape alone.
  const bool own = baseline.method == BaselineMethod::model && options.baseline.model == result.fit->model;
  if (!own) {
    ground = GroundLine{baseline.intercept, baseline.slope_per_cycle, baseline.intercept_variance,
                        baseline.slope_variance, baseline.covariance};
  }
  const auto crossing = derive_tangent_cycle(*result.fit, ground);
  if (!crossing) {
    set_failed(make_curve_message("curve_no_such_point"), result);
    return;
  }
  set_cycle(context.analyser, crossing->cycle, crossing->standard_error_cycles, result);
}

}  // namespace qpcr
