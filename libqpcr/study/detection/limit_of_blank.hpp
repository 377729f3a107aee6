// Limit of blank: parametric, and by rank for concentrations and for Cq where no Cq stands above every number.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/study/estimate.hpp"

namespace qpcr {

/// concentration: the limit is a high quantile. cq: the signal falls with the amount, the limit is a low quantile, and
/// a blank without Cq counts as +infinity.
enum class BlankScale { concentration, cq };
/// separate: each lot alone, and the most cautious limit counts. pooled: all lots together. ep17: separate for two or
/// three lots, pooled from four on (CLSI EP17-A2).
enum class LotRule { ep17, separate, pooled };
/// rounded: the normal quantile to three decimals (1.645), as CLSI EP17 prints it. exact: all digits.
enum class NormalQuantile { rounded, exact };

std::string_view to_string(LotRule rule);
/// @throws Error invalid_option that lists the choices.
LotRule parse_lot_rule(std::string_view text);

/// The quantile times 1/(1 − 1/(4·degrees)), which makes up for the bias of a standard deviation.
/// @throws Error invalid_value for degrees below 1.
double derive_sd_multiplier(double share, NormalQuantile quantile, long degrees);

struct LimitOfBlankOptions {
  BlankScale scale = BlankScale::concentration;
  double share = 0.95;  ///< of blanks that do not exceed the limit
  NormalQuantile quantile = NormalQuantile::rounded;
  LotRule lots = LotRule::ep17;
  double confidence = 0.95;  ///< of the order-statistic limits

  /// @throws Error invalid_option.
  void validate() const;
};

/// One blank result. Empty: no Cq (scale cq only). `sample` names the blank material, `lot` the reagent lot.
struct BlankResult {
  std::optional<double> value;
  std::string lot;
  std::string sample;

  bool operator==(const BlankResult&) const = default;
};

/// The limit of one lot, or of all.
struct BlankLimit {
  std::string lot;  ///< empty: all lots together
  long blanks = 0;
  long without_cq = 0;
  long samples = 0;            ///< blank materials
  std::optional<double> mean;  ///< absent with a blank without Cq
  std::optional<double> sd;
  std::optional<double> multiplier;
  Estimate parametric;         ///< mean ± multiplier·sd
  double rank_position = 0.0;  ///< 0.5 + share·blanks; from the other end for Cq
  Estimate rank;               ///< with distribution-free limits; a limit may be infinite where ranks run out
  std::vector<std::optional<double>> sorted;  ///< for the figure

  bool operator==(const BlankLimit&) const = default;
};

struct LimitOfBlank {
  LimitOfBlankOptions options;
  std::vector<BlankLimit> lots;
  BlankLimit pooled;
  LotRule applied = LotRule::pooled;  ///< separate or pooled
  Estimate parametric;                ///< by the rule of the lots
  Estimate rank;
  std::vector<Assumption> assumptions;  ///< normality of the pooled blanks
  std::vector<Message> warnings;
};

/// CLSI EP17-A2: the highest result that is likely for a blank. Rank: order statistic at 0.5 + share·B, interpolated
/// (quantile type 5 of Hyndman & Fan 1996, 10.1080/00031305.1996.10473566), with the limits of David & Nagaraja 2003.
/// For Cq a rank that would be interpolated with a blank without Cq takes the Cq below it.
/// @throws Error invalid_option, invalid_value (no blank, a value that is not finite, a missing concentration).
LimitOfBlank estimate_limit_of_blank(const std::vector<BlankResult>& blanks, const LimitOfBlankOptions& options);

}  // namespace qpcr
