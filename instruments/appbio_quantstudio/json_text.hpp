// JSON as Design & Analysis writes it: bare NaN and Infinity stand where numbers may.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace qpcr::appbio_quantstudio {

/// A parsed document and its name for errors.
struct JsonMember {
  nlohmann::json root;
  std::string path;
};

/// NaN, Infinity and -Infinity outside of strings become null; everything else must be JSON (RFC 8259) with objects and
/// arrays nested at most 64 deep, in at most 64 MiB.
/// @throws Error malformed_file with the line.
JsonMember parse_json(std::string_view bytes, const std::string& path);

/// Members of an object that are of their kind; an empty text, no number, an empty list otherwise.
std::string find_text(const nlohmann::json& object, const char* key);
std::optional<double> find_number(const nlohmann::json& object, const char* key);
std::optional<long> find_integer(const nlohmann::json& object, const char* key);
bool find_truth(const nlohmann::json& object, const char* key);
const nlohmann::json& find_list(const nlohmann::json& object, const char* key);
const nlohmann::json& find_object(const nlohmann::json& object, const char* key);

/// The numbers of a list; null is a missing reading.
/// @throws Error invalid_value that names the field for anything else.
std::vector<double> read_numbers(const nlohmann::json& list, const std::string& path, const std::string& field);

/// A value as a cell of a table.
std::string to_cell(const nlohmann::json& value);

}  // namespace qpcr::appbio_quantstudio
