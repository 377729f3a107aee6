// The rule that names what an intercalating dye has seen.
#include "libqpcr/melt/product.hpp"

#include <algorithm>
#include <cmath>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

constexpr double dimer_distance_celsius = 3.0;

void refuse(const char* field, double found, const char* expected) {
  ErrorContext context;
  context.field = field;
  context.found = format_double(found);
  context.expected = expected;
  throw Error(ErrorCode::invalid_option, context);
}

}  // namespace

void ProductExpectation::validate() const {
  if (tm_celsius.empty()) {
    ErrorContext context;
    context.field = "tm_celsius";
    context.expected = "at least one temperature";
    context.found = "none";
    throw Error(ErrorCode::invalid_option, context);
  }
  for (const double tm : tm_celsius) {
    if (!(tm > 0.0 && tm < 120.0)) refuse("tm_celsius", tm, "a temperature between 0 and 120");
  }
  if (!(tolerance_celsius > 0.0)) refuse("tolerance_celsius", tolerance_celsius, "more than 0");
  if (dimer_below_celsius && !std::isfinite(*dimer_below_celsius))
    refuse("dimer_below_celsius", *dimer_below_celsius, "a temperature");
  if (!(smallest_product_fraction > 0.0 && smallest_product_fraction <= 1.0))
    refuse("smallest_product_fraction", smallest_product_fraction, "more than 0 and at most 1");
}

std::string_view to_string(ProductVerdict verdict) {
  switch (verdict) {
    case ProductVerdict::product:
      return "product";
    case ProductVerdict::product_and_others:
      return "product_and_others";
    case ProductVerdict::primer_dimer:
      return "primer_dimer";
    case ProductVerdict::other_product:
      return "other_product";
    case ProductVerdict::nothing:
      return "nothing";
    case ProductVerdict::unusable:
      return "unusable";
  }
  return "unusable";
}

ProductCheck call_melt_product(const MeltResult& result, const ProductExpectation& expectation) {
  expectation.validate();
  ProductCheck check;
  if (result.status != MeltStatus::peaks_found) {
    check.verdict = result.status == MeltStatus::no_peak ? ProductVerdict::nothing : ProductVerdict::unusable;
    check.reason = describe_melt(result);
    return check;
  }
  const double lowest = *std::min_element(expectation.tm_celsius.begin(), expectation.tm_celsius.end());
  const double dimer_below = expectation.dimer_below_celsius.value_or(lowest - dimer_distance_celsius);
  const MeltPeak* largest_product = nullptr;
  const MeltPeak* largest = nullptr;
  bool all_low = true;
  for (const MeltPeak& peak : result.peaks) {
    const bool expected = std::any_of(expectation.tm_celsius.begin(), expectation.tm_celsius.end(), [&](double tm) {
      return std::abs(peak.tm_celsius - tm) <= expectation.tolerance_celsius;
    });
    if (expected) {
      check.product_fraction += peak.area_fraction;
      if (largest_product == nullptr || peak.area > largest_product->area) largest_product = &peak;
    }
    if (largest == nullptr || peak.area > largest->area) largest = &peak;
    all_low = all_low && peak.tm_celsius < dimer_below;
  }
  check.tm_celsius = largest_product != nullptr ? largest_product->tm_celsius : largest->tm_celsius;
  const std::string tm = format_fixed(*check.tm_celsius, 2);
  const std::string fraction = format_fixed(100.0 * check.product_fraction, 1);
  const std::string limit = format_fixed(100.0 * expectation.smallest_product_fraction, 1);
  if (largest_product != nullptr) {
    const bool alone = check.product_fraction >= expectation.smallest_product_fraction;
    check.verdict = alone ? ProductVerdict::product : ProductVerdict::product_and_others;
    check.reason = alone ? Message{"melt_product", {{"tm", tm}, {"fraction", fraction}, {"limit", limit}}}
                         : Message{"melt_product_and_others", {{"tm", tm}, {"fraction", fraction}, {"limit", limit}}};
    return check;
  }
  if (all_low) {
    check.verdict = ProductVerdict::primer_dimer;
    check.reason = Message{"melt_primer_dimer", {{"tm", tm}, {"limit", format_fixed(dimer_below, 2)}}};
  } else {
    check.verdict = ProductVerdict::other_product;
    check.reason =
        Message{"melt_other_product", {{"tm", tm}, {"limit", format_fixed(expectation.tolerance_celsius, 2)}}};
  }
  return check;
}

}  // namespace qpcr
