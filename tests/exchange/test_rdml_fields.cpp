// RDML: the fields beside curves and Cq, both versions, and the list of what has no place, entry by entry.
#include <algorithm>
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "libqpcr/core/text.hpp"
#include "libqpcr/exchange/rdml.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;

struct Written {
  pugi::xml_document xml;
  WrittenDocument document;
  explicit Written(const RunData& data, const RdmlOptions& options = {}) {
    const Run run(data);
    document = render_rdml_xml({&run, 1}, options);
    REQUIRE(xml.load_string(document.bytes.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
  }
  pugi::xml_node root() const { return xml.child("rdml"); }
  pugi::xml_node run() const { return root().child("experiment").child("run"); }
  pugi::xml_node first() const { return run().child("react").child("data"); }
  bool lists(const std::string& why) const {
    return std::any_of(document.not_written.begin(), document.not_written.end(),
                       [&](const NotWritten& entry) { return entry.why.find(why) != std::string::npos; });
  }
};

RdmlOptions version_1_2() {
  RdmlOptions options;
  options.version = RdmlVersion::v1_2;
  return options;
}

TEST_CASE("RDML 1.3 holds temperatures, protocol, notes, melting temperature and end point") {
  const Written written(test::make_full_run());
  const pugi::xml_node first = written.first();
  CHECK(std::string(first.child("adp").child_value("tmp")) == "60.5");
  CHECK(std::string(first.child_value("meltTemp")) == "81.5");
  CHECK(std::string(first.child_value("note")) == "look again");
  CHECK(std::string(first.child_value("endPt")) == "77.5");
  CHECK(std::string(first.child_value("quantFluor")) == "200.5");
  CHECK(std::string(written.run().child_value("description")) == "first day; <lot 2>");
  const pugi::xml_node protocol = written.root().child("thermalCyclingConditions");
  CHECK(std::string(written.run().child("thermalCyclingConditions").attribute("id").value()) ==
        protocol.attribute("id").value());
  std::vector<std::string> steps;
  for (const pugi::xml_node step : protocol.children("step")) {
    const pugi::xml_node hold = step.child("temperature");
    steps.push_back(hold ? std::string(hold.child_value("temperature")) + "/" + hold.child_value("duration") + "/" +
                               hold.child_value("measure")
                         : std::string("to ") + step.child("loop").child_value("goto") + " x " +
                               step.child("loop").child_value("repeat"));
  }
  CHECK(steps == std::vector<std::string>{"95/600/", "95/15/", "60/60/real time", "to 2 x 40"});
}

TEST_CASE("The operator is written only when asked for") {
  const Written silent(test::make_full_run());
  CHECK(silent.document.bytes.find("Ada") == std::string::npos);
  CHECK(silent.lists("the operator's name, which is personal data"));
  for (const NotWritten& entry : silent.document.not_written) CHECK(entry.why.find("Ada") == std::string::npos);
  RdmlOptions options;
  options.with_operator = true;
  const Written named(test::make_full_run(), options);
  CHECK(std::string(named.root().child("experimenter").child_value("firstName")) == "Ada");
  CHECK(std::string(named.root().child("experimenter").child_value("lastName")) == "Example");
  CHECK(std::string(named.run().child("experimenter").attribute("id").value()) ==
        named.root().child("experimenter").attribute("id").value());
  CHECK_FALSE(named.lists("personal data"));
}

TEST_CASE("What RDML 1.3 cannot say of a full run is listed, and nothing else") {
  const Written written(test::make_full_run());
  std::set<std::string> found;
  for (const NotWritten& entry : written.document.not_written) found.insert(entry.why);
  const std::set<std::string> expected{
      "the operator's name, which is personal data",
      "vendor and model stand in one text, 'Maker Cycler 5'",
      "serial number 'S-42' of the instrument has no place in RDML",
      "algorithm 'Ct' of the vendor Cq",
      "further melting temperatures of the vendor",
      "amplification curve of kind baseline_subtracted",
      "missing readings have no data point",
      "that its melting curve is of kind raw_filter",
      "melting points at a temperature that was read before",
      "single reading of the stage pre_read",
      "vendor call 'Amp'",
      "confidence of the vendor Cq",
      "the vendor's baseline window",
      "quantity computed by the vendor's software",
      "vendor flags: HIGHSD, NOISE",
      "its end '2026-02-28T11:00:00'",
      "barcode 'BC-7' of the plate",
      "that ROX is the passive reference",
      "table 'Standard Curve' of the vendor's software",
      "spellings of roles, which are written as codes",
      "spellings of the vendor Cq",
      "the subarrays of the wells",
      "second vendor result, algorithm 'CRT'",
  };
  CHECK(found == expected);
}

TEST_CASE("RDML 1.2 lists what only 1.3 can say") {
  const Written written(test::make_full_run(), version_1_2());
  CHECK(std::string(written.root().attribute("version").value()) == "1.2");
  CHECK_FALSE(written.first().child("note"));
  CHECK_FALSE(written.first().child("meltTemp"));
  CHECK(written.lists("the note beside the well"));
  CHECK(written.lists("melting temperatures of the vendor"));
  CHECK(written.lists("role unspecified and quantity beside another target's"));
  CHECK(written.lists("RDML 1.2 demands a role"));
  for (const pugi::xml_node sample : written.root().children("sample")) {
    CHECK(std::distance(sample.children("type").begin(), sample.children("type").end()) == 1);
    CHECK_FALSE(sample.child("type").attribute("targetId"));
  }
}

TEST_CASE("A bare well of RDML 1.2 has a target that stands for none") {
  RunData data = test::make_run();
  Measurement bare;
  bare.well = to_well({5, 5});
  bare.sample = "S-empty";
  data.measurements.push_back(bare);
  const Written older(data, version_1_2());
  const pugi::xml_node react = older.run().find_child_by_attribute("react", "id", "66");
  CHECK(std::string(react.child("data").child("tar").attribute("id").value()) == "qpcr:no-target");
  CHECK_FALSE(Written(data).run().find_child_by_attribute("react", "id", "66").child("data"));
}

TEST_CASE("A sample name in two roles becomes two samples, never one role") {
  RunData data = test::make_run();
  data.measurements = {
      test::make_measurement(0, 0, "Control", "T", "FAM"), test::make_measurement(0, 1, "Control", "T", "FAM"),
      test::make_measurement(0, 2, "Control", "T", "FAM"), test::make_measurement(0, 3, "Control #2", "T", "FAM")};
  data.measurements[1].role = SampleRole::no_template_control;
  const Written written(data);
  std::vector<std::string> of_react;
  for (const pugi::xml_node react : written.run().children("react"))
    of_react.emplace_back(react.child("sample").attribute("id").value());
  CHECK(of_react == std::vector<std::string>{"Control", "Control #3", "Control", "Control #2"});
  const pugi::xml_node second = written.root().find_child_by_attribute("sample", "id", "Control #3");
  CHECK(std::string(second.child_value("type")) == "ntc");
  CHECK(std::string(second.child_value("description")) == "qpcr sample: Control");
}

TEST_CASE("A protocol that RDML cannot say is left out as a whole and listed") {
  RunData data = test::make_full_run();
  for (const std::optional<double> seconds : {std::optional<double>(), std::optional<double>(0.5)}) {
    data.protocol[1].duration_seconds = seconds;
    const Written written(data);
    CHECK_FALSE(written.root().child("thermalCyclingConditions"));
    CHECK_FALSE(written.run().child("thermalCyclingConditions"));
    CHECK(written.lists("step 1 of stage 2 has no temperature or no whole number of seconds"));
  }
  data.protocol = {{1, 1, 1, 50, 120, false}, {2, 1, 1, 95, 20, false}};
  CHECK(Written(data).lists("borders between stages"));
}

TEST_CASE("A set-up holds samples, targets and reactions and no reading") {
  RdmlOptions options;
  options.setup_only = true;
  const Written written(test::make_full_run(), options);
  CHECK(std::distance(written.run().children("react").begin(), written.run().children("react").end()) == 3);
  for (const char* element : {"<adp>", "<mdp>", "<cq>", "<endPt>", "<meltTemp>", "<quantFluor>"})
    CHECK(written.document.bytes.find(element) == std::string::npos);
  CHECK(std::string(written.root().find_child_by_attribute("sample", "id", "NTC").child_value("type")) == "ntc");
}

}  // namespace
