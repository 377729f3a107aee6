// The plain table of an evaluation: what it reads, and where it says that it cannot.
#include <cmath>
#include <functional>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/data_table.hpp"

using qpcr::read_data_table;

namespace {

std::string refusal(const std::string& text, const std::function<void(const qpcr::DataTable&)>& use = {}) {
  try {
    const qpcr::DataTable table = read_data_table(text, "t.csv");
    if (use) use(table);
  } catch (const qpcr::Error& error) {
    return error.what();
  }
  return {};
}

std::string refusal_to_rename(const std::string& header) {
  qpcr::DataTable table = read_data_table("a,b\n1,2\n", "t.csv");
  try {
    table.rename(header, "b");
  } catch (const qpcr::Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("columns are read as numbers, counts, yes or no, and texts") {
  const qpcr::DataTable table =
      read_data_table("value,count,reference,site\n1.5,3,1, A \n,0,negative,B\n\nNA,7,+,\n-2e3,1,,C\n", "t.csv");
  CHECK(table.rows() == 4);
  CHECK(table.has("site"));
  CHECK_FALSE(table.has("Site"));
  const std::vector<double> values = table.numbers("value");
  CHECK(values[0] == 1.5);
  CHECK(std::isnan(values[1]));
  CHECK(std::isnan(values[2]));
  CHECK(values[3] == -2000);
  CHECK(table.counts("count") == std::vector<long>{3, 0, 7, 1});
  CHECK(table.binaries("reference") ==
        std::vector<std::optional<bool>>{{true}, {false}, {true}, std::optional<bool>()});
  CHECK(table.texts("site") == std::vector<std::string_view>{"A", "B", "", "C"});
  CHECK(table.line(2) == 5);
}

TEST_CASE("a column is read under another name, and what was not read is known") {
  qpcr::DataTable table = read_data_table("AFP,status,site\n1,阳性,A\n2,阴性,B\n3,pos,A\n4,Neg,A\n", "t.csv");
  table.rename("AFP", "value");
  table.rename("status", "reference");
  CHECK(table.unread() == std::vector<std::string>{"value", "reference", "site"});
  CHECK(table.numbers("value") == std::vector<double>{1, 2, 3, 4});
  CHECK(table.binaries("reference") == std::vector<std::optional<bool>>{{true}, {false}, {true}, {false}});
  CHECK(table.unread() == std::vector<std::string>{"site"});
  CHECK_FALSE(table.has("AFP"));
  CHECK_THAT(refusal_to_rename("a"), Catch::Contains("column already") && Catch::Contains("'a'"));
  CHECK_THAT(refusal_to_rename("c"), Catch::Contains("no such column"));
}

TEST_CASE("a column may have its own words for positive and negative") {
  qpcr::DataTable table = read_data_table("group\nHCC\nbenign\nNA\nhcc\n", "t.csv");
  table.word_binary("group", {{"HCC", "hcc"}, {"benign"}});
  CHECK(table.binaries("group") == std::vector<std::optional<bool>>{{true}, {false}, std::optional<bool>(), {true}});
  table.word_binary("group", {{"HCC"}, {"benign"}});
  CHECK_THROWS_WITH(table.binaries("group"), Catch::Contains("line 5") && Catch::Contains("HCC or benign"));
  CHECK_THROWS_WITH(table.word_binary("group", {{"HCC"}, {}}), Catch::Contains("group"));
  CHECK_THROWS_WITH(table.word_binary("group", {{"HCC"}, {"HCC"}}), Catch::Contains("one thing each"));
  CHECK_THROWS_WITH(table.word_binary("arm", {{"a"}, {"b"}}), Catch::Contains("no such column"));
}

TEST_CASE("a decimal comma is one for the whole file") {
  const qpcr::DataTable table = read_data_table("a;b\n1,5;2\n0,25;3,75\n", "t.csv");
  CHECK(table.numbers("a") == std::vector<double>{1.5, 0.25});
  CHECK(table.numbers("b") == std::vector<double>{2, 3.75});
}

TEST_CASE("what a table cannot mean is refused with its place") {
  CHECK_THAT(refusal(""), Catch::Contains("no header with rows"));
  CHECK_THAT(refusal("a,b\n"), Catch::Contains("no header with rows"));
  CHECK_THAT(refusal("a,b\n1\n"), Catch::Contains("line 2") && Catch::Contains("2 cells"));
  CHECK_THAT(refusal("a,b\n1,2,3\n"), Catch::Contains("line 2"));
  CHECK_THAT(refusal("a,a\n1,2\n"), Catch::Contains("once"));
  const auto number = [](const qpcr::DataTable& table) { static_cast<void>(table.numbers("a")); };
  CHECK_THAT(refusal("a\n1\nx\n", number), Catch::Contains("line 3") && Catch::Contains("'x'"));
  CHECK_THAT(refusal("a\ninf\n", number), Catch::Contains("'inf'"));
  CHECK_THAT(refusal("a\nnan\n", number), Catch::Contains("'nan'"));
  CHECK_THAT(refusal("a\n1\n-1e101\n", number), Catch::Contains("line 3") && Catch::Contains("magnitude"));
  CHECK_THAT(refusal("b\n1\n", number), Catch::Contains("no such column") && Catch::Contains("b"));
  const auto count = [](const qpcr::DataTable& table) { static_cast<void>(table.counts("a")); };
  for (const char* wrong : {"a\n-1\n", "a\n1.5\n", "a\nNA\n", "a\n1e90\n"})
    CHECK_THAT(refusal(wrong, count), Catch::Contains("whole number"));
  const auto binary = [](const qpcr::DataTable& table) { static_cast<void>(table.binaries("a")); };
  CHECK_THAT(refusal("a\n1\n2\n", binary), Catch::Contains("line 3"));
}
