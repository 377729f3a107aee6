// The list of queries: its columns, its guard, its stable identifiers, and that every check is documented.
#include <catch2/catch.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/report/query_list.hpp"
#include "libqpcr/study/conduct/link_table.hpp"
#include "libqpcr/tabular/csv.hpp"

using namespace qpcr;

namespace {

StudyFinding example() {
  StudyFinding finding;
  finding.check = "sample_not_tested";
  finding.severity = Severity::query;
  finding.what = {"link_sample_not_tested", {{"sample", "=S1"}}};
  finding.centre = "C01";
  finding.sample = "=S1";
  finding.file = "C01/links.csv";
  finding.line = 7;
  return finding;
}

}  // namespace

TEST_CASE("every check of a study is worded and documented", "[query_list]") {
  const std::string page = read_file(std::string(QPCR_SOURCE_DIR) + "/docs/formats/study_folder.md");
  int checks = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.room != "study_authenticity" && entry.room != "study_clinical") continue;
    for (const std::string_view prefix : {"authenticity_", "link_", "study_run_", "clinical_", "joining_"}) {
      if (!entry.id.starts_with(prefix)) continue;
      const bool whole = prefix == "clinical_" || prefix == "joining_";
      const std::string check = whole ? entry.id : entry.id.substr(prefix == "study_run_" ? 6 : prefix.size());
      INFO(check);
      CHECK(page.find("`" + check + "`") != std::string::npos);
      ++checks;
    }
  }
  CHECK(checks == 64);
}

TEST_CASE("a query list leaves an answer to fill in and runs no formula", "[query_list]") {
  StudyFinding note = example();
  note.severity = Severity::note;
  const CsvTable table = read_csv_table(render_query_csv({example(), note}, {}), "queries.csv");
  REQUIRE(table.rows().size() == 1);
  const CsvRow& row = table.rows().front();
  CHECK(row.cells[table.column("sample")] == "'=S1");
  CHECK(row.cells[table.column("line")] == "7");
  CHECK(row.cells[table.column("answer")].empty());
  CHECK(row.cells[table.column("zh")].find("任何运行中均无结果") != std::string::npos);
  CHECK(read_csv_table(render_query_csv({example()}, {}, "C01"), "q").rows().size() == 1);
  CHECK(render_query_csv({example()}, {}, "C02").find("=S1") == std::string::npos);
}

TEST_CASE("a query keeps its identifier when lines move, and no two share one", "[query_list]") {
  StudyFinding moved = example();
  moved.line = 9;
  moved.file = "C01/links2.csv";
  CHECK(derive_query_id(moved) == derive_query_id(example()));
  StudyFinding other = example();
  other.sample = "S2";
  CHECK(derive_query_id(other) != derive_query_id(example()));
  other = example();
  other.check = "sample_not_linked";
  CHECK(derive_query_id(other) != derive_query_id(example()));
}
