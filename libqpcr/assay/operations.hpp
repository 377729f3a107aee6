// Operations of derived values on numbers that may be known in part: every value kind as an interval operation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "libqpcr/assay/logic.hpp"

namespace qpcr {

/// Why a number, a well or a sample is not what it should be. explain() in call.cpp words each.
enum class ReasonCode : std::uint8_t {
  none,
  target_not_readable,          ///< subject: target; well
  target_not_detected,          ///< subject: target; well
  not_detected_fails,           ///< subject: target; well
  not_detected_excluded,        ///< subject: target
  sample_not_measured,          ///< subject: target
  replicates_discordant,        ///< subject: target; found detected, expected not detected
  replicates_disagree,          ///< subject: target; number: spread
  replicates_scatter,           ///< subject: target; number: standard deviation
  replicate_outlier_left_out,   ///< subject: target; well; number: distance from the median of the others
  replicate_left_out,           ///< subject: target; well
  target_in_other_tube,         ///< subject: target
  too_many_replicates,          ///< found, expected
  replicates_missing,           ///< found, expected
  too_few_valid_replicates,     ///< found, expected
  internal_control_failed,      ///< subject: validity rule; well
  validity_exception,           ///< subject: validity rule; well
  covariate_missing,            ///< subject: covariate
  covariate_bounded,            ///< subject: covariate
  covariate_out_of_range,       ///< subject: covariate
  covariate_too_old,            ///< subject: covariate; number: age in days
  covariate_age_unknown,        ///< subject: covariate
  lot_expired,                  ///< subject: covariate
  not_accepted,                 ///< subject: acceptance rule
  acceptance_undecided,         ///< subject: acceptance rule
  inhibited,                    ///< subject: inhibition rule; number: shift in cycles, infinite without a Cq
  inhibition_exception,         ///< subject: inhibition rule; number: shift
  inhibition_not_measured,      ///< subject: inhibition rule
  inhibition_reference_absent,  ///< subject: inhibition rule
  control_value_absent,         ///< subject: value
  standard_curve_unusable,      ///< subject: value
  beyond_quantification,        ///< subject: value
  value_undefined,              ///< subject: value
  wells_not_shared,             ///< subject: value
  control_value_not_positive,   ///< subject: value
  amount_below_zero,            ///< subject: value
  positives_exceed_total,       ///< subject: value
  gray_zone,                    ///< subject: rule; number: the value
  classes_spanned               ///< the score may lie in several classes
};

/// A reason as numbers; its text is made only where somebody reads it.
struct Reason {
  ReasonCode code = ReasonCode::none;
  int subject = -1;  ///< index into the definition's list of whatever the code speaks of
  int well = -1;     ///< index of the replicate
  int found = 0;
  int expected = 0;
  double number = 0.0;

  explicit operator bool() const { return code != ReasonCode::none; }
  bool operator==(const Reason&) const = default;
};

/// A number the rules see, known fully, in part or not at all.
struct Quantity {
  ValueRange range;
  bool invalid = false;  ///< an invalid observation is among its parts
  bool unknown = false;  ///< something missing, bounded or discordant is among its parts
  Reason why;

  bool is_known() const { return range.is_point() && !invalid && !unknown; }
};

Quantity known(double value);
Quantity unusable(const Reason& why);                       ///< everything, invalid
Quantity open(const ValueRange& range, const Reason& why);  ///< within the range, unknown
/// No number exists for some of what the operands may be: everything, unknown, and invalid where an operand is.
Quantity undefined(const Quantity& operand, const Reason& why);

/// Adds the flags of a part and its reason; an invalid part explains more than a missing one: it asks for a repeat.
void take_flags(Quantity& into, const Quantity& from);

Quantity sum(const Quantity& left, const Quantity& right);
Quantity multiplied(const Quantity& quantity, double factor);
Quantity mean(std::span<const Quantity> parts);
Quantity larger(const Quantity& left, const Quantity& right);
Quantity smaller(const Quantity& left, const Quantity& right);

/// The operations below name `why` as the reason of what they cannot form.

/// left · right, each of any sign.
Quantity product(const Quantity& left, const Quantity& right);
/// left / right; a divisor that may be zero leaves everything possible.
Quantity quotient(const Quantity& left, const Quantity& right, const Reason& why);
/// Smaller values count as floor, larger ones as cap, and then the transform. A range that becomes one number is known.
/// A logarithm of nothing (a lower bound of 0) has no lower bound; of less than 0 there is none.
Quantity transform(const Quantity& quantity, const std::optional<double>& floor, const std::optional<double>& cap,
                   Transform transform, const Reason& why);
/// scale · base^−x.
Quantity relative_amount(const Quantity& exponent, double base, double scale);
/// scale / (1 + exp(−slope·(x − centre))).
Quantity sigmoid(const Quantity& x, double centre, double slope, double scale);
/// scale · (1 − baseline^exp(x)), 0 < baseline < 1.
Quantity survival(const Quantity& x, double baseline, double scale);
/// scale · part / (part + others); amounts below 0 and a whole that may be 0 leave everything possible.
Quantity fraction(const Quantity& part, const Quantity& others, double scale, const Reason& why);
/// −ln(1 − positives/total). More positives than total, or no total: invalid. All positive: only known to be more than
/// one fewer would give.
Quantity poisson(const Quantity& positives, const Quantity& total, const Reason& invalid, const Reason& saturated);
/// 10^((cq − intercept)/slope); below `lower` and above `upper` the amount is only known to be so.
Quantity read_curve(const Quantity& cq, double slope, double intercept, const std::optional<double>& lower,
                    const std::optional<double>& upper, const Reason& beyond);
/// The number of the band that holds x; of several, all between the smallest and the largest of them. Unknown only if
/// they differ.
Quantity band(const Quantity& x, std::span<const Band> bands);

/// First and last class that the range touches; bands end as Band says. Empty bands: {0, 0}.
struct BandSpan {
  std::size_t first = 0;
  std::size_t last = 0;
};
BandSpan find_bands(const ValueRange& x, std::span<const Band> bands);

}  // namespace qpcr
