// RDML: what each version says, its traps, and what is wrong in a file.
#include <algorithm>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "tests/instruments/check.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/tabular/make_zip.hpp"

using namespace qpcr;
using qpcr::test::error_of;
using qpcr::test::find;

namespace {

std::string document(const std::string& version, const std::string& definitions, const std::string& run,
                     const std::string& format =
                         "<pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel>"
                         "<columnLabel>123</columnLabel></pcrFormat>") {
  return "<rdml xmlns=\"http://www.rdml.org\" version=\"" + version + "\">\n" + definitions +
         "\n<experiment id=\"e\"><run id=\"r\">" + format + "\n" + run + "</run></experiment></rdml>";
}

std::string point(const std::string& cycle, const std::string& reading) {
  return "<adp><cyc>" + cycle + "</cyc><fluor>" + reading + "</fluor></adp>";
}

const std::string definitions =
    "<sample id=\"s\"><type>unkn</type></sample><target id=\"t\"><type>toi</type><dyeId id=\"FAM\"/></target><dye "
    "id=\"FAM\"/>";

std::string react(const std::string& id, const std::string& data) {
  return "<react id=\"" + id + "\"><sample id=\"s\"/><data><tar id=\"t\"/>" + data + "</data></react>";
}

}  // namespace

TEST_CASE("a bare RDML document becomes a run named by experiment and run") {
  const std::vector<Run> runs =
      load_bytes(document("1.3", definitions,
                          react("13", "<cq>21.5</cq>" + point("1", "5") + point("2", "6.25")) +
                              react("2", "<cq>-1.0</cq>" + point("1", "4"))),
                 "a.rdml");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0]->name == "e/r");
  CHECK(runs[0]->plate == PlateGeometry{8, 12});
  REQUIRE(runs[0]->measurements.size() == 2);
  CHECK(runs[0]->measurements[0].well.label == "A2");
  const Measurement& m = find(runs[0], "B1", "t");
  CHECK(m.sample == "s");
  CHECK(m.dye == "FAM");
  CHECK(m.role == SampleRole::unknown);
  CHECK(m.vendor.cq_cycles == 21.5);
  CHECK(m.amplification.front().kind == CurveKind::unknown);
  CHECK(m.amplification.front().fluorescence == std::vector<double>{5, 6.25});
  CHECK(find(runs[0], "A2", "t").vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(runs[0], "A2", "t").vendor.cq_text == "-1.0");
  CHECK(runs[0]->provenance.reader == "rdml");
}

TEST_CASE("the archive may name its document in any way") {
  const std::string xml = document("1.2", definitions, react("1", point("1", "5")));
  for (const char* name : {"rdml_data.xml", "var/folders/T//x/rdml_data.xml", "My run.xml"}) {
    test::ZipEntry entry;
    entry.name = name;
    entry.bytes = xml;
    CHECK(load_bytes(test::make_zip({entry}), "a.rdml").size() == 1);
    CHECK(load_bytes(test::make_zip({entry}, "PK\x07\x08"), "a.rdml").size() == 1);
    CHECK(load_bytes(test::make_zip({entry}), "renamed.zip").size() == 1);
  }
}

TEST_CASE("version 1.0: labels as identifiers, the format as text, the dye as text") {
  const std::string old =
      "<sample id=\"s\"><type>std</type><quantity><value>100</value><unit>cop</unit></quantity></sample>"
      "<target id=\"t\"><type>toi</type><dyeId>VIC</dyeId></target>";
  const std::vector<Run> runs = load_bytes(
      document("1.0", old, react("H12", point("1.0", "5")), "<pcrFormat>96-well plate; A1-H12</pcrFormat>"), "a.rdml");
  const Measurement& m = find(runs[0], "H12", "t");
  CHECK(m.well.position == GridPosition{7, 11});
  CHECK(runs[0]->plate == PlateGeometry{8, 12});
  CHECK(m.dye == "VIC");
  CHECK(m.role == SampleRole::standard);
  CHECK(m.quantity == 100.0);
  CHECK(m.quantity_unit == "cop");
  const std::vector<Run> free =
      load_bytes(document("1.0", old, react("A1", point("1", "5")), "<pcrFormat>free format</pcrFormat>"), "a.rdml");
  CHECK_FALSE(free[0]->plate);
  CHECK(free[0]->measurements[0].well.position == GridPosition{0, 0});
}

TEST_CASE("rotors keep their tube numbers and 384 wells their rows") {
  const std::string rotor =
      "<pcrFormat><rows>72</rows><columns>1</columns><rowLabel>123</rowLabel><columnLabel>123</columnLabel></"
      "pcrFormat>";
  const std::vector<Run> runs = load_bytes(document("1.2", definitions, react("71", point("1", "5")), rotor), "a.rdml");
  CHECK(runs[0]->measurements[0].well == WellId{"71", std::nullopt});
  CHECK_FALSE(runs[0]->plate);
  const std::string plate =
      "<pcrFormat><rows>16</rows><columns>24</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel></"
      "pcrFormat>";
  CHECK(load_bytes(document("1.2", definitions, react("25", point("1", "5")), plate), "a.rdml")[0]
            ->measurements[0]
            .well.label == "B1");
}

TEST_CASE("a sample may have a type and a quantity of its own for a target") {
  const std::string typed =
      "<sample id=\"s\"><type targetId=\"u\">unkn</type><type>ntc</type><quantity "
      "targetId=\"t\"><value>7</value><unit>cop</unit></quantity></sample>"
      "<target id=\"t\"><dyeId id=\"FAM\"/></target><target id=\"u\"><dyeId id=\"HEX\"/></target>";
  const std::string both = "<react id=\"1\"><sample id=\"s\"/><data><tar id=\"t\"/>" + point("1", "5") +
                           "</data><data><tar id=\"u\"/>" + point("1", "6") + "</data></react>";
  const std::vector<Run> runs = load_bytes(document("1.3", typed, both), "a.rdml");
  CHECK(find(runs[0], "A1", "t").role == SampleRole::no_template_control);
  CHECK(find(runs[0], "A1", "t").quantity == 7.0);
  CHECK(find(runs[0], "A1", "u").role == SampleRole::unknown);
  CHECK_FALSE(find(runs[0], "A1", "u").quantity);
  CHECK(find(runs[0], "A1", "u").dye == "HEX");
}

TEST_CASE("runs of one name in two experiments stay apart") {
  const std::string run =
      "<run id=\"Run 1\"><pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel></pcrFormat>" +
      react("1", point("1", "5")) + "</run>";
  const std::string text = "<rdml version=\"1.2\">" + definitions + "<experiment id=\"a\">" + run +
                           "</experiment><experiment id=\"b\">" + run + "</experiment></rdml>";
  const std::vector<Run> runs = load_bytes(text, "a.rdml");
  REQUIRE(runs.size() == 2);
  CHECK(runs[0]->name == "a/Run 1");
  CHECK(runs[1]->name == "b/Run 1");
}

TEST_CASE("curves may be gapped, out of order, melting only or missing") {
  const std::string melt = "<mdp><tmp>95</tmp><fluor>1</fluor></mdp><mdp><tmp>60</tmp><fluor>9</fluor></mdp>";
  const std::vector<Run> runs = load_bytes(document("1.2", definitions,
                                                    react("1", point("7", "3") + point("2", "1") + point("3", "2")) +
                                                        react("2", melt) + react("3", "<excl>bubble</excl>")),
                                           "a.rdml");
  CHECK(find(runs[0], "A1", "t").amplification.front().cycles == std::vector<double>{2, 3, 7});
  CHECK(find(runs[0], "A1", "t").amplification.front().fluorescence == std::vector<double>{1, 2, 3});
  // An excluded well needs no curve, and one with a melting curve was read.
  REQUIRE(runs[0]->warnings.size() == 1);
  CHECK_THAT(runs[0]->warnings.front(), Catch::Contains("sorted"));
  CHECK(find(runs[0], "A2", "t").melt.front().temperatures_celsius == std::vector<double>{95, 60});
  CHECK(find(runs[0], "A2", "t").amplification.empty());
  CHECK(find(runs[0], "A3", "t").excluded);
  CHECK(find(runs[0], "A3", "t").exclusion_reason == "bubble");
}

TEST_CASE("a reaction without data or without readings stays in the run with its sample") {
  const std::string samples =
      definitions + "<sample id=\"n\"><type>ntc</type></sample><sample id=\"p\"><type>pos</type></sample>";
  const std::string wells = react("1", point("1", "5")) + "<react id=\"2\"><sample id=\"n\"/></react>" +
                            "<react id=\"3\"><sample id=\"p\"/><data><tar id=\"t\"/></data></react>";
  const std::vector<Run> runs = load_bytes(document("1.3", samples, wells), "a.rdml");
  REQUIRE(runs[0]->measurements.size() == 3);
  const Measurement& silent = find(runs[0], "A2", "");
  CHECK(silent.sample == "n");
  CHECK(silent.role == SampleRole::no_template_control);
  CHECK(silent.amplification.empty());
  CHECK(silent.vendor.cq_status == CqStatus::not_measured);
  const Measurement& unread = find(runs[0], "A3", "t");
  CHECK(unread.sample == "p");
  CHECK(unread.role == SampleRole::positive_control);
  CHECK(unread.amplification.empty());
  REQUIRE(runs[0]->warnings.size() == 1);
  CHECK_THAT(runs[0]->warnings[0], Catch::EndsWith(": A2, A3"));
}

TEST_CASE("a role that RDML readers do not know is kept as text and warned of") {
  for (const char* word : {"opt", "ntcx"}) {
    const std::string samples = "<sample id=\"s\"><type>" + std::string(word) + "</type></sample><target id=\"t\"/>";
    const std::vector<Run> runs =
        load_bytes(document("1.3", samples, react("1", point("1", "5")) + react("14", point("1", "5"))), "a.rdml");
    CHECK(find(runs[0], "A1", "t").role == SampleRole::unspecified);
    CHECK(find(runs[0], "A1", "t").role_text == word);
    REQUIRE(runs[0]->warnings.size() == 1);
    CHECK_THAT(runs[0]->warnings[0], Catch::Contains(word) && Catch::EndsWith(": A1, B2"));
  }
}

TEST_CASE("a reaction that names an undefined sample keeps it, with a role that nobody takes for a patient's") {
  const std::vector<Run> runs = load_bytes(
      document("1.3", definitions, "<react id=\"5\"><sample id=\"ntc 2\"/><data><tar id=\"t\"/></data></react>"),
      "a.rdml");
  const Measurement& measurement = find(runs[0], "A5", "t");
  CHECK(measurement.sample == "ntc 2");
  CHECK(measurement.role == SampleRole::unspecified);
  CHECK(measurement.role_text == "undefined sample");
  REQUIRE_FALSE(runs[0]->warnings.empty());
  CHECK_THAT(runs[0]->warnings[0] + (runs[0]->warnings.size() > 1 ? runs[0]->warnings[1] : ""),
             Catch::Contains("undefined sample") && Catch::Contains("A5"));
}

TEST_CASE("the kind of curve is stated only for a writer that is certain") {
  const std::string data = react("1", point("1", "5"));
  const auto kind = [&](const std::string& version, const std::string& software, const std::string& method) {
    const std::string writer = "<dataCollectionSoftware><name>" + software +
                               "</name><version>1</version></dataCollectionSoftware>" +
                               "<backgroundDeterminationMethod>" + method + "</backgroundDeterminationMethod>";
    return load_bytes(document(version, definitions, writer + data), "a.rdml")[0]
        ->measurements[0]
        .amplification[0]
        .kind;
  };
  CHECK(kind("1.1", "BioRadCFXManager.exe", "Baseline Subtracted Curve Fit") == CurveKind::baseline_subtracted);
  CHECK(kind("1.1", "BioRadCFXManager.exe", "No Baseline Subtraction") == CurveKind::unknown);
  CHECK(kind("1.3", "any", "qpcr curve kind: baseline_subtracted") == CurveKind::baseline_subtracted);
  CHECK(kind("1.3", "any", "qpcr curve kind: multicomponent") == CurveKind::multicomponent);
  CHECK(kind("1.3", "any", "qpcr curve kind: new") == CurveKind::unknown);
  CHECK(kind("1.0", "StepOne Software", "Background Subtraction") == CurveKind::normalised);
  CHECK(kind("1.4", "QuantStudio 6 and 7 Software", "Background Subtraction") == CurveKind::unknown);
}

TEST_CASE("what RDML holds beyond results is listed as not read") {
  const std::vector<Run> runs = load_bytes(
      document("1.2",
               "<dateMade>x</dateMade><experimenter id=\"p\"><lastName>Li</lastName></experimenter>"
               "<thermalCyclingConditions id=\"c\"/>" +
                   definitions,
               react("1", point("1", "5")) + "<react id=\"2\"><sample id=\"s\"/><partitions><volume>1</volume>"
                                             "</partitions></react>"),
      "a.rdml");
  std::vector<std::string> where;
  for (const NotRead& entry : runs[0]->provenance.not_read) where.push_back(entry.where);
  CHECK(where == std::vector<std::string>{"rdml/target/type", "rdml/dateMade", "rdml/experiment/run/react/partitions",
                                          "rdml/thermalCyclingConditions", "rdml/experimenter"});
  CHECK(runs[0]->operator_name.empty());
}

TEST_CASE("every layout of the corpus reads to the known plate") {
  test::KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  options.cycles = 8;
  const RunData known = test::make_known_plate(options);
  for (const test::CorpusFile& file : test::corpus_rdml()) {
    INFO(file.name);
    CHECK(identify_bytes(file.bytes, file.name, file.name).reader_id == "rdml");
    const std::vector<Run> runs = load_bytes(file.bytes, file.name);
    REQUIRE(runs.size() == 1);
    CHECK(runs[0]->name == "experiment/run");
    CHECK(runs[0]->plate == PlateGeometry{8, 12});
    REQUIRE(runs[0]->measurements.size() == known.measurements.size());
    for (std::size_t i = 0; i < known.measurements.size(); ++i) {
      const Measurement& m = runs[0]->measurements[i];
      const Measurement& expected = known.measurements[i];
      INFO(m.well.label << " " << m.target);
      CHECK(m.well == expected.well);
      CHECK(m.target == expected.target);
      CHECK(m.dye == expected.dye);
      CHECK(m.sample == expected.sample);
      CHECK(m.role == expected.role);
      CHECK(m.quantity == expected.quantity);
      CHECK(m.vendor.cq_status == expected.vendor.cq_status);
      CHECK(m.vendor.cq_cycles == expected.vendor.cq_cycles);
      CHECK(m.amplification.at(0).cycles == expected.amplification[0].cycles);
      CHECK(m.amplification.at(0).fluorescence == expected.amplification[0].fluorescence);
    }
  }
}

TEST_CASE("temperatures, protocol, people, notes and results of analyses have their places") {
  const std::vector<test::CorpusFile> files = test::corpus_rdml();
  const auto file = std::find_if(files.begin(), files.end(),
                                 [](const test::CorpusFile& each) { return each.name.starts_with("everything"); });
  REQUIRE(file != files.end());
  const Run run = load_bytes(file->bytes, file->name).front();
  CHECK(run->operator_name == "Ada Example");
  CHECK(run->notes == "second try");
  CHECK(run->started_at == "2026-01-02T03:04:05");
  CHECK(run->instrument.model == "made up");
  CHECK(run->instrument.software_version == "2");
  CHECK(run->protocol == std::vector<ProtocolStep>{{1, 1, 1, 95.0, 600.0, false},
                                                   {2, 1, 8, 95.0, 15.0, false},
                                                   {2, 2, 8, 60.0, 60.0, true},
                                                   {3, 1, 1, std::nullopt, 5.0, true}});
  const Measurement& m = find(run, "A2", "target 1");
  CHECK(m.note == "pipetted twice");
  CHECK(m.amplification[0].temperatures_celsius == std::vector<double>(8, 60.5));
  CHECK(m.melt.at(0).fluorescence == std::vector<double>{9, 7.5});
  CHECK(m.vendor.threshold == 101.6);
  CHECK(m.vendor.melting_temperatures_celsius == std::vector<double>{82.5});
  REQUIRE(m.single_readings.size() == 1);
  CHECK(m.single_readings[0].stage == ReadStage::end_point);
  CHECK(m.single_readings[0].fluorescence == 3.5);
  CHECK(find(run, "A3", "target 2").exclusion_reason == "bubble");
  REQUIRE(run->vendor_tables.size() == 1);
  CHECK(run->vendor_tables[0].columns ==
        std::vector<std::string>{"well", "target", "N0", "ampEffMet", "ampEff", "bgFluor"});
  CHECK(run->vendor_tables[0].rows.at(3) ==
        std::vector<std::string>{"A2", "target 2", "1.5e-9", "LinRegPCR", "1.9", "100"});
}

TEST_CASE("a loop runs as often as it says, once more for writers that count returns") {
  const auto repeats = [](const std::string& software, const std::string& loop, const std::string& signature = {}) {
    const std::string step = "<temperature><temperature>60</temperature><duration>9</duration></temperature></step>";
    const std::string conditions = "<thermalCyclingConditions id=\"c\"><step><nr>1</nr>" + step + "<step><nr>2</nr>" +
                                   step + "<step><nr>3</nr>" + loop + "</step></thermalCyclingConditions>";
    const std::string head = "<dataCollectionSoftware><name>" + software +
                             "</name><version>1</version></dataCollectionSoftware><thermalCyclingConditions id=\"c\"/>";
    const std::vector<Run> runs =
        load_bytes(document("1.2", signature + conditions + definitions, head + react("1", point("1", "5"))), "a.rdml");
    std::vector<int> found;
    for (const ProtocolStep& each : runs[0]->protocol) found.push_back(each.repeats);
    return found;
  };
  const std::string loop = "<loop><goto>2</goto><repeat>40</repeat></loop>";
  CHECK(repeats("any", loop) == std::vector<int>{1, 40});
  const std::string signature = "<id><publisher>Bio-Rad Laboratories, Inc.</publisher></id>";
  CHECK(repeats("BioRadCFXManager.exe", loop, signature) == std::vector<int>{1, 41});
  // Written anew by other software, the loop is the schema's.
  CHECK(repeats("BioRadCFXManager.exe", loop) == std::vector<int>{1, 40});
  CHECK(repeats("any", "<loop><goto>7</goto><repeat>40</repeat></loop>").empty());
  CHECK(repeats("any", "<loop><goto>1</goto><repeat>many</repeat></loop>").empty());
  CHECK(repeats("any", "<loop><goto>1</goto><repeat>99999999999999999999</repeat></loop>").empty());
}

TEST_CASE("temperatures follow their cycles, and half of them are none") {
  const auto at = [](const std::string& cycle, const std::string& temperature) {
    return "<adp><cyc>" + cycle + "</cyc><tmp>" + temperature + "</tmp><fluor>5</fluor></adp>";
  };
  const Run sorted = load_bytes(document("1.2", definitions, react("1", at("2", "62") + at("1", "61"))), "a.rdml")[0];
  CHECK(sorted->measurements[0].amplification[0].temperatures_celsius == std::vector<double>{61, 62});
  const Run half =
      load_bytes(document("1.2", definitions, react("1", at("1", "61") + point("2", "5"))), "a.rdml").front();
  CHECK(half->measurements[0].amplification[0].temperatures_celsius.empty());
  CHECK(half->provenance.not_read.back().where == "rdml/experiment/run/react/data/adp/tmp");
  CHECK(error_of(document("1.2", definitions, react("1", at("1", "warm"))), "a.rdml").context().field ==
        "tmp of react 1, target t");
}

TEST_CASE("StepOne's number of cycles is no Cq") {
  const std::string writer =
      "<dataCollectionSoftware><name>StepOne Software</name><version>2</version></dataCollectionSoftware>";
  const std::vector<Run> runs =
      load_bytes(document("1.0", definitions,
                          writer + react("A1", "<cq>3.0</cq>" + point("1", "5") + point("3", "6")) +
                              react("A2", "<cq>2.5</cq>" + point("1", "5") + point("3", "6"))),
                 "a.rdml");
  CHECK(find(runs[0], "A1", "t").vendor.cq_status == CqStatus::no_amplification);
  CHECK(find(runs[0], "A1", "t").vendor.cq_text == "3.0");
  CHECK(find(runs[0], "A2", "t").vendor.cq_cycles == 2.5);
}

TEST_CASE("wrong RDML names line and element") {
  const auto error = [](const std::string& run) { return error_of(document("1.2", definitions, run), "a.rdml"); };
  for (const char* number : {"test", "NaN", "INF", "", "1,5", "0x1p3"}) {
    const Error bad = error("\n\n" + react("1", point("1", number)));
    CHECK(bad.code() == ErrorCode::invalid_value);
    CHECK(bad.context().line == 6);
    CHECK(bad.context().field == "fluor of react 1, target t");
  }
  CHECK(error(react("1", point("x", "1"))).code() == ErrorCode::invalid_value);
  CHECK(error(react("1", "<adp><cyc>1</cyc></adp>")).code() == ErrorCode::malformed_file);
  CHECK(error(react("1", point("1", "1") + point("1", "2"))).code() == ErrorCode::duplicate_entry);
  CHECK(error(react("1", point("1", "1")) + react("1", point("1", "1"))).code() == ErrorCode::duplicate_entry);
  CHECK(error("<react id=\"1\"><data><tar id=\"t\"/></data><data><tar id=\"t\"/></data></react>").code() ==
        ErrorCode::duplicate_entry);
  CHECK(error(react("97", point("1", "1"))).code() == ErrorCode::invalid_value);
  CHECK(error(react("0", point("1", "1"))).code() == ErrorCode::invalid_value);
  CHECK(error(react("1", "<cq>soon</cq>")).code() == ErrorCode::invalid_value);
  CHECK(error(react("1", "<cq>-7</cq>")).code() == ErrorCode::invalid_value);
  CHECK(error("").code() == ErrorCode::malformed_file);
  CHECK(error_of(document("2.0", definitions, react("1", point("1", "1"))), "a.rdml").code() ==
        ErrorCode::unsupported_format);
  const std::string twice = "<sample id=\"s\"><type>ntc</type></sample>" + definitions;
  CHECK(error_of(document("1.2", twice, react("1", point("1", "1"))), "a.rdml").code() == ErrorCode::duplicate_entry);
  const std::string doctype = "<?xml version=\"1.0\"?><!DOCTYPE rdml><rdml version=\"1.2\"/>";
  CHECK_THAT(error_of(doctype, "a.rdml").what(), Catch::Contains("DOCTYPE"));
}

TEST_CASE("RDML beside one member of LightCycler 96 software is read with a warning") {
  test::ZipEntry data;
  data.name = "rdml_data.xml";
  data.bytes = document(
      "1.1",
      "<sample id=\"0123abcd-0000-1111-2222-33334444ffff\"><description>Liver "
      "1</description><type>unkn</type></sample>",
      "<react id=\"1\"><sample id=\"0123abcd-0000-1111-2222-33334444ffff\"/><data><tar id=\"t\"/><cq>23.5</cq>" +
          point("1", "1") + "</data></react>");
  test::ZipEntry app;
  app.name = "app_data.xml";
  app.bytes = "<x/>";
  const std::vector<Run> runs = load_bytes(test::make_zip({data, app}), "plate.rdml");
  CHECK(runs[0]->measurements[0].sample == "Liver 1");
  CHECK_THAT(runs[0]->warnings.back(), Catch::Contains("LightCycler 96"));
  CHECK(runs[0]->provenance.not_read.front().where == "app_data.xml");
  CHECK(runs[0]->measurements[0].vendor.cq_status == CqStatus::not_measured);
  CHECK(runs[0]->measurements[0].vendor.cq_cycles == std::nullopt);
  CHECK(runs[0]->measurements[0].vendor.cq_text == "23.5");
}

TEST_CASE("a Cq of zero is none") {
  for (const char* zero : {"0", "0.00", "-0.0"}) {
    const std::vector<Run> runs = load_bytes(
        document("1.1", definitions, react("1", "<cq>" + std::string(zero) + "</cq>" + point("1", "5"))), "a.rdml");
    const VendorResult& vendor = find(runs[0], "A1", "t").vendor;
    CHECK(vendor.cq_status == CqStatus::no_amplification);
    CHECK(vendor.cq_cycles == std::nullopt);
    CHECK(vendor.cq_text == zero);
  }
}

TEST_CASE("a Cq of LightCycler 96 without its call is kept as text and is none") {
  const auto read = [](const std::string& software) {
    const std::string writer =
        "<dataCollectionSoftware><name>" + software + "</name><version>1</version></dataCollectionSoftware>";
    return load_bytes(document("1.1", definitions,
                               writer + react("1", "<cq>100</cq>" + point("1", "5")) +
                                   react("2", "<cq>23.5</cq>" + point("1", "5")) +
                                   react("3", "<cq>-1</cq>" + point("1", "5"))),
                      "a.xml")
        .front();
  };
  for (const char* software :
       {"LightCycler 96", "LIGHTCYCLER\u00ae 96", "LightCycler&amp;#174; 96", "LC96 Software", "lightcycler"}) {
    INFO(software);
    const Run run = read(software);
    for (const char* well : {"A1", "A2"}) {
      CHECK(find(run, well, "t").vendor.cq_status == CqStatus::not_measured);
      CHECK(find(run, well, "t").vendor.cq_cycles == std::nullopt);
    }
    CHECK(find(run, "A2", "t").vendor.cq_text == "23.5");
    CHECK(find(run, "A3", "t").vendor.cq_status == CqStatus::no_amplification);
    REQUIRE(run->warnings.size() == 1);
    CHECK_THAT(run->warnings[0], Catch::Contains("LightCycler 96") && Catch::EndsWith(": A1, A2"));
  }
  for (const char* software : {"LightCycler 480 Software", "Other"}) {
    INFO(software);
    const Run run = read(software);
    CHECK(find(run, "A2", "t").vendor.cq_cycles == 23.5);
    CHECK(run->warnings.empty());
  }
}

TEST_CASE("a type that only fills the place of our own role text is no patient's") {
  const std::string annotation = "<annotation><property>qpcr role</property><value>QC-1</value></annotation>";
  const auto role = [&](const std::string& type) {
    const std::string samples = "<sample id=\"s\">" + annotation + type +
                                "</sample><target id=\"t\"><type>toi</type><dyeId id=\"FAM\"/></target>";
    const Run run = load_bytes(document("1.2", samples, react("1", point("1", "5"))), "a.rdml").front();
    const Measurement& m = find(run, "A1", "t");
    return std::pair(m.role, m.role_text);
  };
  CHECK(role("<type>unkn</type>") == std::pair(SampleRole::unspecified, std::string("QC-1")));
  CHECK(role("<type targetId=\"t\">unkn</type>") == std::pair(SampleRole::unknown, std::string("unkn")));
  CHECK(role("<type>std</type>") == std::pair(SampleRole::standard, std::string("std")));
}

TEST_CASE("the cycles of a protocol are those of the curves", "[reference]") {
  const std::filesystem::path folder = test::reference_data() / "instruments/files/rdml";
  std::size_t checked = 0;
  for (const std::filesystem::path& file : test::list_files(folder)) {
    INFO(file);
    CHECK(identify(file).reader_id == "rdml");
    std::vector<Run> runs;
    try {
      runs = load_runs({file});
    } catch (const Error& error) {
      // One file holds a text in place of a reading.
      CHECK(error.context().line > 0);
      continue;
    }
    for (const Run& run : runs) {
      int repeats = 0;
      for (const ProtocolStep& step : run->protocol) repeats = std::max(repeats, step.repeats);
      double last = 0;
      for (const Measurement& m : run->measurements) {
        for (const AmplificationCurve& curve : m.amplification) last = std::max(last, curve.cycles.back());
        if (m.vendor.cq_cycles && last > 0) CHECK(*m.vendor.cq_cycles <= last);
      }
      if (run->protocol.empty() || last == 0) continue;
      CHECK(repeats == static_cast<int>(last));
      ++checked;
    }
  }
  if (std::filesystem::exists(folder)) CHECK(checked >= 4);
}
