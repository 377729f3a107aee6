// Reads tcprotocol.xml.
#include "instruments/appbio_quantstudio/protocol.hpp"

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/fault.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

/// The block has several zones; a step has one temperature where they agree.
std::optional<double> read_temperature(const XmlElement& step, NotReadList& not_read) {
  std::optional<double> temperature;
  for (XmlElement element = step.first(); element; element = element.next()) {
    if (element.name() != "Temperature") continue;
    const std::optional<double> zone = parse_double(element.text());
    if (!zone) return std::nullopt;
    if (temperature && *temperature != *zone) {
      not_read.add("tcprotocol.xml: Temperature", "the zones of the block have different temperatures in a step");
      return std::nullopt;
    }
    temperature = zone;
  }
  return temperature;
}

ProtocolStep read_step(const XmlElement& element, NotReadList& not_read) {
  ProtocolStep step;
  step.temperature_celsius = read_temperature(element, not_read);
  step.duration_seconds = parse_double(element.child("HoldTime").text());
  // A hold without end has no duration.
  if (step.duration_seconds && !(*step.duration_seconds >= 0)) step.duration_seconds.reset();
  // 1: while the temperature is held; 2: continuously while it rises.
  const std::string collection = element.child("CollectionFlag").text();
  step.collects = !collection.empty() && collection != "0" && !equals_ignoring_case(collection, "false");
  return step;
}

}  // namespace

StageKind parse_stage_kind(std::string_view flag) {
  const std::string lower = to_lower_ascii(flag);
  const auto holds = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  if (holds("melt") || holds("dissociation")) return StageKind::melt;
  if (holds("pre_read") || holds("preread")) return StageKind::pre_read;
  if (holds("post_read") || holds("postread")) return StageKind::post_read;
  return lower == "cycling" || lower == "pcr" ? StageKind::cycling : StageKind::hold;
}

std::vector<Stage> read_protocol(const XmlDocument& document, NotReadList& not_read) {
  std::vector<Stage> stages;
  for (XmlElement element = document.root().first(); element; element = element.next()) {
    if (element.name() != "TCStage") continue;
    Stage& stage = stages.emplace_back();
    stage.kind = parse_stage_kind(element.child("StageFlag").text());
    const XmlElement repetitions = element.child("NumOfRepetitions");
    if (const std::string text = repetitions.text(); !text.empty()) {
      stage.repetitions = parse_integer(text);
      if (!stage.repetitions || *stage.repetitions < 0 || *stage.repetitions > static_cast<long>(most_readings)) {
        refuse(repetitions, text, fmt::format("a number of cycles from 0 to {}", most_readings));
      }
    }
    for (XmlElement step = element.first(); step; step = step.next()) {
      if (step.name() == "TCStep") stage.steps.push_back(read_step(step, not_read));
    }
  }
  return stages;
}

std::vector<ProtocolStep> to_protocol_steps(const std::vector<Stage>& stages) {
  std::vector<ProtocolStep> steps;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (std::size_t k = 0; k < stages[i].steps.size(); ++k) {
      ProtocolStep step = stages[i].steps[k];
      step.stage = static_cast<int>(i + 1);
      step.step = static_cast<int>(k + 1);
      step.repeats = static_cast<int>(stages[i].repetitions.value_or(1));
      steps.push_back(step);
    }
  }
  return steps;
}

}  // namespace qpcr::appbio_quantstudio
