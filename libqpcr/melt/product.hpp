// One product, a primer dimer, something else or nothing: the melting peaks of a reaction against what its assay should
// make.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libqpcr/core/message.hpp"
#include "libqpcr/melt/peaks.hpp"

namespace qpcr {

/// What an assay with an intercalating dye should make. Locked with the assay; nothing here is learned from a plate.
struct ProductExpectation {
  std::vector<double> tm_celsius;  ///< of the product; several where one amplicon melts in several domains
  double tolerance_celsius = 1.0;  ///< a peak this near belongs to the product
  /// Peaks below are taken for primer dimers; absent: 3 °C below the lowest Tm expected.
  std::optional<double> dimer_below_celsius;
  /// Of the peaks' area: what the product must have to count as the only one.
  double smallest_product_fraction = 0.85;

  /// @throws Error invalid_option naming the violated constraint.
  void validate() const;

  bool operator==(const ProductExpectation&) const = default;
};

enum class ProductVerdict {
  product,             ///< the product, and at most traces beside it
  product_and_others,  ///< the product with another one or a dimer
  primer_dimer,        ///< peaks, all of them below dimer_below_celsius
  other_product,       ///< peaks, none of them the product's
  nothing,             ///< usable curve without a peak
  unusable,            ///< the curve could not be analysed (see its status)
};

std::string_view to_string(ProductVerdict verdict);

struct ProductCheck {
  ProductVerdict verdict = ProductVerdict::unusable;
  double product_fraction = 0.0;     ///< of the peaks' area; 0 without a product peak
  std::optional<double> tm_celsius;  ///< of the largest product peak, or of the largest peak where there is no product
  Message reason;                    ///< with the value and the limit
};

/// Judges the peaks of one curve. Every verdict but product is a reason to doubt a Cq read with an intercalating dye.
/// @throws Error invalid_option.
ProductCheck call_melt_product(const MeltResult& result, const ProductExpectation& expectation);

}  // namespace qpcr
