// Units of measurement as UCUM (ucum.org) writes them.
#pragma once

#include <string_view>

namespace qpcr {

/// True for a syntactically sound UCUM unit ("ng/mL", "10*9/L", "a", "%", "[IU]/mL"); the atoms are not looked up.
bool is_ucum_unit(std::string_view unit);

}  // namespace qpcr
