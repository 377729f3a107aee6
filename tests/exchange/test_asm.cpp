// ASM documents: structure, values and the list of what has no place.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/exchange/asm.hpp"
#include "tests/exchange/fixture.hpp"

namespace {

using namespace qpcr;
using Json = nlohmann::json;

const Json& at(const Json& json, const std::string& pointer) { return json.at(Json::json_pointer(pointer)); }

const char* const measurements = "/qpcr aggregate document/qpcr document/0/measurement aggregate document";

bool lists(const WrittenDocument& document, const std::string& why) {
  return std::any_of(document.not_written.begin(), document.not_written.end(),
                     [&](const NotWritten& entry) { return entry.why.find(why) != std::string::npos; });
}

std::string custom(const Json& document, const std::string& label) {
  for (const Json& fact : at(document, "/custom information aggregate document/custom information document")) {
    if (fact.at("datum label") != label) continue;
    return fact.contains("scalar string datum") ? fact.at("scalar string datum").get<std::string>()
                                                : fact.at("scalar double datum").dump();
  }
  return "absent";
}

TEST_CASE("ASM holds curves, melting and vendor results to the last bit") {
  const RunData data = test::make_full_run();
  const WrittenDocument written = render_asm(Run(data));
  const Json json = Json::parse(written.bytes);
  CHECK(json.at("$asm.manifest") == "http://purl.allotrope.org/manifests/pcr/REC/2024/09/qpcr.manifest");
  const Json& all = at(json, measurements);
  CHECK(all.at("container type") == "container");  // wells of an array of arrays are none of a plate
  CHECK(at(Json::parse(render_asm(Run(test::make_run())).bytes), measurements).at("container type") == "well plate");
  CHECK(at(all, "/plate well count/value") == 96);
  const Json& list = all.at("measurement document");
  REQUIRE(list.size() == data.measurements.size());
  const Json& first = list.at(0);
  CHECK(first.at("measurement time") == "2026-02-28T09:30:00");
  CHECK(first.at("target DNA description") == "T&1");
  CHECK(at(first, "/sample document/sample identifier") == "S<1>, \"x\"");
  CHECK(at(first, "/sample document/well location identifier") == "A1");
  CHECK(at(first, "/sample document/well plate identifier") == "BC-7");
  CHECK(at(first, "/sample document/sample role type") == "unknown sample role");
  CHECK(at(list.at(2), "/sample document/sample role type") == "control sample role");
  CHECK(custom(list.at(2).at("sample document"), "role") == "no_template_control");
  CHECK(custom(list.at(3).at("sample document"), "quantity, copies") == "1000000.0");
  CHECK_FALSE(list.at(4).at("sample document").contains("sample role type"));

  const Json& cube = first.at("reporter data cube");
  CHECK(cube.at("label") == "multicomponent");
  CHECK(at(cube, "/data/dimensions/0") == Json(data.measurements[0].amplification[0].cycles));
  CHECK(at(cube, "/data/measures/0/0") == data.measurements[0].amplification[0].fluorescence[0]);
  CHECK(at(cube, "/data/measures/0/2").is_null());
  const Json& processed = at(first, "/processed data aggregate document/processed data document");
  REQUIRE(processed.size() == 2);
  CHECK(at(processed, "/0/cycle threshold result (qPCR)/value") == 27.123456789012345);
  CHECK(at(processed, "/0/data processing document/cycle threshold value setting (qPCR)/value") == 200.5);
  CHECK(at(processed, "/0/data processing document/baseline determination start cycle setting/value") == 3);
  CHECK(at(processed, "/0/baseline corrected reporter data cube/data/measures/0") ==
        Json(data.measurements[0].amplification[1].fluorescence));
  CHECK(at(processed, "/1/cycle threshold result (qPCR)/value") == 26.5);
  CHECK(custom(processed.at(0), "call") == "Amp");
  CHECK(custom(processed.at(0), "cycle threshold confidence") == "0.98");
  CHECK(custom(processed.at(1), "cycle threshold algorithm") == "CRT");
  const Json& melt = first.at("melting curve data cube");
  CHECK(at(melt, "/data/dimensions/0") == Json({65, 65.5, 65.5, 66}));
  CHECK(at(melt, "/data/measures/0/3").is_null());
  CHECK(at(melt, "/data/measures/1") == Json({nullptr, nullptr, nullptr, nullptr}));
  const Json& calculated = at(first, "/calculated data aggregate document/calculated data document");
  CHECK(at(calculated, "/0/calculated result/value") == 12.5);
  CHECK(at(calculated, "/2/calculated result/value") == 84.25);
  CHECK(at(first, "/error aggregate document/error document/1/error") == "NOISE");
  CHECK(at(list.at(2), "/error aggregate document/error document/0/error") == data.measurements[2].exclusion_reason);
  CHECK(at(first, "/device control aggregate document/device control document/0/total cycle number setting/value") ==
        40);

  const Json& none = at(list.at(1), "/processed data aggregate document/processed data document/0");
  CHECK_FALSE(none.contains("cycle threshold result (qPCR)"));
  CHECK(custom(none, "cycle threshold status") == "no_amplification");
}

TEST_CASE("The passive reference stands with every measurement of its well") {
  RunData data = test::make_full_run();
  Measurement reference = test::make_measurement(0, 0, "S<1>, \"x\"", "", "ROX");
  reference.role = SampleRole::unspecified;
  data.measurements.push_back(reference);
  const Json json = Json::parse(render_asm(Run(data)).bytes);
  const Json& list = at(json, measurements).at("measurement document");
  REQUIRE(list.size() == 5);
  for (const std::size_t i : {0U, 1U})
    CHECK(at(list.at(i), "/passive reference data cube/data/measures/0") ==
          Json(reference.amplification[0].fluorescence));
  CHECK_FALSE(list.at(2).contains("passive reference data cube"));
}

TEST_CASE("What nobody states is marked and listed, what the user states stands") {
  RunData data = test::make_run();
  data.instrument = {};
  data.started_at = "11/19/2023 16:35:37";
  data.operator_name = "Ada Example";
  const WrittenDocument written = render_asm(Run(data));
  const Json json = Json::parse(written.bytes);
  const Json& device = at(json, "/qpcr aggregate document/device system document");
  for (const char* property : {"device identifier", "model number", "equipment serial number"}) {
    CHECK(device.at(property) == "N/A");
    CHECK(lists(written, std::string("'") + property + "' is not stated"));
  }
  CHECK(at(json, measurements).at("measurement document").at(0).at("measurement time") == "N/A");
  CHECK(custom(at(json, measurements), "started at") == data.started_at);
  CHECK(std::signbit(at(json, measurements).at("well volume").at("value").get<double>()));
  CHECK(lists(written, "'well volume' is not stated"));
  CHECK(written.bytes.find("Ada") == std::string::npos);
  AsmOptions options;
  options.well_volume_microlitres = 20;
  options.experiment_type = "standard curve qPCR experiment";
  options.with_operator = true;
  const WrittenDocument stated = render_asm(Run(data), options);
  CHECK_FALSE(lists(stated, "well volume"));
  CHECK_FALSE(lists(stated, "experiment type"));
  CHECK(at(Json::parse(stated.bytes), "/qpcr aggregate document/qpcr document/0/analyst") == "Ada Example");
  CHECK(render_asm(Run(data), options).bytes == stated.bytes);
}

}  // namespace
