// Reads a model of random terms: "y ~ (lot + device)/day/run".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// The column of the values and the terms, each the factors whose combinations are its levels. Terms of fewer factors
/// come first, as the sequential sums of squares take them; within one order as written.
struct VarianceFormula {
  std::string response;
  std::vector<std::vector<std::string>> terms;

  bool operator==(const VarianceFormula&) const = default;
};

/// Wilkinson and Rogers' notation (1973, 10.2307/2346786): `a:b` combinations, `a/b` a and b within a, `a*b` a, b and
/// a:b, `+`, parentheses, and `1` for the mean, which every model holds. ` %in% ` is `:`.
/// @throws Error invalid_option for anything else, a model without the mean (0, -1) included.
VarianceFormula parse_variance_formula(std::string_view text);

/// "lot:device:day"
std::string name_term(const std::vector<std::string>& term);

}  // namespace qpcr
