// JSON, CSV and terminal text of a result: complete, guarded, exact.
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "libqpcr/core/file.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/plate_report.hpp"
#include "libqpcr/tabular/csv.hpp"
#include "tests/report/pdf_text.hpp"
#include "tests/report/plate_fixture.hpp"

using namespace qpcr;
using nlohmann::json;
using qpcr::testing::count_occurrences;
using qpcr::testing::make_empty_plate;
using qpcr::testing::make_plate;

namespace {

/// The keywords of JSON Schema that the schema of results uses; any other keyword is an error of the schema.
class SchemaCheck {
 public:
  explicit SchemaCheck(const json& schema) : root_(schema) {}

  std::vector<std::string> problems;

  void check(const json& schema, const json& value, const std::string& place) {
    static const std::set<std::string> known = {
        "$schema", "$id",      "title",    "description", "$defs",
        "$ref",    "type",     "const",    "enum",        "properties",
        "items",   "required", "minItems", "minimum",     "additionalProperties"};
    for (const auto& [key, rule] : schema.items()) {
      if (known.count(key) == 0) problems.push_back(place + ": unknown keyword " + key);
    }
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
      check(root_["$defs"].at(name), value, place);
      return;
    }
    if (schema.contains("const") && schema["const"] != value) problems.push_back(place + ": not the constant");
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      problems.push_back(place + ": not of the enumeration");
    if (schema.contains("type") && !is_type(schema["type"], value)) {
      problems.push_back(place + ": wrong type");
      return;
    }
    if (value.is_object()) check_object(schema, value, place);
    if (value.is_array()) {
      if (value.size() < schema.value("minItems", std::size_t{0})) problems.push_back(place + ": too short");
      if (schema.contains("items")) {
        for (std::size_t i = 0; i < value.size(); ++i)
          check(schema["items"], value[i], place + "/" + std::to_string(i));
      }
    }
  }

 private:
  static bool is_type(const json& type, const json& value) {
    if (type.is_array())
      return std::any_of(type.begin(), type.end(), [&](const json& each) { return is_type(each, value); });
    const auto name = type.get<std::string>();
    if (name == "integer") return value.is_number_integer();
    if (name == "number") return value.is_number();
    return name == value.type_name();
  }

  void check_object(const json& schema, const json& value, const std::string& place) {
    for (const auto& name : schema.value("required", json::array())) {
      if (!value.contains(name.get<std::string>())) problems.push_back(place + ": lacks " + name.get<std::string>());
    }
    const json properties = schema.value("properties", json::object());
    for (const auto& [key, child] : value.items()) {
      if (properties.contains(key)) {
        check(properties[key], child, place + "/" + key);
      } else if (schema.contains("additionalProperties")) {
        if (schema["additionalProperties"] == json(false)) {
          problems.push_back(place + ": unexpected " + key);
        } else {
          check(schema["additionalProperties"], child, place + "/" + key);
        }
      }
    }
  }

  const json& root_;
};

std::vector<std::string> validate_json(const json& value) {
  const json schema = json::parse(read_file(std::string(QPCR_SOURCE_DIR) + "/docs/formats/qpcr.result-2.schema.json"));
  SchemaCheck check(schema);
  check.check(schema, value, "");
  return check.problems;
}

std::string first_or_none(const std::vector<std::string>& problems) { return problems.empty() ? "none" : problems[0]; }

}  // namespace

TEST_CASE("JSON keeps every number to the last bit", "[json]") {
  auto plate = make_plate({});
  plate.result.wells[0].cq.baseline.intercept = 0.1 + 0.2;
  plate.result.wells[0].cq.baseline.slope_per_cycle = -1.7976931348623157e308;
  plate.result.wells[0].cq.baseline.noise_sd = std::nan("");
  plate.result.wells[1].cq.baseline.intercept = 5e-324;
  const std::string text = render_result_json(plate.result);
  CHECK(text == render_result_json(plate.result));
  const json parsed = json::parse(text);
  REQUIRE(parsed["wells"].size() == plate.result.wells.size());
  for (std::size_t i = 0; i < plate.result.wells.size(); ++i) {
    const WellResult& well = plate.result.wells[i];
    const json& each = parsed["wells"][i];
    CHECK(each["cq_cycles"].is_null() == !well.cq.cq_cycles.has_value());
    if (well.cq.cq_cycles) CHECK(each["cq_cycles"].get<double>() == *well.cq.cq_cycles);
    CHECK(each["baseline"]["intercept"].get<double>() == well.cq.baseline.intercept);
    CHECK(each["baseline"]["slope_per_cycle"].get<double>() == well.cq.baseline.slope_per_cycle);
  }
  CHECK(parsed["wells"][0]["baseline"]["noise_sd"].is_null());
  CHECK(text.find("0.30000000000000004") != std::string::npos);
  CHECK(text.find("\"threshold\": 0.2,") != std::string::npos);
  CHECK(parsed["schema"] == "qpcr.result/2");
  CHECK(parsed["counts"]["positive"] == 6);
  CHECK(parsed["calls"][0]["sample"] == "SIM-<script>&\"'");
  CHECK(parsed["calls"][0]["reasons"][0]["zh"] == "无扩增：荧光不变");
  CHECK(parsed["marking"]["zh"].get<std::string>().find("模拟数据") != std::string::npos);
}

TEST_CASE("JSON follows its schema", "[json]") {
  const auto plate = make_plate({});
  const auto problems = validate_json(json::parse(render_result_json(plate.result)));
  CHECK(first_or_none(problems) == "none");
  const auto empty = make_empty_plate();
  CHECK(first_or_none(validate_json(json::parse(render_result_json(empty.result)))) == "none");
  const auto released = make_plate({8, 12, false, AssayStatus::released, true});
  const json real = json::parse(render_result_json(released.result));
  CHECK(first_or_none(validate_json(real)) == "none");
  CHECK(real["marking"].is_null());

  // The check itself notices what is wrong.
  json wrong = real;
  wrong["calls"][0]["outcome"] = "maybe";
  CHECK_FALSE(validate_json(wrong).empty());
  wrong = real;
  wrong.erase("run_valid");
  CHECK_FALSE(validate_json(wrong).empty());
  wrong = real;
  wrong["surprise"] = 1;
  CHECK_FALSE(validate_json(wrong).empty());
  wrong = real;
  wrong["wells"][0]["cq_cycles"] = "24.1";
  CHECK_FALSE(validate_json(wrong).empty());
}

TEST_CASE("CSV has a row a call and a row a well, guarded and exact", "[csv]") {
  auto plate = make_plate({});
  plate.result.calls[0].values[0].value = -3.25;
  plate.result.calls[0].values[0].why_absent.reset();
  const CsvTable calls = read_csv_table(render_calls_csv(plate.result, {Language::zh, false}), "calls.csv");
  REQUIRE(calls.rows().size() == plate.result.calls.size());
  CHECK(calls.rows()[0].cells[calls.column("sample")] == "SIM-<script>&\"'");
  CHECK(calls.rows()[1].cells[calls.column("sample")] == "'=SIM-0002+1");
  CHECK(calls.rows()[0].cells[calls.column("delta_OTX1")] == "-3.25");
  CHECK(calls.rows()[0].cells[calls.column("delta_H3C7")].empty());
  CHECK(calls.rows()[0].cells[calls.column("outcome")] == "negative");
  CHECK(calls.rows()[0].cells[calls.column("outcome_text")] == "阴性");
  CHECK(calls.rows()[0].cells[calls.column("marking")].find("模拟数据 SIMULATED") == 0);

  const std::string with_mark = render_wells_csv(plate.result, {Language::en, true});
  CHECK(with_mark.substr(0, 3) == "\xEF\xBB\xBF");
  const CsvTable wells = read_csv_table(with_mark, "wells.csv");
  REQUIRE(wells.rows().size() == plate.result.wells.size());
  for (std::size_t i = 0; i < wells.rows().size(); ++i) {
    const auto& cells = wells.rows()[i].cells;
    const WellResult& well = plate.result.wells[i];
    CHECK(parse_double(cells[wells.column("cq_cycles")]) == well.cq.cq_cycles);
    CHECK(cells[wells.column("status")] == to_string(well.cq.status));
    CHECK(cells[wells.column("well")] == well.well.label);
  }
}

TEST_CASE("the terminal summary names the verdict, the positives and what needs the eye", "[text]") {
  const auto plate = make_plate({});
  const std::string zh = render_text_summary(plate.result, Language::zh, false);
  CHECK(zh.find("模拟数据 SIMULATED") == 0);
  CHECK(zh.find("本批次有效") != std::string::npos);
  CHECK(zh.find('\x1b') == std::string::npos);
  for (const SampleCall& call : plate.result.calls) {
    INFO(call.sample);
    const bool shown = call.outcome == Outcome::positive || call.needs_review;
    CHECK((zh.find("  " + call.sample) != std::string::npos) == shown);
  }
  const std::string en = render_text_summary(plate.result, Language::en, true);
  CHECK(en.find("Batch valid") != std::string::npos);
  CHECK(count_occurrences(en, "\x1b[0m") * 2 == count_occurrences(en, "\x1b["));

  // A positive that needs no eye takes one line, with all its reasons.
  auto met = make_plate({});
  const auto positive = std::find_if(met.result.calls.begin(), met.result.calls.end(), [](const SampleCall& call) {
    return call.outcome == Outcome::positive && !call.needs_review;
  });
  REQUIRE(positive != met.result.calls.end());
  const auto make_rule = [](const char* name, const char* value) {
    return Message{"rule_met",
                   {{"rule", "r"}, {"value_name", name}, {"value", value}, {"relation", "≤"}, {"limit", "9"}}};
  };
  positive->reasons = {make_rule("dA", "4.25"), make_rule("dB", "3.10")};
  CHECK(render_text_summary(met.result, Language::zh, false)
            .find("  " + positive->sample + "  dA = 4.25（≤ 9）；dB = 3.10（≤ 9）\n") != std::string::npos);

  auto hostile = make_plate({});
  hostile.result.calls[2].sample = "SIM-\x1b]0;owned\x07";
  CHECK(render_text_summary(hostile.result, Language::en, false).find('\x1b') == std::string::npos);
}
