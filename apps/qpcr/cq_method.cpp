// Short names of the Cq methods, as the field has them.
#include "apps/qpcr/cq_method.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "apps/common/console.hpp"

namespace qpcr::apps {
namespace {

constexpr std::array<std::pair<std::string_view, CqMethod>, 15> short_methods{{
    {"cs", CqMethod::common_shape},
    {"crt", CqMethod::relative_threshold},
    {"relative", CqMethod::relative_threshold},
    {"cpd1", CqMethod::first_derivative_maximum},
    {"fdm", CqMethod::first_derivative_maximum},
    {"cpd2", CqMethod::second_derivative_maximum},
    {"sdm", CqMethod::second_derivative_maximum},
    {"td0", CqMethod::third_derivative_zero},
    {"tdz", CqMethod::third_derivative_zero},
    {"maxratio", CqMethod::max_ratio},
    {"mr", CqMethod::max_ratio},
    {"takeoff", CqMethod::take_off},
    {"top", CqMethod::take_off},
    {"ct", CqMethod::threshold},
    {"cy", CqMethod::cy0},
}};

}  // namespace

CqMethod read_cq_method(const std::string& text) {
  if (const auto method = parse_cq_method(text)) return *method;
  for (const auto& [name, method] : short_methods) {
    if (name == text) return method;
  }
  refuse_option("--method", text, cq_method_choices);
}

}  // namespace qpcr::apps
