// The directory of an OLE2 compound file ([MS-CFB]), in which Excel 97, MxPro and others kept their streams.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qpcr {

/// True for the first bytes of an OLE2 compound file.
bool is_compound_file(std::string_view bytes);

/// Names of all storages and streams, in UTF-8 and in the order of the directory. Nothing of the streams is read.
/// @throws Error malformed_file for a directory that is cut or damaged.
std::vector<std::string> list_compound_streams(std::string_view bytes, const std::string& path);

/// True where one of the names is that of the workbook of Excel 5 to 2003, also of one that a password protects.
bool holds_workbook(const std::vector<std::string>& streams);

}  // namespace qpcr
