// Names, options and the single forms of the log-logistic fit and its curve.
#include "libqpcr/curve/sigmoid.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/sigmoid_fitter.hpp"
#include "libqpcr/curve/sigmoid_kernel.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<SigmoidModel, std::string_view>, 2> model_names{{
    {SigmoidModel::log_logistic_4, "log_logistic_4"},
    {SigmoidModel::log_logistic_5, "log_logistic_5"},
}};

}  // namespace

std::string_view to_string(SigmoidModel model) {
  for (const auto& [value, name] : model_names) {
    if (value == model) return name;
  }
  return "log_logistic_4";
}

std::optional<SigmoidModel> parse_sigmoid_model(std::string_view text) {
  for (const auto& [value, name] : model_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(FitStatus status) {
  switch (status) {
    case FitStatus::converged:
      return "converged";
    case FitStatus::not_converged:
      return "not_converged";
    case FitStatus::degenerate:
      return "degenerate";
    case FitStatus::too_few_points:
      return "too_few_points";
  }
  return "degenerate";
}

void SigmoidOptions::validate() const {
  if (max_iterations >= 1) return;
  ErrorContext context;
  context.field = "max_iterations";
  context.found = std::to_string(max_iterations);
  context.expected = "at least 1";
  throw Error(ErrorCode::invalid_option, context);
}

SigmoidFit SigmoidFitter::fit(CurveView curve, const SigmoidOptions& options) {
  SigmoidFit fit;
  batch_.fit({&curve, 1}, options, {&fit, 1});
  return fit;
}

SigmoidFit SigmoidFitter::fit_points(std::span<const double> cycles, std::span<const double> fluorescence,
                                     const SigmoidOptions& options) {
  return fit({CurveKind::unknown, cycles, fluorescence}, options);
}

SigmoidShape to_shape(const SigmoidFit& fit) {
  return {elementary::log(-fit.b), elementary::log(fit.e) + elementary::log(fit.f) / -fit.b, 1.0 / fit.f};
}

SigmoidFit fit_sigmoid(CurveView curve, const SigmoidOptions& options) {
  options.validate();
  SigmoidFitter fitter;
  return fitter.fit(curve, options);
}

double evaluate_sigmoid(const SigmoidFit& fit, double cycle) {
  const SigmoidShape at = to_shape(fit);
  const double v = elementary::exp(std::min(fit.b * (elementary::log(cycle) - at.tau), largest_sigmoid_exponent));
  return fit.c + (fit.d - fit.c) * elementary::exp(-elementary::log1p(at.kappa * v) / at.kappa);
}

}  // namespace qpcr
