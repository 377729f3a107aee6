// Cut-offs from establishment to record: verification on other subjects, refusals, and the identity of what is written.
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/study/roc/cutoff_establishment.hpp"
#include "libqpcr/study/roc/cutoff_record.hpp"

using namespace qpcr;

namespace {

/// Cases at 10, 11, … and controls at 1, 2, …, overlapping where `shift` is small.
std::string make_table(const std::string& prefix, int per_group, int shift) {
  std::string text = "subject,value,reference\n";
  for (int i = 0; i < per_group; ++i) {
    text += prefix + "c" + std::to_string(i) + "," + std::to_string(shift + i) + ",positive\n";
    text += prefix + "n" + std::to_string(i) + "," + std::to_string(i) + ",negative\n";
  }
  return text;
}

CutoffDataset read(const std::string& text) { return read_cutoff_dataset(text, "folder/set.csv"); }

EstablishmentOptions make_options() {
  EstablishmentOptions options;
  options.name = "trial";
  options.date = "2026-01-05";
  options.resampling = {200, 7, 0};
  return options;
}

ErrorCode find_code(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::file_not_found;
}

}  // namespace

TEST_CASE("a cut-off is chosen on one set and judged on the other", "[roc]") {
  const CutoffDataset first = read(make_table("a", 60, 40));
  const CutoffDataset second = read(make_table("b", 60, 40));
  EstablishmentOptions options = make_options();
  options.criterion = EstablishmentCriterion::specificity;
  options.level = 0.95;
  options.sensitivity_target = 0.5;
  options.specificity_target = 0.97;
  const CutoffEstablishment made = establish_cutoff(first, &second, options);
  // 57 of 60 controls are below 57: the cut-off is half way between 56 and 57.
  CHECK(*made.establishment.cutoff.value == 56.5);
  REQUIRE(made.verification);
  CHECK(made.verification->table == FourfoldTable{43, 3, 17, 57});
  CHECK(made.verification->sensitivity_verdict.met == true);
  CHECK(made.verification->specificity_verdict.met == false);
  CHECK(made.accepted == false);
  options.specificity_target = 0.95;
  CHECK(establish_cutoff(first, &second, options).accepted == false);
  options.target_rule = TargetRule::estimate;
  CHECK(establish_cutoff(first, &second, options).accepted == true);
  options.sensitivity_target.reset();
  options.specificity_target.reset();
  CHECK_FALSE(establish_cutoff(first, &second, options).accepted);
}

TEST_CASE("subjects of both sets, of two lines or without a code are refused", "[roc]") {
  const CutoffDataset first = read(make_table("a", 20, 10));
  const CutoffDataset overlapping = read("subject,value,reference\nb1,3,positive\nA-C3,4,negative\n");
  try {
    establish_cutoff(first, &overlapping, make_options());
    FAIL("an overlap was not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::duplicate_entry);
    CHECK(error.context().found == "A-C3");
  }
  CHECK(find_code("subject,value,reference\na1,3,1\na1,4,0\n") == ErrorCode::duplicate_entry);
  CHECK(find_code("subject,value,reference\na1,3,1\nA_1,4,0\n") == ErrorCode::duplicate_entry);
  CHECK(find_code("subject,value,reference\n,3,1\n") == ErrorCode::invalid_value);
  CHECK(find_code("subject,value,reference\na 1,3,1\n") == ErrorCode::invalid_value);
  CHECK(find_code("subject,value,reference\n13812345678,3,1\n") == ErrorCode::personal_data);
  CHECK(find_code("subject,value\na1,3\n") == ErrorCode::missing_column);
  CHECK(find_code("subject,value,reference\na1,x,1\n") == ErrorCode::invalid_value);
}

TEST_CASE("an excluded subject of the establishment may not verify either", "[roc]") {
  const std::string table = make_table("a", 20, 10) + "late,,positive\n";
  CHECK_THROWS_WITH(read(table), Catch::Contains("line 42"));
  const CutoffDataset first = read_cutoff_dataset(table, "folder/set.csv", MissingRows::exclude);
  CHECK(first.exclusions.at(0).rows == 1);
  CHECK(first.sample.cases.size() == 20);
  const CutoffDataset second = read("subject,value,reference\nlate,3,positive\nb,4,negative\n");
  CHECK_THROWS_AS(establish_cutoff(first, &second, make_options()), Error);
}

TEST_CASE("what the criterion lacks or does not take is refused", "[roc]") {
  const CutoffDataset first = read(make_table("a", 20, 10));
  const auto refused = [&](auto change) {
    EstablishmentOptions options = make_options();
    change(options);
    CHECK_THROWS_AS(establish_cutoff(first, nullptr, options), Error);
  };
  refused([](EstablishmentOptions& options) { options.direction = RocDirection::automatic; });
  refused([](EstablishmentOptions& options) { options.level = 0.9; });
  refused([](EstablishmentOptions& options) { options.criterion = EstablishmentCriterion::specificity; });
  refused([](EstablishmentOptions& options) { options.criterion = EstablishmentCriterion::cost; });
  refused([](EstablishmentOptions& options) { options.date = "05.01.2026"; });
  refused([](EstablishmentOptions& options) { options.sensitivity_target = 80.0; });
  CHECK_THROWS_AS(establish_cutoff(read("subject,value,reference\na,3,1\nb,4,1\n"), nullptr, make_options()), Error);
}

TEST_CASE("criteria reach what they promise", "[roc]") {
  const CutoffDataset first = read(make_table("a", 40, 25));
  EstablishmentOptions options = make_options();
  options.criterion = EstablishmentCriterion::sensitivity;
  options.level = 0.9;
  CHECK(*establish_cutoff(first, nullptr, options).establishment.sensitivity.apparent.value == 0.9);
  options.criterion = EstablishmentCriterion::limit_of_blank;
  options.level = 0.95;
  const CutoffEstablishment blank = establish_cutoff(first, nullptr, options);
  // 0.5 + 0.95·40 = 38.5th of 0 … 39.
  CHECK(*blank.establishment.cutoff.value == 37.5);
  CHECK(find_relation(blank.establishment.direction, blank.rule) == "above");
  options = make_options();
  options.criterion = EstablishmentCriterion::cost;
  options.cost_ratio = 1.0;
  options.prevalence = 0.5;
  CHECK(*establish_cutoff(first, nullptr, options).establishment.cutoff.value ==
        *establish_cutoff(first, nullptr, make_options()).establishment.cutoff.value);
}

TEST_CASE("the record names its inputs and proves its content", "[roc]") {
  const std::string text = make_table("a", 30, 20);
  const CutoffDataset second = read(make_table("b", 30, 20));
  EstablishmentOptions options = make_options();
  options.sensitivity_target = 0.1;
  const std::string record = render_cutoff_record(establish_cutoff(read(text), &second, options));
  const nlohmann::json parsed = nlohmann::json::parse(record);
  CHECK(parsed["schema"] == "qpcr.cutoff/1");
  CHECK(parsed["establishment"]["source"]["sha256"] == sha256_hex(text));
  CHECK(parsed["establishment"]["source"]["name"] == "set.csv");
  CHECK(parsed["accepted"] == true);
  CHECK(parsed["options"]["seed"] == 7);
  CHECK(check_cutoff_record(record, "r.json") == parsed["identity"]);
  options.resampling.threads = 3;
  CHECK(render_cutoff_record(establish_cutoff(read(text), &second, options)) == record);
  std::string changed = record;
  changed.replace(changed.find("\"name\": \"trial\""), 15, "\"name\": \"trail\"");
  CHECK_THROWS_AS(check_cutoff_record(changed, "r.json"), Error);
  CHECK_THROWS_AS(check_cutoff_record("{}", "r.json"), Error);
  CHECK_THROWS_AS(check_cutoff_record("[", "r.json"), Error);
}
