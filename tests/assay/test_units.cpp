// Arithmetic of units: what is one unit, what converts, and what must never be taken for something else.
#include <catch2/catch.hpp>

#include "libqpcr/assay/units.hpp"

using qpcr::convertible_factor;
using qpcr::parse_unit;
using qpcr::same_unit;

TEST_CASE("units of one size are told from units of another") {
  struct Row {
    const char* left;
    const char* right;
    bool same;
  };
  for (const Row& row : {
           Row{"ng/mL", "ug/L", true},
           Row{"mg/dL", "10*-2.g/L", true},
           Row{"10*9/L", "10^9/L", true},
           Row{"10*9/L", "10*3/uL", true},
           Row{"/uL", "10*6/L", true},
           Row{"[IU]/mL", "[iU]/mL", true},
           Row{"m[IU]/mL", "[IU]/L", true},
           Row{"k[IU]/L", "[IU]/mL", true},
           Row{"%", "10*-2", true},
           Row{"", "1", true},
           Row{"umol/L", "nmol/mL", true},
           Row{"g.m-2", "g/m2", true},
           Row{"{copies}.mL-1", "{copies}/mL", true},
           Row{"wk", "7.d", true},
           Row{"m[arb'U]/mL", "ng/mL", false},
           Row{"m[arb'U]/mL", "[arb'U]/mL", false},
           Row{"m[arb'U]/mL", "m[IU]/mL", false},
           Row{"{copies}", "1", false},
           Row{"{copies}/mL", "[IU]/mL", false},
           Row{"uL", "mL", false},
           Row{"ng/mL", "ng", false},
           Row{"mol", "mo", false},
           Row{"min", "m", false},
           Row{"a", "d", false},
           Row{"%", "1", false},
           Row{"U/L", "[IU]/L", false},
           Row{"Mg", "mg", false},
           Row{"score", "points", false},
           Row{"ng per mL", "ng per mL", false},
       }) {
    INFO(row.left << " and " << row.right);
    CHECK(same_unit(row.left, row.right) == row.same);
    CHECK(same_unit(row.right, row.left) == row.same);
  }
}

TEST_CASE("a factor converts where the dimension is the same, and only there") {
  CHECK(*convertible_factor("g/L", "ng/mL") == Approx(1e6));
  CHECK(*convertible_factor("mL", "uL") == Approx(1000));
  CHECK(*convertible_factor("mg/dL", "mg/L") == Approx(10));
  CHECK(*convertible_factor("h", "min") == Approx(60));
  CHECK(*convertible_factor("a", "mo") == Approx(12));
  CHECK_FALSE(convertible_factor("m[arb'U]/mL", "ng/mL"));
  CHECK_FALSE(convertible_factor("mg/dL", "umol/L"));
  CHECK_FALSE(convertible_factor("{copies}/mL", "[IU]/mL"));
  CHECK_FALSE(convertible_factor("ng//mL", "ng/mL"));
}

TEST_CASE("the volumes of the chain cancel in a product, and a wrong prefix does not") {
  const auto unit = [](const char* text) { return *parse_unit(text); };
  const qpcr::Unit whole = qpcr::product_unit({unit("{copies}"), unit("uL")}, {unit("uL"), unit("mL")});
  CHECK(same_unit(whole, unit("{copies}/mL")));
  const qpcr::Unit slipped = qpcr::product_unit({unit("{copies}"), unit("mL")}, {unit("uL"), unit("mL")});
  CHECK_FALSE(same_unit(slipped, unit("{copies}/mL")));
  CHECK(qpcr::same_dimension(slipped, unit("{copies}/mL")));
  CHECK(same_unit(qpcr::product_unit({}, {}), unit("1")));
  CHECK(same_unit(qpcr::product_unit({unit("ng/mL")}, {unit("d")}), unit("ng/mL/d")));
}

TEST_CASE("text that is no unit gives none, and every unit can be shown") {
  for (const char* text : {"ng per mL", "10*x/L", "10*99/L", "0", "m99", "{", "ng//mL"}) {
    INFO(text);
    CHECK_FALSE(parse_unit(text));
  }
  CHECK(qpcr::to_string(*parse_unit("")) == "1");
  CHECK(qpcr::to_string(*parse_unit("{copies}/mL")) == "10*3.L-1.{copies}");
  CHECK(parse_unit(qpcr::to_string(*parse_unit("ng/mL"))));
  CHECK(parse_unit("foo2")->exponents.at("foo") == 2);
}

TEST_CASE("a product with a unit's inverse has no unit, for every unit the room knows") {
  for (const char* text :
       {"ng/mL", "m[arb'U]/mL", "10*9/L", "%", "{copies}/uL", "kat/L", "g.m-2", "/uL", "mo", "Cel"}) {
    INFO(text);
    const qpcr::Unit unit = *parse_unit(text);
    CHECK(same_unit(qpcr::product_unit({unit}, {unit}), qpcr::Unit{}));
  }
}
