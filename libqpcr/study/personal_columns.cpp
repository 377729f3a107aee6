// Headings that ask for a person, and cells that hold a person's number.
#include "libqpcr/study/personal_columns.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

/// Words of a normalised heading that asks for a person; a heading that holds one is refused.
constexpr std::array<std::string_view, 25> personal_headings{
    "姓名",        "名字",     "身份证",  "证件号",        "住院号",   "门诊号",     "病历号",
    "病案号",      "登记号",   "电话",    "手机",          "联系方式", "住址",       "地址",
    "patientname", "fullname", "phone",   "idcard",        "idnumber", "nationalid", "identitycard",
    "identityno",  "passport", "surname", "identitynumber"};
/// Headings that ask for a person only when they say nothing else.
constexpr std::array<std::string_view, 16> whole_personal_headings{
    "name",     "tel",       "mobile",     "mobileno", "mobilenumber", "address",        "homeaddress",     "firstname",
    "lastname", "givenname", "familyname", "mrn",      "subjectname",  "hospitalnumber", "inpatientnumber", "名"};

/// ASCII letters in lower case and digits, and everything that is not ASCII but for wide and no-break spaces:
/// "Patient Name", "patient_name" and "PATIENT-NAME" are one heading.
std::string normalise_heading(std::string_view heading) {
  std::string text;
  for (const char c : to_lower_ascii(heading)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (kept) text += c;
  }
  for (const std::string_view space : {"\u00A0", "\u3000", "\uFEFF"}) {
    for (std::size_t at = text.find(space); at != std::string::npos; at = text.find(space))
      text.erase(at, space.size());
  }
  return text;
}

}  // namespace

bool asks_for_person(std::string_view heading) {
  const std::string plain = normalise_heading(heading);
  if (std::find(whole_personal_headings.begin(), whole_personal_headings.end(), plain) != whole_personal_headings.end())
    return true;
  return std::any_of(personal_headings.begin(), personal_headings.end(),
                     [&plain](std::string_view word) { return plain.find(word) != std::string::npos; });
}

void refuse_personal_numbers(const CsvTable& table) {
  for (const CsvRow& row : table.rows()) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::optional<PersonalKind> kind = find_personal(row.cells[i]);
      // Short Chinese words of free columns look like names.
      if (!kind || kind == PersonalKind::person_name) continue;
      throw Error(ErrorCode::personal_data, {.path = table.path(),
                                             .line = row.line,
                                             .column = table.header()[i],
                                             .field = {},
                                             .found = row.cells[i],
                                             .expected = "no identity or phone number of a person",
                                             .problem = {}});
    }
  }
}

}  // namespace qpcr
