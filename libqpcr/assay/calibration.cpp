// Calibration records: learned from runs, written, and read back only when nothing in them has changed.
#include "libqpcr/assay/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/core/version.hpp"
#include "libqpcr/curve/run_curves.hpp"
#include "libqpcr/seal/canonical.hpp"

namespace qpcr {
namespace {

using nlohmann::json;

constexpr std::string_view schema = "qpcr.calibration/1";

/// The curves of one target and dye over all runs.
struct Pool {
  CurveKind kind = CurveKind::unknown;
  std::vector<CurveView> views;
  bool noise_free = true;
};

std::map<std::pair<std::string, std::string>, Pool> pool_curves(std::span<const Run> runs,
                                                                std::optional<CurveKind> kind) {
  std::map<std::pair<std::string, std::string>, Pool> pools;
  for (const Run& run : runs) {
    for (const CurveGroup& group : select_run_curves(run, kind).groups) {
      if (group.views.empty()) continue;
      Pool& pool = pools[{group.target, group.dye}];
      for (const CurveView& view : group.views) {
        if (pool.views.empty()) pool.kind = view.kind;
        if (view.kind != pool.kind) {
          ErrorContext context;
          context.field = "target " + group.target + ", dye " + group.dye;
          context.found = std::string(to_string(view.kind));
          context.expected = "one kind of signal in all runs, as before " + std::string(to_string(pool.kind));
          throw Error(ErrorCode::invalid_value, context);
        }
        pool.views.push_back(view);
      }
      pool.noise_free = pool.noise_free && is_simulated(*run) && are_noise_free(group.views);
    }
  }
  return pools;
}

json to_json(double number) { return std::isfinite(number) ? json(number) : json(nullptr); }

json to_json(const CalibrationRecord& record) {
  json sources = json::array();
  for (const SourceFile& source : record.sources)
    sources.push_back({{"name", source.name}, {"sha256", source.sha256}, {"size_bytes", source.size_bytes}});
  json targets = json::array();
  for (const TargetCalibration& target : record.targets) {
    json shape = json::array();
    for (const double number : to_numbers(target.shape)) shape.push_back(to_json(number));
    targets.push_back({{"target", target.target},
                       {"dye", target.dye},
                       {"kind", to_string(target.kind)},
                       {"threshold", target.threshold ? json(*target.threshold) : json(nullptr)},
                       {"shape_status", to_string(target.shape.status)},
                       {"efficiency", to_json(target.shape.efficiency())},
                       {"reactions", target.shape.reactions},
                       {"common_shape", std::move(shape)}});
  }
  return {{"schema", schema},
          {"name", record.name},
          {"library_version", record.library_version},
          {"simulated", record.simulated},
          {"sources", std::move(sources)},
          {"targets", std::move(targets)}};
}

[[noreturn]] void refuse(ErrorCode code, const std::string& path, std::string field, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.field = std::move(field);
  context.problem = std::move(problem);
  throw Error(code, context);
}

TargetCalibration parse_target(const json& entry) {
  TargetCalibration target;
  target.target = entry.at("target").get<std::string>();
  target.dye = entry.at("dye").get<std::string>();
  const auto kind = parse_curve_kind(entry.at("kind").get<std::string>());
  if (!kind) throw json::other_error::create(501, "unknown kind of signal", &entry);
  target.kind = *kind;
  if (!entry.at("threshold").is_null()) target.threshold = entry.at("threshold").get<double>();
  std::vector<double> numbers;
  for (const json& number : entry.at("common_shape"))
    numbers.push_back(number.is_null() ? std::numeric_limits<double>::quiet_NaN() : number.get<double>());
  target.shape = parse_common_shape(numbers);
  return target;
}

/// Files of all runs; several runs of one file name it once, a file given twice would count its wells twice.
void add_sources(std::span<const Run> runs, std::vector<SourceFile>& sources) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Run& run : runs) {
    for (const SourceFile& source : run->provenance.sources) {
      if (!seen.insert({run->name, source.sha256}).second)
        refuse(ErrorCode::duplicate_entry, source.name, run->name, "the same run is given twice");
      if (std::find(sources.begin(), sources.end(), source) == sources.end()) sources.push_back(source);
    }
  }
}

}  // namespace

CalibrationRecord calibrate_targets(std::span<const Run> runs, std::string name, std::optional<CurveKind> kind) {
  CalibrationRecord record;
  record.name = std::move(name);
  record.library_version = library_version;
  for (const Run& run : runs) {
    if (&run != runs.data() && record.simulated != is_simulated(*run))
      refuse(ErrorCode::invalid_value, {}, "runs", "real and simulated runs are mixed");
    record.simulated = is_simulated(*run);
  }
  add_sources(runs, record.sources);
  for (const auto& [key, pool] : pool_curves(runs, kind)) {
    TargetCalibration target;
    target.target = key.first;
    target.dye = key.second;
    target.kind = pool.kind;
    target.shape = learn_common_shape(pool.views);
    CqOptions options;
    options.noise_free = pool.noise_free;
    const double threshold = derive_threshold(pool.views, options);
    if (std::isfinite(threshold)) target.threshold = threshold;
    record.targets.push_back(std::move(target));
  }
  const bool usable = std::any_of(record.targets.begin(), record.targets.end(),
                                  [](const TargetCalibration& target) { return is_usable(target.shape.status); });
  if (!usable) refuse(ErrorCode::invalid_value, {}, "targets", "no target has a common shape that can be used");
  record.identity = canonical_sha256(to_json(record));
  return record;
}

const TargetCalibration* find_target_calibration(const CalibrationRecord& record, std::string_view target,
                                                 std::string_view dye) {
  for (const TargetCalibration& entry : record.targets) {
    if (entry.target == target && entry.dye == dye) return &entry;
  }
  return nullptr;
}

PinnedCalibration to_pinned_calibration(const CalibrationRecord& record) {
  PinnedCalibration calibration;
  calibration.name = record.name;
  calibration.identity = record.identity;
  calibration.simulated = record.simulated;
  for (const TargetCalibration& entry : record.targets) {
    calibration.shapes.push_back(
        {entry.target, entry.dye, entry.kind, entry.threshold, std::make_shared<const CommonShape>(entry.shape)});
  }
  return calibration;
}

std::string render_calibration(const CalibrationRecord& record) {
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(to_canonical_json(to_json(record)));
  document["identity"] = record.identity;
  return document.dump(1) + "\n";
}

CalibrationRecord parse_calibration(std::string_view text, const std::string& path) {
  CalibrationRecord record;
  json document = json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object() || document.value("schema", json()) != json(schema)) {
    refuse(ErrorCode::malformed_file, path, "schema", "not a calibration record of schema " + std::string(schema));
  }
  try {
    record.name = document.at("name").get<std::string>();
    record.library_version = document.at("library_version").get<std::string>();
    record.simulated = document.at("simulated").get<bool>();
    record.identity = document.at("identity").get<std::string>();
    for (const json& source : document.at("sources")) {
      record.sources.push_back({source.at("name").get<std::string>(), source.at("sha256").get<std::string>(),
                                source.at("size_bytes").get<std::uint64_t>()});
    }
    for (const json& entry : document.at("targets")) {
      TargetCalibration target = parse_target(entry);
      if (find_target_calibration(record, target.target, target.dye) != nullptr)
        refuse(ErrorCode::duplicate_entry, path, "targets", "target and dye appear twice");
      record.targets.push_back(std::move(target));
    }
  } catch (const json::exception& error) {
    refuse(ErrorCode::malformed_file, path, {}, error.what());
  } catch (const Error& error) {
    throw error.with_path(path);
  }
  document.erase("identity");
  if (record.targets.empty()) refuse(ErrorCode::malformed_file, path, "targets", "a record without targets");
  if (canonical_sha256(document) != record.identity) {
    refuse(ErrorCode::integrity_failure, path, "identity",
           "the content was changed after the record was made: identity and content disagree");
  }
  return record;
}

CalibrationRecord read_calibration(const std::filesystem::path& path) {
  return parse_calibration(read_file(path), path.string());
}

}  // namespace qpcr
