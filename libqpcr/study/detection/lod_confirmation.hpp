// Confirms a claimed limit of detection by the hits among replicates at it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// hit_rate: the observed rate reaches the claim (19 of 20). consistent: the exact two-sided interval of the rate still
/// holds the claim (17 of 20, 26 of 30, 35 of 40 at 95 %). proven: the exact one-sided lower limit of the rate reaches
/// the claim (59 of 59).
enum class ConfirmationRule { hit_rate, consistent, proven };

std::string_view to_string(ConfirmationRule rule);
/// @throws Error invalid_option that lists the choices.
ConfirmationRule parse_confirmation_rule(std::string_view text);

struct LodConfirmationOptions {
  ConfirmationRule rule = ConfirmationRule::hit_rate;
  double claim = 0.95;
  double significance = 0.05;  ///< one-sided, of the lower limit
  double confidence = 0.95;    ///< of the two-sided interval

  /// @throws Error invalid_option.
  void validate() const;
};

struct LodConfirmation {
  LodConfirmationOptions options;
  long positive = 0;
  long tested = 0;
  Estimate rate;                      ///< Clopper–Pearson interval
  std::optional<double> lower_limit;  ///< one-sided, exact
  std::optional<double> p_value;      ///< P(as few hits or fewer | claim)
  std::optional<long> fewest;         ///< hits that the rule asks for; absent where no number suffices
  std::optional<bool> confirmed;      ///< absent without replicates
  /// Probability to confirm at true rates 0.70 … 0.99.
  std::vector<std::pair<double, double>> operating;
};

/// The fewest hits among `tested` with which the rule confirms; empty where none does.
/// @throws Error invalid_option, invalid_value for tested < 0.
std::optional<long> derive_fewest_hits(long tested, const LodConfirmationOptions& options);

/// @throws Error invalid_option, invalid_value unless 0 ≤ positive ≤ tested.
LodConfirmation confirm_detection_limit(long positive, long tested, const LodConfirmationOptions& options);

}  // namespace qpcr
