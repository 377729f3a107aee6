// Cq and starting quantity by laying the curve over its target's common shape.
#include <cmath>
#include <string>

#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {

void estimate_by_common_shape(CqContext& context, const CqOptions& options, CqResult& result) {
  const Registration registration = context.registrar->register_analysed(context.analyser);
  if (registration.status != RegistrationStatus::found) {
    set_failed(make_curve_message("curve_not_registered", {{"status", std::string(to_string(registration.status))}}),
               result);
    return;
  }
  set_cycle(context.analyser, *registration.cq_cycles, registration.standard_error_cycles.value_or(HUGE_VAL), result);
  if (result.status != CqStatus::found) return;
  result.relative_misfit = registration.relative_misfit;
  if (!(registration.relative_misfit <= options.quality.misfit_ratio)) {
    // A curve of another shape grows at another rate: the target's efficiency says nothing of its start.
    result.flags.push_back({QualityRule::shape_misfit, registration.relative_misfit, options.quality.misfit_ratio});
    return;
  }
  result.log10_n0 = registration.log10_n0;
  result.log10_n0_standard_error = registration.log10_n0_standard_error;
}

}  // namespace qpcr
