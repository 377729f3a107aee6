// Spellings of a header that must become one, and those that must not.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/tabular/header_text.hpp"

using namespace qpcr;

TEST_CASE("case, blanks, underscores and full-width forms make no difference") {
  const std::string folded = fold_header("Well Position");
  CHECK(folded == "wellposition");
  CHECK(fold_header(" well_position\t") == folded);
  CHECK(fold_header("ＷＥＬＬ　ＰＯＳＩＴＩＯＮ") == folded);
  CHECK(fold_header("Well\xC2\xA0Position") == folded);
  CHECK(fold_header("Well\nPosition") == folded);
}

TEST_CASE("Cyrillic letters that look Latin are Latin") {
  CHECK(fold_header("Cт") == "ct");
  CHECK(fold_header("СТ") == "ct");
  CHECK(fold_header("ΔCт") == fold_header("δct"));
}

TEST_CASE("superscripts, ligatures and compatibility forms are folded, other letters kept") {
  CHECK(fold_header("R²") == "r2");
  CHECK(fold_header("ﬁt") == "fit");
  CHECK(fold_header("反应孔") == "反应孔");
  CHECK(fold_header("Straße") == "strasse");
  CHECK(fold_header("µl") == fold_header("μL"));
  CHECK(fold_header("") == "");
}

TEST_CASE("signs tell headers apart") {
  CHECK(fold_header("Cq Mean") != fold_header("Cq"));
  CHECK(fold_header("Tm1") != fold_header("Tm2"));
  CHECK(fold_header("Rn") != fold_header("ΔRn"));
  CHECK(fold_header("Cq (dRn)") == "cq(drn)");
}

TEST_CASE("bytes that are no text stay and do no harm") {
  CHECK(fold_header("a\xFF"
                    "b C")
            .find("c") != std::string::npos);
}
