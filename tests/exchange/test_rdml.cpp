// RDML: every element against the XML read back by an independent parser, the zip's bytes, and the refusals.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

std::string write(const RunData& data, const RdmlOptions& options = {}) {
  const Run run(data);
  return render_rdml_xml({&run, 1}, options).bytes;
}

ErrorCode refusal(const RunData& data) {
  try {
    write(data);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("was written");
  return ErrorCode::invalid_value;
}

bool mentions(const WrittenDocument& document, const std::string& where, const std::string& why) {
  return std::any_of(document.not_written.begin(), document.not_written.end(), [&](const NotWritten& entry) {
    return entry.where.find(where) != std::string::npos && entry.why.find(why) != std::string::npos;
  });
}

TEST_CASE("RDML holds the run's values to the last bit") {
  const RunData data = test::make_run();
  pugi::xml_document xml;
  REQUIRE(xml.load_string(write(data).c_str()));
  const pugi::xml_node root = xml.child("rdml");
  CHECK(std::string(root.attribute("version").value()) == "1.3");
  CHECK(std::string(root.child("dye").attribute("id").value()) == "FAM");
  const pugi::xml_node experiment = root.child("experiment");
  CHECK(std::string(experiment.attribute("id").value()) == "Day \"1\", <trial>");
  const pugi::xml_node run = experiment.child("run");
  CHECK(std::string(run.attribute("id").value()) == "Run & 1");
  CHECK(std::string(run.child_value("instrument")) == "Maker Cycler 5");
  CHECK(std::string(run.child_value("runDate")) == "2026-02-28T09:30:00");
  CHECK(std::string(run.child("dataCollectionSoftware").child_value("version")) == "1.2");
  CHECK(std::string(run.child("pcrFormat").child_value("rows")) == "8");

  const pugi::xml_node react = run.child("react");
  CHECK(react.attribute("id").as_int() == 1);
  CHECK(std::string(react.child("sample").attribute("id").value()) == "S<1>, \"x\"");
  const pugi::xml_node first = react.child("data");
  CHECK(std::string(first.child("tar").attribute("id").value()) == "T&1");
  CHECK(parse_double(first.child_value("cq")) == 27.123456789012345);
  CHECK(parse_double(first.child_value("quantFluor")) == 200.5);
  const AmplificationCurve& curve = data.measurements[0].amplification[0];
  std::vector<double> cycles;
  for (const pugi::xml_node point : first.children("adp")) {
    const double cycle = *parse_double(point.child_value("cyc"));
    cycles.push_back(cycle);
    CHECK(parse_double(point.child_value("fluor")) == curve.fluorescence[static_cast<std::size_t>(cycle) - 1]);
  }
  CHECK(cycles == std::vector<double>{1, 2, 4, 5});
  CHECK(std::distance(first.children("mdp").begin(), first.children("mdp").end()) == 2);
  CHECK(std::string(first.next_sibling("data").child_value("cq")) == "-1.0");

  CHECK(run.find_child_by_attribute("react", "id", "13"));
  const pugi::xml_node last = run.find_child_by_attribute("react", "id", "96");
  REQUIRE(last);
  CHECK(std::string(last.child("data").child_value("excl")) == data.measurements[2].exclusion_reason);
  CHECK_FALSE(last.child("data").child("cq"));
}

TEST_CASE("Roles and quantities stand with the sample, by target where they differ") {
  pugi::xml_document xml;
  REQUIRE(xml.load_string(write(test::make_run()).c_str()));
  const pugi::xml_node root = xml.child("rdml");
  CHECK(std::string(root.find_child_by_attribute("sample", "id", "NTC").child_value("type")) == "ntc");
  const pugi::xml_node standard = root.find_child_by_attribute("sample", "id", "\u6807\u51c6\u54c1 1");
  CHECK(std::string(standard.child_value("type")) == "std");
  CHECK(std::string(standard.child("type").attribute("targetId").value()) == "T&1");
  CHECK_FALSE(standard.child("type").next_sibling("type"));
  CHECK(parse_double(standard.child("quantity").child_value("value")) == 1e6);
  CHECK(std::string(standard.child("quantity").child_value("unit")) == "cop");
}

TEST_CASE("The kind of the curves stands with the run, another kind with its reaction") {
  RunData data = test::make_run();
  data.measurements[1].amplification.erase(data.measurements[1].amplification.begin());
  pugi::xml_document xml;
  REQUIRE(xml.load_string(write(data).c_str()));
  const pugi::xml_node run = xml.child("rdml").child("experiment").child("run");
  CHECK(std::string(run.child_value("backgroundDeterminationMethod")) == "qpcr curve kind: multicomponent");
  const pugi::xml_node first = run.child("react").child("data");
  CHECK_FALSE(first.child("note"));
  CHECK(std::string(first.next_sibling("data").child_value("note")) == "qpcr curve kind: baseline_subtracted");
  for (Measurement& measurement : data.measurements) {
    measurement.amplification.resize(1);
    measurement.amplification[0].kind = CurveKind::unknown;
  }
  CHECK(write(data).find("qpcr curve kind") == std::string::npos);
}

TEST_CASE("Names that are reserved in RDML are refused") {
  for (std::string Measurement::*field : {&Measurement::sample, &Measurement::target, &Measurement::dye}) {
    RunData data = test::make_run();
    data.measurements[0].*field = field == &Measurement::sample   ? "qpcr:no-sample:2"
                                  : field == &Measurement::target ? "qpcr:no-target"
                                                                  : "qpcr:no-dye";
    CHECK(refusal(data) == ErrorCode::invalid_value);
  }
}

TEST_CASE("The kind of curve can be chosen and the others are listed") {
  const Run run(test::make_run());
  const WrittenDocument chosen = render_rdml_xml({&run, 1}, {CurveKind::baseline_subtracted});
  CHECK(chosen.bytes.find("<cyc>1</cyc><fluor>" + format_double(-0.7 + 1 / 3.0) + "</fluor>") != std::string::npos);
  CHECK(mentions(chosen, "well A1, target T2", "multicomponent"));
  const WrittenDocument standard = render_rdml_xml({&run, 1});
  CHECK(mentions(standard, "well A1, target T&1", "baseline_subtracted"));
  CHECK(mentions(standard, "well A1, target T&1", "missing readings"));
  CHECK(mentions(standard, "well A1, target T&1", "temperature that was read before"));
  CHECK(mentions(standard, "", "serial number 'S-42'"));
}

TEST_CASE("A target in two dyes and a dye without target stay apart") {
  RunData data = test::make_run();
  data.measurements = {test::make_measurement(0, 0, "a", "T", "FAM"), test::make_measurement(0, 1, "a", "T", "VIC"),
                       test::make_measurement(0, 1, "a", "", "ROX"), test::make_measurement(0, 2, "a", "ROX", "CY5")};
  pugi::xml_document xml;
  REQUIRE(xml.load_string(write(data).c_str()));
  std::vector<std::string> ids;
  for (const pugi::xml_node target : xml.child("rdml").children("target"))
    ids.emplace_back(target.attribute("id").value());
  CHECK(ids == std::vector<std::string>{"T (FAM)", "T (VIC)", "qpcr:no-target:ROX", "ROX"});
}

TEST_CASE("Wells without a plate are a rotor, and lost names are listed") {
  RunData data = test::make_run();
  data.plate.reset();
  data.measurements = {test::make_measurement(0, 0, "a", "T", "FAM"), test::make_measurement(0, 1, "b", "T", "FAM")};
  data.measurements[0].well = {"7", {}};
  data.measurements[1].well = {"3", {}};
  const Run numbered(data);
  const WrittenDocument kept = render_rdml_xml({&numbered, 1});
  CHECK(kept.bytes.find("<react id=\"7\"><sample id=\"a\"/>") != std::string::npos);
  CHECK(kept.bytes.find("<rows>7</rows><columns>1</columns><rowLabel>123</rowLabel>") != std::string::npos);
  data.measurements[1].well = {"tube x", {}};
  const Run named(data);
  const WrittenDocument renamed = render_rdml_xml({&named, 1});
  CHECK(renamed.bytes.find("<react id=\"2\"><sample id=\"b\"/>") != std::string::npos);
  CHECK(mentions(renamed, "well tube x", "reaction 2"));
  data.measurements[0].well = to_well({0, 0});
  CHECK(refusal(data) == ErrorCode::invalid_value);
}

TEST_CASE("RDML refuses what it cannot say") {
  RunData data = test::make_run();
  data.measurements[1].sample = "another";
  CHECK(refusal(data) == ErrorCode::invalid_value);
  data = test::make_run();
  data.measurements[0].target = "bell\a";
  CHECK(refusal(data) == ErrorCode::invalid_value);
  data = test::make_run();
  data.measurements[0].target = "\xff";
  CHECK(refusal(data) == ErrorCode::invalid_value);
  const std::vector<Run> twice{Run(test::make_run()), Run(test::make_run())};
  CHECK_THROWS_AS(render_rdml_xml(twice), Error);
}

TEST_CASE("A start that is no ISO instant is listed, not written") {
  for (const std::string start :
       {"2026-02-29T09:30:00", "11/19/2023 16:35:37", "2026-04-31T00:00:00", "2026-01-01T00:00:00+1:00"}) {
    RunData data = test::make_run();
    data.started_at = start;
    const Run run(data);
    const WrittenDocument document = render_rdml_xml({&run, 1});
    CHECK(document.bytes.find("runDate") == std::string::npos);
    CHECK(mentions(document, "", start));
  }
}

TEST_CASE("The zip is the same at any time and holds the fixed date") {
  const Run run(test::make_run());
  const std::string bytes = render_rdml({&run, 1}).bytes;
  CHECK(bytes == render_rdml({&run, 1}).bytes);
  REQUIRE(bytes.size() > 60);
  CHECK(bytes.substr(0, 4) == "PK\x03\x04");
  CHECK(bytes.substr(10, 4) == std::string("\0\0\x21\0", 4));
  CHECK(bytes.substr(30, 13) == "rdml_data.xml");
  CHECK(bytes.substr(bytes.size() - 22, 4) == "PK\x05\x06");
  const std::size_t central = bytes.rfind("PK\x01\x02");
  REQUIRE(central != std::string::npos);
  CHECK(bytes[central + 5] == '\0');                             // made by: no host
  CHECK(bytes.substr(central + 38, 4) == std::string(4, '\0'));  // external attributes
}

}  // namespace
