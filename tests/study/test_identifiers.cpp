// What identifiers may hold, and which spellings are one name.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/study/identifiers.hpp"

using qpcr::find_identifier_fault;
using qpcr::to_skeleton;

TEST_CASE("coded identifiers are sound") {
  for (const char* text :
       {"SIM-0001", "C01_001.2", "S1", "(7)", "样本12", "北京协和医院", "X1+", "a:b", "№7", "", "é"}) {
    INFO(text);
    CHECK_FALSE(find_identifier_fault(text).has_value());
  }
}

TEST_CASE("spaces, slashes, separators and control characters have no place in an identifier") {
  for (const std::string text :
       {"A B",  " A",    "A\u00A0B", "A\u3000B", "A\u2009B", "A/B",     "A\\B",   "A／B", "A＼B",
        "A,B",  "A;B",   "A|B",      "A、B",     "A，B",     "A；B",    "A｜B",   "A\"",  "A\tB",
        "A\nB", "A\x7F", "A\u0085",  "A\u200B",  "A\u202E",  "A\uFEFF", "A\u2060"}) {
    INFO(text);
    CHECK(find_identifier_fault(text).has_value());
  }
  CHECK(find_identifier_fault(std::string("A\0B", 3)).has_value());
  CHECK(*find_identifier_fault("SIM-0001 SIM-9999") == "a space inside an identifier");
}

TEST_CASE("a skeleton ignores case, spaces, hyphens, underscores and dots") {
  CHECK(to_skeleton("Sim-00 01_a.b") == "sim0001ab");
  CHECK(to_skeleton("样本-12") == "样本12");
  CHECK(to_skeleton("S-1") != to_skeleton("S-10"));
}
