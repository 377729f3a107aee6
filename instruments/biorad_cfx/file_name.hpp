// What the name of a CFX export says: the run it belongs to, the table it holds and the fluorophore.
#pragma once

#include <string>
#include <string_view>

namespace qpcr::biorad_cfx {

struct FileName {
  std::string run;  ///< the start of the name, without the separators before the table's name
  std::string
      table;  ///< "quantification amplification results", lower case with single spaces; empty when there is none
  std::string title;  ///< the table's name as the vendor writes it
  std::string fluor;  ///< "SYBR"; empty when the name has none
};

/// Labs replace blanks of the vendor's names by '_' or '-', so these separate words here too.
/// "Quantitation Ct", as the first versions and those for diagnostics say, is "Quantification Cq".
FileName parse_file_name(std::string_view name);

}  // namespace qpcr::biorad_cfx
