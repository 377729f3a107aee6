// The words that exports use for roles and for the absence of a Cq, the same for all readers.
#pragma once

#include <optional>
#include <string_view>

#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/number.hpp"

namespace qpcr {

/// Role that a task or sample type names, in English or Chinese, a replicate number after '-' or a blank left out:
/// "Unkn-01", "UNKNOWN", "NTC", "Pos Ctrl-1", "待测样品", "阴性对照". Nothing for a word that is not known or that
/// does not say which control it is ("质控", "Control").
std::optional<SampleRole> parse_role(std::string_view text);

/// True for a spelling of "there is no Cq": empty, "-", "Undetermined", "N/A", "NaN", "No Ct" … Numbers that stand for
/// none (999, -1, 0.00, the number of cycles) are each instrument's own and not among them.
bool is_no_cq(std::string_view text);

/// Cq, status and text of a vendor's result cell: no_amplification for is_no_cq() and for a number that is not above 0,
/// found for any other number.
/// @return false for any other text; the result is then as before.
bool set_vendor_cq(VendorResult& vendor, std::string_view text, NumberFormat format);

/// True for a denial, also an empty one: "false", "no", "0", "否". A text may be neither this nor is_yes().
bool is_no(std::string_view text);

/// True for an affirmation as exports write it: "true", "yes", "1", "omit", "x", "√", "是".
bool is_yes(std::string_view text);

}  // namespace qpcr
