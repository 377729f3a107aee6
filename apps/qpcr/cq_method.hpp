// How the command line names Cq methods.
#pragma once

#include <string>

#include "libqpcr/curve/cq.hpp"

namespace qpcr::apps {

inline constexpr const char* cq_method_choices =
    "common_shape (cs), threshold (ct), relative_threshold (crt), first_derivative_maximum (cpd1, fdm), "
    "second_derivative_maximum (cpd2, sdm), third_derivative_zero (td0), cy0, max_ratio (mr) or take_off (top)";

/// The method of `--method`, by its name or a short one. @throws Error invalid_option.
CqMethod read_cq_method(const std::string& text);

}  // namespace qpcr::apps
