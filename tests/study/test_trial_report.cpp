// The trial report: every count leads to exactly its subjects, nothing is lost, and every page says what it must.
#include <map>
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/report/trial_report.hpp"
#include "libqpcr/report/trial_sections.hpp"
#include "libqpcr/report/trial_view.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/study/measured_trial.hpp"

using namespace qpcr;
using qpcr::test::make_measured_trial;

namespace {

std::map<std::string, std::size_t> count_by_anchor(const TrialView& view) {
  std::map<std::string, std::size_t> counts;
  for (const CountTable& table : list_counts(view)) {
    std::size_t sum = 0;
    for (const CountGroup& group : table.groups) {
      counts[group.anchor] = group.subjects.size();
      sum += group.subjects.size();
    }
    counts[table.id] = sum;
  }
  return counts;
}

std::vector<std::string> find_all(const std::string& text, const std::string& before, char after) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
    const std::size_t start = at + before.size();
    found.push_back(text.substr(start, text.find(after, start) - start));
  }
  return found;
}

ReportTable find_table(const Document& document, const std::string& id) {
  for (const Block& block : document.blocks) {
    const auto* table = std::get_if<ReportTable>(&block);
    if (table != nullptr && table->id == id) return *table;
  }
  throw std::runtime_error("no table " + id);
}

}  // namespace

TEST_CASE("every count that links leads to as many subjects as it says") {
  const TrialResult trial = make_measured_trial();
  const Document document = build_trial_report(trial, {Language::en});
  const auto counts = count_by_anchor(TrialView{trial, Language::en});
  int checked = 0;
  for (const Block& block : document.blocks) {
    const auto* table = std::get_if<ReportTable>(&block);
    if (table == nullptr) continue;
    for (const auto& row : table->rows) {
      for (const ReportCell& cell : row) {
        if (!cell.link.starts_with("n-")) continue;
        INFO(table->id << ' ' << cell.link << ' ' << cell.text);
        const auto found = counts.find(cell.link);
        const std::size_t listed = found == counts.end() ? 0 : found->second;
        CHECK(listed == std::stoul(cell.text));  // the numerator of a fraction
        ++checked;
      }
    }
  }
  CHECK(checked > 60);
}

TEST_CASE("every link of the page has its target, and every subject its line") {
  const TrialResult trial = make_measured_trial();
  const std::string html = render_html(build_trial_report(trial, {Language::zh}));
  const auto ids = find_all(html, " id=\"", '"');
  const std::set<std::string> targets(ids.begin(), ids.end());
  CHECK(targets.size() == ids.size());
  const auto links = find_all(html, "href=\"#", '"');
  CHECK(links.size() > 500);
  for (const std::string& link : links) {
    if (targets.count(link) == 0) FAIL_CHECK("no target " << link);
  }
  for (std::size_t i = 0; i < trial.subjects.subjects.size(); ++i) CHECK(targets.count(subject_anchor(i)) == 1);
}

TEST_CASE("the line listing carries well, Cq, run and hash, and provenance the whole hash") {
  const TrialResult trial = make_measured_trial();
  const Document document = build_trial_report(trial, {Language::en});
  const ReportTable listing = find_table(document, "table-listing");
  REQUIRE(listing.rows.size() == trial.subjects.subjects.size());
  const auto& row = listing.rows.front();
  CHECK(row[0].text == "SIM-0001");
  CHECK(row[2].text == "SIM-S0001");
  CHECK(row[5].text.find("A1 OTX1 –, ACTB 24.80") != std::string::npos);
  CHECK(row[6].link == "r-1-1");
  const ReportTable runs = find_table(document, "table-runs");
  CHECK(runs.rows.size() == 4);
  CHECK(runs.rows[0][0].anchor == "r-1-1");
  CHECK(runs.rows[0][3].text.find(trial.runs[0].results[0].provenance.sources[0].sha256) != std::string::npos);
}

TEST_CASE("simulated data are marked on every page and export, in both languages") {
  const TrialResult trial = make_measured_trial();
  for (const Language language : {Language::zh, Language::en}) {
    const Document document = build_trial_report(trial, {language});
    CHECK(document.banner.find("SIMULATED") != std::string::npos);
    CHECK(document.watermark.find("SIMULATED") != std::string::npos);
    CHECK(render_html(document).find("SIMULATED") != std::string::npos);
    CHECK(render_trial_summary(trial, language).find("SIMULATED") != std::string::npos);
  }
  const CsvTable csv = read_csv_table(render_trial_listing_csv(trial), "listing.csv");
  REQUIRE(csv.rows().size() == trial.subjects.subjects.size());
  for (const CsvRow& row : csv.rows()) CHECK(row.cells[csv.column("data_status")] == "SIMULATED");
  CHECK(nlohmann::json::parse(render_trial_json(trial)).at("simulated") == true);
}

TEST_CASE("the JSON holds the numbers of the trial and null with a reason where there is none") {
  const TrialResult trial = make_measured_trial();
  const auto json = nlohmann::json::parse(render_trial_json(trial));
  CHECK(json.at("schema") == "qpcr.trial/1");
  CHECK(json.at("overall").at("sensitivity").at("estimate").get<double>() == *trial.overall.sensitivity.estimate);
  CHECK(json.at("overall").at("positive_predictive_value").at("estimate").is_null());
  CHECK(json.at("overall").at("positive_predictive_value").at("why_absent").at("id") ==
        "not_estimable_sampling_enriched");
  long sum = 0;
  for (const Place place : all_places()) sum += json.at("flow").at(std::string(to_string(place))).get<long>();
  CHECK(sum == json.at("flow").at("enrolled").get<long>());
  CHECK(json.at("subjects").size() == trial.subjects.subjects.size());
  CHECK(json.at("runs").at(2).at("repeat_of").at(0) == "C02-0001");
  const auto consecutive = nlohmann::json::parse(render_trial_json(make_measured_trial(Sampling::consecutive)));
  CHECK(consecutive.at("overall").at("positive_predictive_value").at("estimate").is_number());
}

TEST_CASE("raw predictive values stand in the report of a consecutive cohort only") {
  const std::size_t enriched =
      find_table(build_trial_report(make_measured_trial(), {Language::en}), "table-accuracy").rows.size();
  const std::size_t consecutive =
      find_table(build_trial_report(make_measured_trial(Sampling::consecutive), {Language::en}), "table-accuracy")
          .rows.size();
  CHECK(consecutive == enriched + 2);
}

TEST_CASE("the row of indeterminate results stands even when it is 0") {
  TrialResult trial = make_measured_trial();
  trial.cross_table[2].reference_positive = 0;
  trial.cross_table[2].reference_negative = 0;
  const ReportTable table = find_table(build_trial_report(trial, {Language::en}), "table-cross");
  CHECK(table.rows[2][0].text == "Indeterminate");
  CHECK(table.rows[2][1].text == "0");
}

TEST_CASE("the discordant list groups the wells and says no value twice") {
  const TrialResult trial = make_measured_trial();
  const ReportTable table = find_table(build_trial_report(trial, {Language::en}), "table-discordant");
  REQUIRE(!table.rows.empty());
  for (const auto& row : table.rows) {
    REQUIRE(row.size() == 7);
    INFO(row[0].text);
    CHECK(!row[4].text.empty());
    CHECK(row[5].text.find("OTX1") != std::string::npos);
    CHECK(row[5].text.find("ACTB") != std::string::npos);
    CHECK(row[3].text.find(row[3].detail.empty() ? "tive" : row[3].detail) != std::string::npos);
    CHECK(!row[6].link.empty());
    CHECK(row[6].detail.size() == 12);
  }
}

TEST_CASE("repeats and samples of no subject are listed") {
  const TrialResult trial = make_measured_trial();
  const Document document = build_trial_report(trial, {Language::en});
  CHECK(find_table(document, "table-repeats").rows.size() == 75);
  CHECK(find_table(document, "table-unassigned").rows.size() == 1);
  CHECK(count_place(trial.disposition, Place::run_invalid) > 0);
}

TEST_CASE("the same trial gives the same bytes") {
  const TrialResult trial = make_measured_trial();
  const Document document = build_trial_report(trial, {Language::zh});
  CHECK(render_pdf(document) == render_pdf(build_trial_report(make_measured_trial(), {Language::zh})));
  CHECK(render_trial_json(trial) == render_trial_json(make_measured_trial()));
  CHECK(render_html(document) == render_html(build_trial_report(make_measured_trial(), {Language::zh})));
}
