// What the name of a file says where each table was exported to a file of its own.
#pragma once

#include <string>
#include <string_view>

namespace qpcr::appbio_export {

struct FileName {
  std::string run;    ///< before the table's name
  std::string table;  ///< "Amplification Data"; empty when the name says none
  std::string time;   ///< of the export, "20240213_184604"; empty when there is none
};

/// "run 1_Amplification Data_20240213_184604.csv". Blanks and '_' are alike, and case does not matter.
FileName parse_file_name(std::string_view name);

}  // namespace qpcr::appbio_export
