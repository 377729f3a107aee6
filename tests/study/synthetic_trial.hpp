// Small trials put together in memory, so that every expected number can be counted by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libqpcr/study/trial.hpp"

namespace qpcr::test {

inline Subject make_subject(std::string id, std::string centre, std::string sample,
                            std::optional<ReferenceStandard> reference) {
  Subject subject;
  subject.id = std::move(id);
  subject.centre = std::move(centre);
  subject.sample = std::move(sample);
  subject.reference = reference;
  return subject;
}

inline SampleCall make_call(std::string sample, Outcome outcome) {
  SampleCall call;
  call.sample = std::move(sample);
  call.outcome = outcome;
  call.reasons = {{"call_reason", {}}};
  return call;
}

inline TestedRun make_run(std::string id, bool valid, std::vector<SampleCall> calls) {
  PlateResult result;
  result.assay.id = "demo";
  result.assay.version = "1";
  result.assay.status = AssayStatus::simulated;
  result.assay.sha256 = std::string(64, 'a');
  result.assay.title = {"演示", "Demo"};
  result.run = id;
  result.simulated = true;
  result.run_valid = valid;
  result.calls = std::move(calls);
  result.provenance.sources.push_back({id + ".rdml", id + std::string(64 - id.size(), 'b'), 10});
  return {std::move(id), {}, {std::move(result)}};
}

inline PlannedRun make_planned(std::string id, std::string centre, std::vector<std::string> repeat_of = {}) {
  PlannedRun run;
  run.files = {id + ".rdml"};
  run.paths = {id + ".rdml"};
  run.id = std::move(id);
  run.centre = std::move(centre);
  run.repeat_of = std::move(repeat_of);
  run.reason = run.repeat_of.empty() ? "" : "repeat";
  return run;
}

inline StudyPlan make_plan(std::vector<PlannedRun> runs, RepeatRule repeats = RepeatRule::none) {
  StudyPlan plan;
  plan.id = "SIM-T";
  plan.title = {"试验", "Trial"};
  plan.simulated = true;
  plan.repeats = repeats;
  plan.runs = std::move(runs);
  return plan;
}

}  // namespace qpcr::test
