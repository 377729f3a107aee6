// Names, canonical covariance, AICc and choice of the sigmoid models.
#include "libqpcr/curve/amplification_model.hpp"

#include <limits>
#include <string>
#include <utility>

#include "libqpcr/core/error.hpp"
#include "libqpcr/curve/sigmoid_family.hpp"
#include "libqpcr/curve/slope_sigmoid_fit.hpp"
#include "libqpcr/math/elementary.hpp"

namespace qpcr {
namespace {

constexpr std::array<std::pair<AmplificationModel, std::string_view>, 7> model_names{{
    {AmplificationModel::log_logistic_4, "log_logistic_4"},
    {AmplificationModel::log_logistic_5, "log_logistic_5"},
    {AmplificationModel::log_logistic_6, "log_logistic_6"},
    {AmplificationModel::gompertz, "gompertz"},
    {AmplificationModel::logistic_4, "logistic_4"},
    {AmplificationModel::logistic_5, "logistic_5"},
    {AmplificationModel::logistic_6, "logistic_6"},
}};

}  // namespace

std::string_view to_string(AmplificationModel model) {
  for (const auto& [value, name] : model_names) {
    if (value == model) return name;
  }
  return "log_logistic_4";
}

std::optional<AmplificationModel> parse_amplification_model(std::string_view text) {
  for (const auto& [value, name] : model_names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::span<const AmplificationModel> all_amplification_models() {
  static constexpr std::array<AmplificationModel, 7> models{
      AmplificationModel::log_logistic_4, AmplificationModel::log_logistic_5, AmplificationModel::log_logistic_6,
      AmplificationModel::gompertz,       AmplificationModel::logistic_4,     AmplificationModel::logistic_5,
      AmplificationModel::logistic_6};
  return models;
}

void AmplificationModelOptions::validate() const {
  if (max_iterations >= 1) return;
  ErrorContext context;
  context.field = "max_iterations";
  context.found = std::to_string(max_iterations);
  context.expected = "at least 1";
  throw Error(ErrorCode::invalid_option, context);
}

double derive_aicc(double residual_sum_of_squares, int points, int parameters) {
  const double n = points;
  const double k = parameters + 1.0;
  if (!(n - k - 1.0 > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return n * (elementary::log(2.0 * 3.14159265358979323846) + 1.0 + elementary::log(residual_sum_of_squares / n)) +
         2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0);
}

AmplificationFit fit_amplification_model(CurveView curve, const AmplificationModelOptions& options) {
  options.validate();
  AmplificationModelFitter fitter;
  return fitter.fit(curve, options);
}

AmplificationFit choose_model(CurveView curve, std::span<const AmplificationModel> models) {
  if (models.empty()) {
    ErrorContext context;
    context.field = "models";
    context.found = "an empty list";
    context.expected = "at least one model";
    throw Error(ErrorCode::invalid_option, context);
  }
  AmplificationModelFitter fitter;
  std::optional<AmplificationFit> best;
  for (const AmplificationModel model : models) {
    AmplificationModelOptions options;
    options.model = model;
    const AmplificationFit fit = fitter.fit(curve, options);
    if (!best) {
      best = fit;
      continue;
    }
    const bool usable = fit.status == FitStatus::converged;
    const bool best_usable = best->status == FitStatus::converged;
    const bool better = usable ? !best_usable || fit.aicc < best->aicc
                               : !best_usable && fit.residual_sum_of_squares < best->residual_sum_of_squares;
    if (better) best = fit;
  }
  return *best;
}

}  // namespace qpcr
