// What the rules for a Cq share: one analysed curve in, status, cycle and standard error out; each rule is one file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libqpcr/curve/cq.hpp"
#include "libqpcr/curve/curve_analysis.hpp"
#include "libqpcr/curve/registration.hpp"

namespace qpcr {

/// Buffers that rules may use, kept from curve to curve.
struct CqBuffers {
  AmplificationModelFitter fitter;
  std::vector<double> fitted;  ///< the 4-parameter fit at the readings' cycles
  std::vector<double> smooth;
  std::vector<double> ratios;
  std::vector<double> curvature;
  std::vector<double> work;
  /// Limits of Student's t at the significance last asked for, by degrees of freedom: they cost more than a fit.
  double significance = 0.0;
  std::vector<double> limits;
};

/// One analysed curve and what its rules may use.
struct CqContext {
  const CurveAnalyser& analyser;
  const CurveRegistrar* registrar;  ///< method common_shape only, else null
  CqBuffers& buffers;
};

inline Message make_curve_message(std::string id, std::vector<std::pair<std::string, std::string>> values = {}) {
  Message message;
  message.id = std::move(id);
  message.values = std::move(values);
  return message;
}

/// Status found with cycle and error, or fit_failed where the cycle lies outside the cycles measured.
void set_cycle(const CurveAnalyser& analyser, double cycle, double standard_error, CqResult& result);

/// Status fit_failed with a reason.
void set_failed(Message reason, CqResult& result);

/// Noise of one reading: about the baseline where one was estimated, else from differences of neighbours, which the
/// beginning of the rise widens.
double find_noise_sd(const CurveAnalyser& analyser, const CqResult& result);

/// Fills context.fitted: where errors are propagated through points of the readings, the fitted curve gives slopes that
/// noise does not blunt or sharpen.
void fill_fitted(CqContext& context);

/// Fits the model asked for to the readings that the analyser fits; the fit is in the result. False, with the status
/// set, where it did not converge.
bool fit_for_cq(CqContext& context, const CqOptions& options, CqResult& result);

void estimate_by_common_shape(CqContext& context, const CqOptions& options, CqResult& result);
void estimate_by_threshold(CqContext& context, const CqOptions& options, CqResult& result);
void estimate_by_relative_threshold(CqContext& context, const CqOptions& options, CqResult& result);
void estimate_by_derivative_maximum(CqContext& context, const CqOptions& options, CqResult& result);
void estimate_by_third_derivative(CqContext& context, CqResult& result);
void estimate_by_tangent(CqContext& context, const CqOptions& options, CqResult& result);
void estimate_by_max_ratio(CqContext& context, const CqOptions& options, CqResult& result);
void estimate_by_take_off(CqContext& context, const CqOptions& options, CqResult& result);

}  // namespace qpcr
