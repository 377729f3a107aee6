// Which columns of a table ask for a person, so that they are refused, dropped or replaced before anything is kept.
#pragma once

#include <string_view>

#include "libqpcr/tabular/csv.hpp"

namespace qpcr {

/// True for a heading that asks for the name, number, phone or address of a person: "姓名", "Patient Name", "MRN".
/// Letter case, spaces and punctuation do not matter.
bool asks_for_person(std::string_view heading);

/// Refuses identity and phone numbers in every cell, also of columns that nothing uses. Short Chinese words of free
/// columns look like names, so names are not looked for.
/// @throws Error personal_data with line and column.
void refuse_personal_numbers(const CsvTable& table);

}  // namespace qpcr
