// The study file: a complete one is read, and each wrong one names its key.
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/study/study_file.hpp"
#include "tests/study/temporary_folder.hpp"

using qpcr::Error;
using qpcr::ErrorCode;
using qpcr::read_study;
using qpcr::StudyPlan;
using qpcr::test::TemporaryFolder;

namespace {

const std::string good = R"(schema = "qpcr.study/1"
[study]
id = "SIM-T1"
title = { zh = "试验", en = "Trial" }
simulated = true
sampling = "enriched"
assay = "../assays/demo.toml"
subjects = "subjects.csv"
covariates = "covariates.csv"
repeats = "invalid"
prevalences = [0.01, 0.2]
[[run]]
id = "R1"
centre = "C01"
files = ["runs/a.rdml"]
[[run]]
id = "R1R"
centre = "C01"
files = ["runs/b.rdml"]
repeat_of = ["R1"]
reason = "NTC"
)";

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = good;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void check_refused(const std::string& text, ErrorCode code, const std::string& field) {
  INFO(text);
  const TemporaryFolder folder;
  const auto path = folder.write("study.toml", text);
  try {
    read_study(path);
    FAIL("accepted");
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.code() == code);
    CHECK(error.context().field == field);
    CHECK(error.context().path == path.string());
  }
}

}  // namespace

TEST_CASE("a study file is read and its paths resolved") {
  const TemporaryFolder folder;
  const StudyPlan plan = read_study(folder.write("study.toml", good));
  CHECK(plan.id == "SIM-T1");
  CHECK(plan.simulated);
  CHECK(plan.sampling == qpcr::Sampling::enriched);
  CHECK(plan.repeats == qpcr::RepeatRule::invalid);
  CHECK(plan.confidence == 0.95);
  CHECK(plan.prevalences == std::vector<double>{0.01, 0.2});
  CHECK(plan.assay == (folder.path() / "../assays/demo.toml").lexically_normal());
  CHECK(plan.subjects == folder.path() / "subjects.csv");
  CHECK(plan.covariates == folder.path() / "covariates.csv");
  REQUIRE(plan.runs.size() == 2);
  CHECK(plan.runs[0].paths.at(0) == folder.path() / "runs/a.rdml");
  CHECK(plan.runs[1].repeat_of == std::vector<std::string>{"R1"});
}

TEST_CASE("wrong study files are refused by key") {
  check_refused(replaced("qpcr.study/1", "qpcr.study/2"), ErrorCode::study_invalid, "schema");
  check_refused(replaced("sampling", "samplng"), ErrorCode::study_invalid, "study.samplng");
  check_refused(replaced("\"enriched\"", "\"random\""), ErrorCode::study_invalid, "study.sampling");
  check_refused(replaced("simulated = true", "simulated = \"yes\""), ErrorCode::study_invalid, "study.simulated");
  check_refused(replaced("simulated = true\n", ""), ErrorCode::study_invalid, "study.simulated");
  check_refused(replaced("0.01", "0"), ErrorCode::invalid_value, "study.prevalences");
  check_refused(replaced("prevalences", "confidence = 1.0\nprevalences"), ErrorCode::invalid_value, "study.confidence");
  check_refused(replaced("\"invalid\"", "\"last\""), ErrorCode::study_invalid, "study.repeats");
  check_refused(replaced("SIM-T1", "张三丰"), ErrorCode::personal_data, "study.id");
  check_refused(replaced("prevalences", "assay_sha256 = \"abc\"\nprevalences"), ErrorCode::study_invalid,
                "study.assay_sha256");
}

TEST_CASE("paths stay in the folder of the study, except for the assay") {
  check_refused(replaced("\"subjects.csv\"", "\"../subjects.csv\""), ErrorCode::study_invalid, "study.subjects");
  check_refused(replaced("\"subjects.csv\"", "\"/etc/passwd\""), ErrorCode::study_invalid, "study.subjects");
  check_refused(replaced("../assays/demo.toml", "/assays/demo.toml"), ErrorCode::study_invalid, "study.assay");
  check_refused(replaced("runs/a.rdml", "runs/../../a.rdml"), ErrorCode::study_invalid, "run[1].files");
  check_refused(replaced("runs/a.rdml", "C:/a.rdml"), ErrorCode::study_invalid, "run[1].files");
}

TEST_CASE("identifiers of runs and centres hold no spaces, slashes or separators") {
  for (const std::string id : {"R 1", "R1/R2", "R1,R2", "R1\u3000", "R1\\\\R2", "R1\\t"}) {
    check_refused(replaced("id = \"R1\"", "id = \"" + id + "\""), ErrorCode::study_invalid, "run[1].id");
    check_refused(replaced("centre = \"C01\"", "centre = \"" + id + "\""), ErrorCode::study_invalid, "run[1].centre");
  }
}

TEST_CASE("runs are named once and repeat earlier ones with a reason") {
  check_refused(replaced("id = \"R1R\"", "id = \"R1\""), ErrorCode::study_invalid, "run[2].id");
  check_refused(replaced("[\"R1\"]", "[\"R9\"]"), ErrorCode::study_invalid, "run[2].repeat_of");
  check_refused(replaced("[\"R1\"]", "[\"R1R\"]"), ErrorCode::study_invalid, "run[2].repeat_of");
  check_refused(replaced("reason = \"NTC\"", ""), ErrorCode::study_invalid, "run[2].reason");
  check_refused(replaced("runs/b.rdml", "runs/./a.rdml"), ErrorCode::study_invalid, "run[2].files");
  check_refused(good.substr(0, good.find("[[run]]")), ErrorCode::study_invalid, "run");
  check_refused(replaced("files = [\"runs/a.rdml\"]", "files = [\"runs/a.rdml\"]\nsha256 = []"),
                ErrorCode::study_invalid, "run[1].sha256");
}
