// The log of a study: its states, what it refuses, and that every change of a byte is noticed.
#include <filesystem>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/seal/hash.hpp"
#include "libqpcr/seal/trust_list.hpp"
#include "libqpcr/study/conduct/import_store.hpp"
#include "libqpcr/study/conduct/run_list.hpp"
#include "libqpcr/study/conduct/study_lock.hpp"
#include "libqpcr/study/conduct/table_difference.hpp"
#include "tests/study/protocol/example_protocol.hpp"
#include "tests/study/temporary_folder.hpp"

namespace {

using namespace qpcr;

const std::string now = "2026-03-01T08:00:00Z";
const std::string codes = "blinding_code,subject\nB001,SIM-C01-001\n";

Protocol example() { return derive_protocol(parse_protocol_toml(test::clinical_protocol(), "protocol.toml")); }

template <typename Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void import(const std::filesystem::path& folder, const std::string& key, const std::string& bytes,
            std::map<std::string, std::string> extra = {}) {
  const StudyState state = read_study_state(folder);
  extra["kind"] = "clinical";
  extra["key"] = key;
  extra["manifest_sha256"] =
      store_import(folder, state.head.sequence + 1, {{"subjects.csv", bytes}, {"mapping.toml", "x = 1\n"}});
  append_study_event(folder, now, "imported", extra);
}

/// A study with one import, its plan signed.
struct Fixture {
  test::TemporaryFolder scratch;
  std::filesystem::path folder = scratch.path() / "study";
  SigningKey key = make_signing_key("statistician", true);
  Protocol protocol = example();
  TrustList trust;

  Fixture() {
    create_study_log(folder, now, protocol.id);
    import(folder, "C01", "subject\nSIM-C01-001\n");
    sign_plan(folder, protocol, key, "final plan", now);
    TrustedKey trusted;
    trusted.id = key.id;
    trusted.holder = key.holder;
    trusted.public_key = key.public_key;
    trusted.purposes = {KeyPurpose::study};
    trusted.test_key = true;
    trust.keys.push_back(trusted);
  }

  void lock() const { lock_study(folder, protocol, "", sha256_hex(codes), key, "data complete", now); }
};

}  // namespace

TEST_CASE("a study is locked, unblinded once, and proves it", "[study_log]") {
  const Fixture study;
  CHECK(read_study_state(study.folder).phase == StudyPhase::open);
  CHECK(contains(refusal([&] { unblind_study(study.folder, codes, study.key, "early", now); }), "is not locked"));
  study.lock();
  const StudyState locked = read_study_state(study.folder);
  CHECK(locked.phase == StudyPhase::locked);
  CHECK(locked.lock->dataset_sha256 == derive_dataset_sha256(locked));
  CHECK(contains(refusal([&] { study.lock(); }), "locked already"));
  CHECK(contains(refusal([&] { sign_plan(study.folder, study.protocol, study.key, "late", now); }), "locked"));
  CHECK(contains(refusal([&] { unblind_study(study.folder, "blinding_code,subject\n", study.key, "x", now); }),
                 "the table that the lock names"));
  unblind_study(study.folder, codes, study.key, "analysis", now);
  CHECK(read_study_state(study.folder).phase == StudyPhase::unblinded);
  CHECK(read_file(study.folder / "blinding" / "codes.csv") == codes);
  CHECK(contains(refusal([&] { unblind_study(study.folder, codes, study.key, "again", now); }), "was unblinded"));
  CHECK(contains(refusal([&] { unlock_study(study.folder, "oops", now); }), "cannot be unlocked"));

  const auto seals = verify_seals(study.folder, read_study_state(study.folder), study.trust, true);
  REQUIRE(seals.size() == 2);
  CHECK(seals[0].holder == "statistician");
  CHECK(contains(refusal([&] { verify_seals(study.folder, locked, study.trust, false); }), "test key"));
}

TEST_CASE("a lock needs the signed plan of this protocol, data, and the codes", "[study_log]") {
  const Fixture study;
  Protocol other =
      derive_protocol(parse_protocol_toml(test::clinical_protocol() + "\n[[lot]]\nid = \"L1\"\nexpires_on = "
                                                                      "2027-01-01\n",
                                          "protocol.toml"));
  CHECK(contains(refusal([&] { lock_study(study.folder, other, "", sha256_hex(codes), study.key, "x", now); }),
                 "whose plan was signed"));
  CHECK(contains(refusal([&] { lock_study(study.folder, study.protocol, "", "", study.key, "x", now); }),
                 "table of codes"));
}

TEST_CASE("an edited import, manifest or log is noticed", "[study_log]") {
  const Fixture study;
  study.lock();
  const StudyState state = read_study_state(study.folder);
  const ImportRecord import = state.current().front();
  SECTION("a file") {
    write_file(import_path(study.folder, import, "subjects.csv"), "subject\nSIM-C01-002\n");
    const std::string said = refusal([&] { verify_imports(study.folder, state); });
    CHECK(contains(said, "subjects.csv"));
    CHECK(contains(said, "the file that was imported"));
  }
  SECTION("a manifest") {
    const auto path = import_path(study.folder, import, "MANIFEST");
    write_file(path, read_file(path) + "\n");
    CHECK(contains(refusal([&] { verify_imports(study.folder, state); }), "MANIFEST"));
  }
  SECTION("any byte of the log") {
    const auto path = study_log_path(study.folder);
    const std::string text = read_file(path);
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = changed[i] == 'a' ? 'b' : 'a';
      INFO(i);
      REQUIRE_THROWS_AS(derive_study_state(parse_log(changed, "study.log"), "study.log"), Error);
    }
  }
  SECTION("a log cut at its end, by the head that was noted") {
    const auto path = study_log_path(study.folder);
    const std::string text = read_file(path);
    write_file(path, text.substr(0, text.rfind('\n', text.size() - 2) + 1));
    CHECK_NOTHROW(read_study_state(study.folder));
    CHECK_THROWS_AS(read_study_state(study.folder, state.head), Error);
  }
}

TEST_CASE("imports after the lock say so, and change the hash of the data", "[study_log]") {
  const Fixture study;
  study.lock();
  const std::string locked = read_study_state(study.folder).lock->dataset_sha256;
  import(study.folder, "C02", "subject\nSIM-C02-001\n", {{"after_lock", "yes"}, { "reason", "late answer" }});
  const StudyState state = read_study_state(study.folder);
  CHECK(state.imports.back().after_lock);
  CHECK(derive_dataset_sha256(state) != locked);
  CHECK(state.lock->dataset_sha256 == locked);
}

TEST_CASE("events that could not have happened are refused", "[study_log]") {
  const Fixture study;
  SECTION("an import again without a reason") {
    import(study.folder, "C01", "subject\nSIM-C01-009\n");
    CHECK(contains(refusal([&] { read_study_state(study.folder); }), "without a reason"));
  }
  SECTION("an unknown event") {
    append_study_event(study.folder, now, "improved", {});
    CHECK(contains(refusal([&] { read_study_state(study.folder); }), "'improved'"));
  }
  SECTION("a lock of other data") {
    append_study_event(study.folder, now, "locked",
                       {{"protocol_sha256", "x"}, {"dataset_sha256", "x"}, {"key", "x"}, {"signature_sha256", "x"}});
    CHECK(contains(refusal([&] { read_study_state(study.folder); }), "other data"));
  }
  SECTION("an import that hides the lock") {
    study.lock();
    import(study.folder, "C02", "subject\n1\n", {{ "reason", "x" }});
    CHECK(contains(refusal([&] { read_study_state(study.folder); }), "truly"));
  }
}

TEST_CASE("names of imported files stay in their folder", "[study_log]") {
  const test::TemporaryFolder scratch;
  for (const std::string name : {"../x", "/x", "a\\b", "", "MANIFEST", "a/../../x"})
    CHECK_THROWS_AS(store_import(scratch.path(), 1, {{name, "x"}}), Error);
  CHECK(std::filesystem::is_empty(scratch.path()));
}

TEST_CASE("a manifest reads back as it was written", "[study_log]") {
  const ImportManifest manifest{{{"a  b.csv", std::string(64, 'a'), 12}, {"runs/C 1.rdml", std::string(64, 'b'), 0}}};
  CHECK(parse_manifest(render_manifest(manifest), "MANIFEST").files == manifest.files);
  CHECK_THROWS_AS(parse_manifest("x\n", "MANIFEST"), Error);
  CHECK_THROWS_AS(parse_manifest("a  1  b", "MANIFEST"), Error);
}

TEST_CASE("differences of tables name every cell", "[table_difference]") {
  const CsvTable before = read_csv_table("id,a,b\n1,x,y\n2,p,q\n", "old.csv");
  const CsvTable after = read_csv_table("id,b,a,c\n1,y,z,\n3,1,2,3\n", "new.csv");
  using Kind = TableDifference::Kind;
  CHECK(find_table_differences(before, after) ==
        std::vector<TableDifference>{{Kind::changed, "1", "a", "x", "z"},
                                     {Kind::removed, "2", "", "id=2; a=p; b=q", ""},
                                     {Kind::added, "3", "", "", "id=3; b=1; a=2; c=3"}});
  CHECK(find_table_differences(before, before).empty());
}

TEST_CASE("a list of runs is read and its faults are named", "[run_list]") {
  const std::string header = "run,centre,files,sha256,serial,status,repeat_of,reason,note\n";
  const RunList list = parse_run_list(
      header + "R1,C01,a.csv;b.csv,,S1,completed,,,\nR2,C01,,,S1,aborted,,,\nR3,C01,c.rdml,,S1,completed,R1,NTC,x\n",
      "runs.csv");
  REQUIRE(list.runs.size() == 3);
  CHECK(list.runs[0].files == std::vector<std::string>{"a.csv", "b.csv"});
  CHECK(list.runs[1].status == RunStatus::aborted);
  CHECK(list.runs[2].repeat_of == "R1");
  REQUIRE(list.not_read.size() == 1);
  CHECK(list.not_read[0].where == "runs.csv:note");
  const auto row_case = GENERATE(table<std::string, std::string>({
      {"R1,C01,,,S1,completed,,,", "files of a completed run"},
      {"R1,C01,a,,S1,done,,,", "completed, aborted or failed"},
      {"R1,C01,a;b,00,S1,completed,,,", "one for each of 2 files"},
      {"R1,C01,../a,,S1,completed,,,", "below the folder"},
      {"R1,C01,a;a,,S1,completed,,,", "two runs"},
      {"R1,C01,a,,S1,completed,R0,x,", "a run listed above"},
      {"R1,C01,a,,S1,completed,R0,,", "why the samples"},
      {"R 1,C01,a,,S1,completed,,,", "one identifier"},
      {",C01,a,,S1,completed,,,", "empty cell"},
      {"R1,C01,a,,S1,completed,,,\nR1,C01,b,,S1,completed,,,", "listed twice"},
  }));
  const std::string& row = std::get<0>(row_case);
  const std::string& said = std::get<1>(row_case);
  const std::string found = refusal([&] { parse_run_list(header + row + "\n", "runs.csv"); });
  INFO(found);
  CHECK(contains(found, said));
  CHECK(contains(found, "runs.csv"));
}
