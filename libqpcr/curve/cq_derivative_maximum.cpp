// First- and second-derivative maximum of a fitted model, in closed form.
#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/cq_rules.hpp"

namespace qpcr {

void estimate_by_derivative_maximum(CqContext& context, const CqOptions& options, CqResult& result) {
  if (!fit_for_cq(context, options, result)) return;
  const std::vector<double>& cycles = context.analyser.readings().cycles;
  if (options.method == CqMethod::second_derivative_maximum) {
    const auto maximum = derive_second_derivative_maximum(*result.fit);
    if (!maximum || maximum->cycle < cycles.front() || maximum->cycle > cycles.back()) {
      set_failed(make_curve_message("curve_maximum_outside_cycles", {{"last_cycle", format_double(cycles.back())}}),
                 result);
      return;
    }
    set_cycle(context.analyser, maximum->cycle, maximum->standard_error_cycles, result);
    return;
  }
  const auto maximum = derive_first_derivative_maximum(*result.fit);
  if (!maximum) {
    set_failed(make_curve_message("curve_no_such_point"), result);
    return;
  }
  set_cycle(context.analyser, maximum->cycle, maximum->standard_error_cycles, result);
}

}  // namespace qpcr
