// Syntax of UCUM units.
#include "libqpcr/assay/ucum.hpp"

#include <algorithm>

namespace qpcr {

bool is_ucum_unit(std::string_view unit) {
  if (unit.empty() || unit.size() > 32) return false;
  bool atom_expected = true;
  for (std::size_t i = 0; i < unit.size();) {
    const char c = unit[i];
    if (c == '/' || c == '.') {
      if (atom_expected && !(c == '/' && i == 0)) return false;
      atom_expected = true;
      ++i;
      continue;
    }
    if (!atom_expected) return false;
    std::size_t length = 0;
    const auto letter = [&](char x) {
      return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '_' || x == '%' || x == '\'';
    };
    const auto digit = [&](char x) { return x >= '0' && x <= '9'; };
    const std::string_view rest = unit.substr(i);
    while (length < rest.size()) {
      const char x = rest[length];
      if (x == '[' || x == '{') {
        const std::size_t end = rest.find(x == '[' ? ']' : '}', length);
        if (end == std::string_view::npos || end == length + 1) return false;
        const std::string_view inside = rest.substr(length + 1, end - length - 1);
        if (!std::all_of(inside.begin(), inside.end(), [](char y) { return y > ' ' && y < '\x7f'; })) return false;
        length = end + 1;
      } else if (letter(x) || digit(x) || ((x == '*' || x == '^') && length > 0) ||
                 (x == '-' && length > 0 && length + 1 < rest.size() && digit(rest[length + 1]))) {
        ++length;
      } else {
        break;
      }
    }
    if (length == 0) return false;
    i += length;
    atom_expected = false;
  }
  return !atom_expected;
}

}  // namespace qpcr
