// Reads steps and turns loops into repeated stages.
#include "instruments/rdml/protocol.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "instruments/rdml/child_texts.hpp"
#include "instruments/rdml/run_draft.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::rdml {
namespace {

constexpr std::size_t most_steps = 10'000;
constexpr long most_repeats = 65'536;

class StepReader {
 public:
  StepReader(XmlTokenizer& xml, bool& is_readable) : xml_(xml), is_readable_(is_readable) {}

  CyclingStep read() {
    while (xml_.next_child()) {
      const std::string_view name = xml_.name();
      if (name == "nr") {
        step_.number = read_whole(std::string(xml_.read_text()));
      } else if (name == "temperature") {
        auto [temperature, duration, measure] = read_child_texts<3>(xml_, {"temperature", "duration", "measure"});
        step_.temperature_celsius = read_real(temperature);
        step_.duration_seconds = read_real(duration);
        step_.collects = measure && !measure->empty();
        step_.holds = true;
      } else if (name == "gradient") {
        // The block has no one temperature.
        auto [duration, measure] = read_child_texts<2>(xml_, {"duration", "measure"});
        step_.duration_seconds = read_real(duration);
        step_.collects = measure && !measure->empty();
        step_.holds = true;
      } else if (name == "pause") {
        auto [temperature] = read_child_texts<1>(xml_, {"temperature"});
        step_.temperature_celsius = read_real(temperature);
        step_.holds = true;
      } else if (name == "loop") {
        auto [target, repeat] = read_child_texts<2>(xml_, {"goto", "repeat"});
        step_.goto_number = read_whole(target.value_or(""));
        step_.repeat = read_whole(repeat.value_or(""));
      } else {
        xml_.skip();
      }
    }
    return step_;
  }

 private:
  long read_whole(const std::string& text) {
    const std::optional<long> number = parse_integer(text);
    if (!number || *number < 1 || *number > most_repeats) is_readable_ = false;
    return number.value_or(0);
  }

  std::optional<double> read_real(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const std::optional<double> number = parse_double(*text);
    if (!number) is_readable_ = false;
    return number;
  }

  XmlTokenizer& xml_;
  bool& is_readable_;
  CyclingStep step_;
};

}  // namespace

CyclingConditions read_cycling_conditions(XmlTokenizer& xml) {
  CyclingConditions conditions;
  conditions.id = read_identifier(xml);
  while (xml.next_child()) {
    if (xml.name() != "step") {
      xml.skip();
      continue;
    }
    CyclingStep step = StepReader(xml, conditions.is_readable).read();
    if (conditions.steps.size() == most_steps) conditions.is_readable = false;
    if (conditions.is_readable) conditions.steps.push_back(step);
  }
  return conditions;
}

std::optional<std::vector<ProtocolStep>> to_protocol(const CyclingConditions& conditions, bool counts_returns) {
  if (!conditions.is_readable) return std::nullopt;
  std::vector<CyclingStep> steps = conditions.steps;
  std::stable_sort(steps.begin(), steps.end(),
                   [](const CyclingStep& a, const CyclingStep& b) { return a.number < b.number; });
  std::vector<ProtocolStep> protocol;
  std::vector<long> numbers;    // of the steps in protocol
  std::size_t stage_begin = 0;  // first step that no loop has closed yet
  int stage = 1;
  for (const CyclingStep& step : steps) {
    if (step.holds) {
      ProtocolStep next;
      next.temperature_celsius = step.temperature_celsius;
      next.duration_seconds = step.duration_seconds;
      next.collects = step.collects;
      protocol.push_back(next);
      numbers.push_back(step.number);
      continue;
    }
    if (!step.goto_number) continue;
    const auto first =
        std::find(numbers.begin() + static_cast<std::ptrdiff_t>(stage_begin), numbers.end(), *step.goto_number);
    if (first == numbers.end()) return std::nullopt;
    const auto loop_begin = static_cast<std::size_t>(first - numbers.begin());
    if (loop_begin > stage_begin) {
      for (std::size_t i = stage_begin; i < loop_begin; ++i) protocol[i].stage = stage;
      ++stage;
    }
    for (std::size_t i = loop_begin; i < protocol.size(); ++i) {
      protocol[i].stage = stage;
      protocol[i].repeats = static_cast<int>(step.repeat) + (counts_returns ? 1 : 0);
    }
    ++stage;
    stage_begin = protocol.size();
  }
  for (std::size_t i = stage_begin; i < protocol.size(); ++i) protocol[i].stage = stage;
  for (std::size_t i = 0; i < protocol.size(); ++i)
    protocol[i].step = i > 0 && protocol[i].stage == protocol[i - 1].stage ? protocol[i - 1].step + 1 : 1;
  return protocol;
}

}  // namespace qpcr::rdml
