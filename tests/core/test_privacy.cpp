// Recognition of personal identifiers. The identity numbers are the published examples of GB 11643-1999.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/privacy.hpp"

using qpcr::find_personal;
using qpcr::mask_personal;
using qpcr::PersonalKind;

TEST_CASE("identity numbers are recognised by date and check character") {
  CHECK(find_personal("11010519491231002X") == PersonalKind::identity_number);
  CHECK(find_personal("440524188001010014") == PersonalKind::identity_number);
  CHECK_FALSE(find_personal("110105194912310021"));
  CHECK_FALSE(find_personal("123456789012345678"));
}

TEST_CASE("phone numbers and Chinese names are recognised, coded identifiers and laboratory words are not") {
  CHECK(find_personal("13912345678") == PersonalKind::phone_number);
  CHECK(find_personal("张伟") == PersonalKind::person_name);
  CHECK(find_personal(" 欧阳修文 ") == PersonalKind::person_name);
  for (const char* text :
       {"S-1187", "SIM-0001", "阳性对照", "金标准", "NTC", "12345678901", "", "水", "C01-001", "高质控"}) {
    CHECK_FALSE(find_personal(text));
  }
}

TEST_CASE("masking keeps only the first character") {
  CHECK(mask_personal("张伟") == "张*");
  CHECK(mask_personal("id 11010519491231002X!") == "id 1*****************!");
  CHECK(mask_personal("Tel 13912345678") == "Tel 1**********");
  CHECK(mask_personal("S-1187") == "S-1187");
}

TEST_CASE("an excerpt is cut at a character and shows no control characters") {
  CHECK(qpcr::excerpt("荧光荧光", 7) == "荧光…");
  CHECK(qpcr::excerpt("a\x01\nb", 10) == "a??b");
  CHECK(qpcr::excerpt("\xE8", 10).size() == 1);
}
