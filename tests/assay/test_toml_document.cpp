// Typed getters, located errors, suggestions.
#include <cmath>

#include <catch2/catch.hpp>

#include "libqpcr/assay/toml_document.hpp"
#include "tests/assay/support.hpp"

using assay_test::error_of;
using qpcr::ErrorCode;
using qpcr::TomlTable;

namespace {

TomlTable parse(std::string_view text) { return TomlTable::parse(text, "study.toml", ErrorCode::study_invalid); }

}  // namespace

TEST_CASE("typed getters read what is there and leave out what is not") {
  const TomlTable root = parse(R"(
text = "荧光"
number = 3
half = 0.5
flag = true
day = 2024-05-01
words = ["b", "a"]
window = [3, 15.5]
mixed = ["x", { any = ["y"] }]
[nested]
z = 1
a = 2
[[rows]]
id = "one"
[[rows]]
id = "two"
)");
  CHECK(root.get_text("text") == "荧光");
  CHECK(root.get_number("number") == 3.0);
  CHECK(root.get_integer("number") == 3);
  CHECK(root.get_number("half") == 0.5);
  CHECK(root.get_flag("flag"));
  CHECK(root.find_date("day").value() == "2024-05-01");
  CHECK(root.get_texts("words") == std::vector<std::string>{"b", "a"});
  CHECK(root.find_numbers("window").value() == std::vector<double>{3, 15.5});
  CHECK_FALSE(root.find_text("absent"));
  CHECK_FALSE(root.find_number("absent"));
  CHECK_FALSE(root.find_flag("absent"));
  CHECK_FALSE(root.find_date("absent"));
  CHECK_FALSE(root.find_table("absent"));
  CHECK(root.find_tables("absent").empty());
  CHECK(root.get_table("nested").keys() == std::vector<std::string>{"z", "a"});
  const auto rows = root.find_tables("rows");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].get_text("id") == "two");
  CHECK(rows[1].field("id") == "rows[2].id");
  const auto mixed = root.get_texts_or_tables("mixed");
  REQUIRE(mixed.size() == 2);
  CHECK(mixed[0].text.value() == "x");
  CHECK(mixed[1].table->field("any") == "mixed[2].any");
  CHECK(root.find_line("rows[2].id") == 16);
  CHECK(root.find_line("rows[2].absent") == 15);
  CHECK(root.find_line("nested.a") == 12);
}

TEST_CASE("a handle outlives the root it came from") {
  std::optional<TomlTable> nested;
  {
    const TomlTable root = parse("[nested]\nkey = 1\n");
    nested = root.get_table("nested");
  }
  CHECK(nested->get_integer("key") == 1);
}

TEST_CASE("errors name path, line, field, what was found and what was expected") {
  CHECK(error_of([] { parse("a = 1\nb = \"x\"\n").get_number("b"); }) ==
        "study_invalid: 'study.toml' line 2, 'b': expected a finite number, got 'x'");
  CHECK(error_of([] { parse("[t]\na = 1\n").get_table("t").get_text("b"); }) ==
        "study_invalid: 'study.toml' line 1, 't.b': this key is required and missing");
  CHECK(error_of([] { parse("x = nan\n").get_number("x"); }).find("'x': expected a finite number, got 'nan'") !=
        std::string::npos);
  CHECK(error_of([] { parse("x = -inf\n").get_number("x"); }).find("expected a finite number") != std::string::npos);
  CHECK(error_of([] { parse("x = [1, inf]\n").find_numbers("x"); }).find("'x[2]'") != std::string::npos);
  CHECK(error_of([] { parse("x = 1.5\n").get_integer("x"); }).find("expected a whole number, got '1.5'") !=
        std::string::npos);
  CHECK(error_of([] { parse("x = 1\n").get_text("x"); }).find("expected a text in quotes, got '1'") !=
        std::string::npos);
  CHECK(error_of([] { parse("x = '  '\n").get_text("x"); }).find("not empty") != std::string::npos);
  CHECK(error_of([] { parse("x = []\n").get_texts("x"); }).find("at least one text") != std::string::npos);
  CHECK(error_of([] { parse("x = 'true'\n").get_flag("x"); }).find("true or false") != std::string::npos);
  CHECK(error_of([] { parse("x = 1\n").get_table("x"); }).find("expected a table, got '1'") != std::string::npos);
  CHECK(error_of([] { parse("x = 1\n").find_tables("x"); }).find("[[x]]") != std::string::npos);
  CHECK(error_of([] { parse("x = [1]\n").find_tables("x"); }).find("'x[1]': expected a table") != std::string::npos);
  CHECK(error_of([] { parse("x = '2024-05-01'\n").find_date("x"); }).find("a date without quotes") !=
        std::string::npos);
}

TEST_CASE("syntax errors, duplicate keys and wrong encodings are refused at their line") {
  CHECK(error_of([] { parse("a = 1\na = 2\n"); }).find("'study.toml' line 2: not valid TOML") != std::string::npos);
  CHECK(error_of([] { parse("[t]\n[t]\n"); }).find("line 2") != std::string::npos);
  CHECK(error_of([] { parse("a = \n"); }).find("line 1: not valid TOML") != std::string::npos);
  CHECK(error_of([] { parse("a = 'unclosed\n"); }).find("not valid TOML") != std::string::npos);
  CHECK(error_of([] { parse("a = '\xC0\xAF'\n"); }).find("wrong_encoding") == 0);
  CHECK(parse("\xEF\xBB\xBF"
              "a = 1\n")
            .get_integer("a") == 1);
  CHECK(error_of([] { parse(std::string(100000, '[')); }).find("study_invalid") == 0);
}

TEST_CASE("an unknown key is an error that suggests the nearest known one") {
  const TomlTable root = parse("thresold = 1\n");
  CHECK(error_of([&] {
          root.allow_only({"threshold", "dye"});
        }) == "study_invalid: 'study.toml' line 1, 'thresold': this key is not known; did you mean 'threshold'?");
  CHECK(error_of([&] { root.allow_only({"id"}); }).find("known here: 'id'") != std::string::npos);
  CHECK_NOTHROW(root.allow_only({"thresold"}));
  CHECK(qpcr::find_nearest_word("Gray", {"grey", "digits"}).value() == "grey");
  CHECK_FALSE(qpcr::find_nearest_word("xyz", {"threshold"}));
}

TEST_CASE("a word may stand for a number below a handle that says so, and is refused with its sentence elsewhere") {
  const TomlTable root = parse("x = 'unpublished'\ny = [1, 'unpublished']\n[[rows]]\nz = 'unpublished'\nw = 'other'\n");
  CHECK(error_of([&] { root.get_number("x"); }).find("line 1, 'x': expected a finite number, got 'unpublished'") !=
        std::string::npos);
  const TomlTable with_word = root.with_number_word("unpublished");
  CHECK(std::isnan(with_word.get_number("x")));
  CHECK(std::isnan(with_word.find_number("x").value()));
  CHECK(std::isnan(with_word.find_numbers("y").value()[1]));
  const TomlTable row = with_word.find_tables("rows")[0];
  CHECK(std::isnan(row.get_number("z")));
  CHECK(error_of([&] { row.get_number("w"); }).find("'rows[1].w': expected a finite number") != std::string::npos);
  CHECK(error_of([&] { row.get_integer("z"); }).find("expected a whole number") != std::string::npos);
  const TomlTable refusing = root.with_number_word("unpublished", "not here");
  CHECK(error_of([&] { refusing.find_tables("rows")[0].get_number("z"); }) ==
        "study_invalid: 'study.toml' line 4, 'rows[1].z': not here, got 'unpublished'");
}

TEST_CASE("dates and arrays of tables can be demanded") {
  const TomlTable root = parse("day = 2024-05-01\nempty = []\n[[rows]]\nid = 'one'\n");
  CHECK(root.get_date("day") == "2024-05-01");
  CHECK(root.get_tables("rows").size() == 1);
  CHECK(error_of([&] { root.get_date("night"); }).find("'night': this key is required and missing") !=
        std::string::npos);
  CHECK(error_of([&] { root.get_tables("lines"); }).find("'lines': this key is required and missing") !=
        std::string::npos);
  CHECK(error_of([&] { root.get_tables("empty"); }).find("'empty': expected at least one table") != std::string::npos);
}

TEST_CASE("texts that would drive a terminal or turn the direction of writing are refused") {
  for (const char* hidden : {"\\u001b[31mNegative", "a\\u202Eb", "a\\u2066b", "a\\u0085b", "a\\u007fb"}) {
    const std::string text = "name = \"" + std::string(hidden) + "\"\n";
    const auto table = qpcr::TomlTable::parse(text, "a.toml", qpcr::ErrorCode::assay_invalid);
    CHECK_THROWS_AS(table.get_text("name"), qpcr::Error);
  }
  const auto table =
      qpcr::TomlTable::parse("name = \"阳性，ΔCq ≤ 9 – “±”\"\n", "a.toml", qpcr::ErrorCode::assay_invalid);
  CHECK(table.get_text("name") == "阳性，ΔCq ≤ 9 – “±”");
}

TEST_CASE("an array of more tables than people write is refused") {
  std::string text;
  for (int i = 0; i < 1001; ++i) text += "[[values]]\nid = 1\n";
  const auto table = qpcr::TomlTable::parse(text, "a.toml", qpcr::ErrorCode::assay_invalid);
  CHECK_THROWS_AS(table.find_tables("values"), qpcr::Error);
}
