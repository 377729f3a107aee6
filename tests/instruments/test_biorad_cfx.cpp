// Bio-Rad CFX: joining the files of a run, and what is wrong in one.
#include <cmath>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "instruments/biorad_cfx/file_name.hpp"
#include "libqpcr/core/file.hpp"
#include "tests/instruments/check.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;
namespace fs = std::filesystem;

namespace {

const std::string fam = ",Cycle,A1,A2,H12\r\n,1,-0.5,,3\r\n,2,0.25,,4\r\n";
const std::string hex = ",Cycle,A1,A2\r\n,1,7,\r\n,2,8,\r\n";
const std::string cq =
    ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Starting Quantity (SQ)\r\n"
    ",A01,FAM,\"two\nlines\",Unkn-01,S1,,1.5,NaN\r\n,A01,HEX,IC,Unkn-01,S1,,NaN,NaN\r\n"
    ",H12,FAM,T,Std-03,,,N/A,1000\r\n";
const std::string melt = ",Temperature,A1,A2\r\n,65.0,9,\r\n,65.5,8,\r\n";
const std::string information =
    "File Name,x.pcrd\r\nCreated By User,sam\r\nRun Started,11/19/2023 16:35:37 UTC\r\nBase Serial "
    "Number,BR006896\r\nCFX Maestro Version,5.0.\r\n";

/// A folder with files that disappears with the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("qpcr_cfx_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path add(const std::string& name, const std::string& bytes) const {
    write_file(path_ / name, bytes);
    return path_ / name;
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("names of CFX exports are taken apart, also after renaming") {
  using biorad_cfx::parse_file_name;
  const auto vendor =
      parse_file_name("admin_2024-01-02 10-11-12_CT012345 -  Quantification Amplification Results_SYBR.csv");
  CHECK(vendor.run == "admin_2024-01-02 10-11-12_CT012345");
  CHECK(vendor.table == "quantification amplification results");
  CHECK(vendor.fluor == "SYBR");
  const auto renamed = parse_file_name("GAPDH-01-Quantification-Amplification-Results_Texas Red.csv");
  CHECK(renamed.run == "GAPDH-01");
  CHECK(renamed.fluor == "Texas Red");
  CHECK(parse_file_name("run-Quantification-Cq-Results.csv").fluor.empty());
  CHECK(parse_file_name("x - Melt Curve RFU Results_FAM.csv").table == "melt curve rfu results");
  CHECK(parse_file_name("x-Run_Information.csv").table == "run information");
  CHECK(parse_file_name("samples.csv").table.empty());
  CHECK(parse_file_name("xQuantification Cq Results.csv").table.empty());
}

TEST_CASE("the files of a run become one run, whichever of them is given") {
  const Folder folder;
  const fs::path fam_path = folder.add("r 1 -  Quantification Amplification Results_FAM.csv", fam);
  folder.add("r 1 -  Quantification Amplification Results_HEX.csv", hex);
  const fs::path cq_path = folder.add("r 1 -  Quantification Cq Results.csv", cq);
  folder.add("r 1 -  Melt Curve RFU Results_FAM.csv", melt);
  folder.add("r 1 -  Melt Curve Derivative Results_FAM.csv", melt);
  folder.add("r 1 -  Run Information.csv", information);
  folder.add("r 1 -  Quantification Summary.csv", "anything\n");
  folder.add("r 10 -  Quantification Cq Results.csv", cq);

  for (const fs::path& given : {fam_path, cq_path}) {
    const std::vector<Run> runs = load_runs({given});
    REQUIRE(runs.size() == 1);
    const Run& run = runs.front();
    CHECK(run->name == "r 1");
    CHECK(run->started_at == "11/19/2023 16:35:37 UTC");
    CHECK(run->instrument == Instrument{"Bio-Rad", "", "BR006896", "CFX Maestro", "5.0."});
    REQUIRE(run->measurements.size() == 3);
    const Measurement& a1 = find(run, "A1", "two\nlines");
    CHECK(a1.dye == "FAM");
    CHECK(a1.sample == "S1");
    CHECK(a1.role == SampleRole::unknown);
    CHECK(a1.vendor.cq_cycles == 1.5);
    CHECK(a1.amplification.front().kind == CurveKind::baseline_subtracted);
    CHECK(a1.amplification.front().fluorescence == std::vector<double>{-0.5, 0.25});
    CHECK(a1.melt.front().temperatures_celsius == std::vector<double>{65, 65.5});
    CHECK(find(run, "A1", "IC").vendor.cq_status == CqStatus::no_amplification);
    CHECK(find(run, "A1", "IC").amplification.front().fluorescence == std::vector<double>{7, 8});
    const Measurement& standard = find(run, "H12", "T");
    CHECK(standard.role == SampleRole::standard);
    CHECK(standard.quantity == 1000.0);
    CHECK(standard.vendor.cq_text == "N/A");
    CHECK(run->provenance.sources.size() == 5);
    CHECK(run->warnings.empty());
    std::vector<std::string> where;
    for (const NotRead& entry : run->provenance.not_read) where.push_back(entry.where);
    CHECK(where == std::vector<std::string>{"r 1 -  Melt Curve Derivative Results_FAM.csv",
                                            "r 1 -  Quantification Cq Results.csv: column 'Biological Set Name'",
                                            "r 1 -  Quantification Summary.csv",
                                            "r 1 -  Run Information.csv: 'File Name'",
                                            "r 1 -  Run Information.csv: 'Created By User'"});
  }
  LoadOptions alone;
  alone.find_companions = false;
  CHECK(load_runs({fam_path}, alone).front()->measurements.size() == 2);
  CHECK(load_runs({fam_path, cq_path}, alone).front()->measurements.size() == 3);
  CHECK(load_runs({fam_path, fam_path}, alone).size() == 1);
}

TEST_CASE("two files with the same table of one run are an ambiguity") {
  const Folder folder;
  const fs::path path = folder.add("r -  Quantification Amplification Results_FAM.csv", fam);
  folder.add("r-Quantification-Amplification-Results_FAM.csv", fam);
  CHECK_THROWS_WITH(load_runs({path}), Catch::Contains("holds the same table of the same run for FAM"));
}

TEST_CASE("older exports: tab, decimal comma and C(t)") {
  const std::string old =
      "\tWell\tFluor\tContent\tTarget\tSample\tThreshold Cycle ( C(t) )\tStarting Quantity (SQ)\r\n"
      "\tA01\tSYBR\tStd\tGAPDH\tno\t25,790\t1,000E+03\r\n\tB12\tSYBR\tNTC\tGAPDH\tno\tN/A\tN/A\r\n";
  const std::vector<Run> runs = load_bytes(old, "old.txt");
  CHECK(find(runs.front(), "A1", "GAPDH").vendor.cq_cycles == 25.79);
  CHECK(find(runs.front(), "A1", "GAPDH").quantity == 1000.0);
  CHECK(find(runs.front(), "B12", "GAPDH").role == SampleRole::no_template_control);
}

TEST_CASE("contents become roles") {
  const auto role = [](const std::string& content) {
    return load_bytes("Well,Fluor,Target,Content,Sample,Cq\nA01,FAM,T," + content + ",S,20\n", "a.csv")
        .front()
        ->measurements.front()
        .role;
  };
  CHECK(role("Unkn") == SampleRole::unknown);
  CHECK(role("Unkn-12") == SampleRole::unknown);
  CHECK(role("Std-1") == SampleRole::standard);
  CHECK(role("NTC-01") == SampleRole::no_template_control);
  CHECK(role("NRT") == SampleRole::no_reverse_transcriptase_control);
  CHECK(role("Pos Ctrl-2") == SampleRole::positive_control);
  CHECK(role("Neg Ctrl") == SampleRole::negative_control);
  CHECK(role("miR-101") == SampleRole::unspecified);
}

TEST_CASE("a content that is no role is kept as text and warned of") {
  const std::vector<Run> runs =
      load_bytes("Well,Fluor,Target,Content,Sample,Cq\nA01,FAM,T,NTC 2,S,20\nB02,FAM,T,NTC 2,S,20\n", "a.csv");
  CHECK(find(runs[0], "A1", "T").role == SampleRole::unspecified);
  CHECK(find(runs[0], "A1", "T").role_text == "NTC 2");
  CHECK_THAT(runs[0]->warnings.back(), Catch::Contains("'NTC 2'") && Catch::EndsWith(": A1, B2"));
}

TEST_CASE("a well of the Cq table without a column in the amplification table stays and is warned of") {
  const Folder folder;
  const fs::path path = folder.add("r -  Quantification Amplification Results_FAM.csv", fam);
  folder.add("r -  Quantification Cq Results.csv",
             ",Well,Fluor,Target,Content,Sample,Cq\n,A01,FAM,T,Unkn,S1,20\n,A02,FAM,T,Unkn,S2,21\n"
             ",B07,FAM,T,NTC,N,NaN\n");
  const std::vector<Run> runs = load_runs({path});
  CHECK(find(runs[0], "B7", "T").sample == "N");
  CHECK(find(runs[0], "B7", "T").role == SampleRole::no_template_control);
  CHECK(find(runs[0], "B7", "T").amplification.empty());
  CHECK(runs[0]->warnings == std::vector<std::string>{"some wells have curves but no row in the Cq table: H12",
                                                      "the Cq table names wells without a curve of FAM: A2, B7"});
}

TEST_CASE("an encrypted project is refused by name") {
  test::ZipEntry entry;
  entry.name = "plate.pcrd";
  entry.bytes = std::string(40, 'x');
  entry.flags = 1;
  const Error error = error_of(test::make_zip({entry}, "PK\x07\x08"), "plate.pcrd");
  CHECK(error.code() == ErrorCode::unsupported_format);
  CHECK_THAT(error.what(), Catch::Contains("encrypted"));
}

TEST_CASE("wrong CFX tables name line and column") {
  const std::string name = "r - Quantification Amplification Results_FAM.csv";
  CHECK(error_of(",Cycle,A1,A01\n,1,2,3\n", name).code() == ErrorCode::duplicate_entry);
  const Error nan = error_of(",Cycle,A1,A2\n,1,2,3\n,2,NaN,3\n", name);
  CHECK(nan.code() == ErrorCode::invalid_value);
  CHECK(nan.context().line == 3);
  CHECK(nan.context().column == "A1");
  CHECK(error_of(",Cycle,A1\n,1,inf\n", name).code() == ErrorCode::invalid_value);
  CHECK(error_of(",Cycle,A1\n,2,1\n,2,1\n", name).context().column == "Cycle");
  CHECK(error_of(",Cycle,A1,Notes\n,1,1,x\n", name).context().found == "Notes");
  CHECK(error_of(",Cycle,A1\n,1\n", name).context().line == 2);
  CHECK(error_of(",Cycle,A1\n,1,2\n", "r - Quantification Amplification Results.csv").code() ==
        ErrorCode::malformed_file);
  const Error missing =
      error_of(",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq Mean\n,A01,FAM,T,Unkn,S,,1\n", "cq.csv");
  CHECK(missing.code() == ErrorCode::missing_column);
  CHECK(missing.context().column == "Cq");
  CHECK(error_of(",Well,Target,Content,Sample,Biological Set Name,Cq,Cq Mean\n,A01,T,Unkn,S,,20,20\n", "cq.csv")
            .context()
            .column == "Fluor");
  CHECK(error_of(",Cycle,ZZ1\n,1,2\n", name).code() == ErrorCode::invalid_value);
  const Error twice = error_of(",Well,Fluor,Target,Content,Cq\n,A01,FAM,T,Unkn,20\n,A1,FAM,T,Unkn,21\n", "cq.csv");
  CHECK(twice.code() == ErrorCode::duplicate_entry);
  CHECK(twice.context().line == 3);
  CHECK(error_of(",Well,Fluor,Content,Cq\n,A01,FAM,Unkn,2O\n", "cq.csv").context().column == "Cq");
  CHECK(error_of(",Well,Fluor,Content,Cq\n,01,FAM,Unkn,20\n", "cq.csv").context().column == "Well");
  CHECK(error_of(",Well,Fluor,Content,Cq\n,\"A01,FAM,Unkn,20\n", "cq.csv").context().line == 2);
  CHECK(error_of("File Name,x\nRun Started,y\nBase Serial Number,z\n", "r - Run Information.csv").code() ==
        ErrorCode::malformed_file);
}
