// Fuzzes every Cq rule and model over arbitrary curves: a Cq is a number inside the cycles measured, or there is none.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "libqpcr/curve/cq.hpp"
#include "libqpcr/curve/exponential_phase.hpp"
#include "libqpcr/curve/linear_resistance.hpp"
#include "libqpcr/curve/mechanistic_model.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace qpcr;

/// Readings of two bytes on a scale that the second byte sets; every so often eight bytes as they are, so that NaN,
/// infinite and huge values come up; cycles 1, 2, 3 … or from the bytes.
AmplificationCurve read_curve(const std::uint8_t* data, std::size_t size, bool own_cycles, bool wide) {
  AmplificationCurve curve;
  const std::size_t width = wide ? sizeof(double) : 2;
  double cycle = 0.0;
  for (std::size_t i = 0; i + width + 1 <= size && curve.cycles.size() < 400; i += width + 1) {
    double value = 0.0;
    if (wide) {
      std::memcpy(&value, data + i, sizeof(double));
    } else {
      value = data[i] * 256.0 + data[i + 1];
    }
    cycle += own_cycles ? static_cast<double>(static_cast<std::int8_t>(data[i + width])) / 8.0 : 1.0;
    curve.cycles.push_back(cycle);
    curve.fluorescence.push_back(value);
  }
  return curve;
}

void check(const AmplificationCurve& curve, const CqResult& result) {
  if (result.cq_cycles.has_value() != (result.status == CqStatus::found)) std::abort();
  if (result.standard_error_cycles && !result.cq_cycles) std::abort();
  if (result.reason.id.empty()) std::abort();
  if (!result.cq_cycles) return;
  if (!(*result.cq_cycles >= curve.cycles.front() && *result.cq_cycles <= curve.cycles.back())) std::abort();
  if (result.standard_error_cycles && !(*result.standard_error_cycles >= 0.0)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  return fuzz::accept_errors([&] {
    CqOptions options;
    options.method = static_cast<CqMethod>(data[0] % 8);
    options.model = options.baseline.model = static_cast<AmplificationModel>((data[0] / 8) % 7);
    options.baseline.method = static_cast<BaselineMethod>(data[1] % 4);
    options.interpolation = static_cast<Interpolation>((data[1] / 4) % 2);
    if ((data[1] & 8U) != 0) options.threshold = 1.0 + data[2];
    AmplificationCurve curve = read_curve(data + 3, size - 3, (data[1] & 16U) != 0, (data[1] & 32U) != 0);
    if ((data[1] & 64U) != 0) curve.kind = CurveKind::baseline_subtracted;
    check(curve, estimate_cq(to_view(curve), options));
    if (curve.cycles.empty()) return;
    static_cast<void>(fit_mechanistic_model(to_view(curve), {}));
    static_cast<void>(fit_linear_resistance(to_view(curve), {}));
    ExponentialOptions window;
    window.first_cycle = 1.0;
    window.last_cycle = 2.0 + data[2];
    static_cast<void>(fit_exponential_phase(to_view(curve), window));
  });
}
