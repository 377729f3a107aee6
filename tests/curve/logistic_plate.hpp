// A plate of dilutions whose curves grow by the logistic law with a known efficiency.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "libqpcr/core/curve.hpp"
#include "tests/curve/curve_data.hpp"

namespace qpcr::test {

struct LogisticPlate {
  double efficiency = 1.9;
  int dilutions = 4;
  int replicates = 12;
  double first_middle_cycle = 20.0;  ///< where the most concentrated reaches half of its plateau
  double cycles_between = 3.4;
  double noise_share = 1e-3;  ///< of a reading, of the plateau
  double amplitude_sd = 0.1;
  std::uint64_t seed = 1;
  int cycle_count = 45;
};

/// F(t) = b + P/(1 + exp(−ln E·(t − m))): the rate of growth is ln E·(1 − F/P), E at the start.
inline std::vector<AmplificationCurve> make_plate(const LogisticPlate& plate, std::vector<double>* middles = nullptr) {
  Random random(plate.seed);
  std::vector<AmplificationCurve> curves;
  for (int d = 0; d < plate.dilutions; ++d) {
    for (int r = 0; r < plate.replicates; ++r) {
      const double middle = plate.first_middle_cycle + plate.cycles_between * d + 0.05 * random.normal();
      const double top = 1000.0 * std::exp(plate.amplitude_sd * random.normal());
      const double ground = 200.0 + 20.0 * random.normal();
      AmplificationCurve curve;
      for (int i = 1; i <= plate.cycle_count; ++i) {
        curve.cycles.push_back(i);
        curve.fluorescence.push_back(ground + top / (1.0 + std::exp(-std::log(plate.efficiency) * (i - middle))) +
                                     1000.0 * plate.noise_share * random.normal());
      }
      curves.push_back(curve);
      if (middles != nullptr) middles->push_back(middle);
    }
  }
  return curves;
}

inline std::vector<CurveView> to_views(const std::vector<AmplificationCurve>& curves) {
  std::vector<CurveView> views;
  for (const auto& curve : curves) views.push_back(to_view(curve));
  return views;
}

}  // namespace qpcr::test
