// The arithmetic and the conditions of a definition as short formulas, the same in both languages.
#pragma once

#include <string>

#include "libqpcr/assay/definition.hpp"

namespace qpcr {

/// "OTX1 − IC", "100·2^(−dX)", "0.654 − 0.102·dRNF135 …": how a value is formed. Numbers are written in full.
std::string render_formula(const ValueDefinition& value);

/// "risk ≥ 50", "DM1 ≤ 38 cycles; gray 37–39": what a rule compares.
std::string render_comparison(const RuleDefinition& rule);

/// "(a OR b)", "at least 2 of (a, b, c)": how rules combine.
std::string render_expression(const CallExpression& expression);

/// "[15, 45)" and so on: the numbers of each half-open band from its edges, the lower edge being the end of the one
/// before it.
template <typename Bounded>
std::string render_interval(const Bounded* before, const Bounded& band);

/// A number as written in a definition; "unpublished" where a template leaves it open.
std::string render_constant(double number);

}  // namespace qpcr
