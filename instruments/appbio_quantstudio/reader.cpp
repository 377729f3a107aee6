// Recognises .eds layouts and joins set-up, signals and results of the SDS layout.
#include "instruments/appbio_quantstudio/reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/analysis_result.hpp"
#include "instruments/appbio_quantstudio/multicomponent.hpp"
#include "instruments/appbio_quantstudio/plate_setup.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

enum class Layout { none, sds, seven_five_hundred, json };

/// @param has_member,has_prefix ask for normalised member names.
template <typename HasMember, typename HasPrefix>
Layout find_layout(HasMember has_member, HasPrefix has_prefix) {
  // Files of mixed layout hold apldbio members of the run beside the JSON set-up.
  if (has_member("summary.json") && (has_prefix("primary/") || has_prefix("setup/") || has_prefix("run/")))
    return Layout::json;
  if (!has_prefix("apldbio/sds/")) return Layout::none;
  if (has_member("apldbio/sds/multicomponentdata.xml")) return Layout::sds;
  if (has_member("apldbio/sds/multicomponent_data.txt") || has_prefix("apldbio/sds/images/"))
    return Layout::seven_five_hundred;
  return Layout::sds;
}

Layout find_layout(const FileHead& head) {
  return find_layout([&](std::string_view name) { return head.has_member(name); },
                     [&](std::string_view prefix) {
                       return std::any_of(head.members.begin(), head.members.end(),
                                          [&](const std::string& member) { return member.starts_with(prefix); });
                     });
}

Sniff sniff(const FileHead& head) {
  if (!head.is_zip) {
    if (looks_like_analysis_result(head.text))
      return {Confidence::certain, "the text of an .eds analysis result, without its archive"};
    return {Confidence::no, "neither a zip nor the text of an .eds analysis result"};
  }
  switch (find_layout(head)) {
    case Layout::json:
      return {Confidence::certain, ".eds in the JSON layout (summary.json)"};
    case Layout::seven_five_hundred:
      return {Confidence::certain, ".eds in the 7500/StepOne layout (apldbio/sds/multicomponent_data.txt)"};

    case Layout::sds:
      return {Confidence::certain, ".eds in the SDS layout (apldbio/sds/)"};
    case Layout::none:
      break;
  }
  return {Confidence::no, "a zip without apldbio/sds/ and without summary.json"};
}

[[noreturn]] void refuse(ErrorCode code, const std::string& path, long line, std::string problem) {
  ErrorContext context;
  context.path = path;
  context.line = line;
  context.problem = std::move(problem);
  throw Error(code, std::move(context));
}

SampleRole to_role(std::string_view task) {
  constexpr std::array<std::pair<std::string_view, SampleRole>, 7> roles{{
      {"UNKNOWN", SampleRole::unknown},
      {"STANDARD", SampleRole::standard},
      {"NTC", SampleRole::no_template_control},
      {"NAC", SampleRole::no_amplification_control},
      {"NRT", SampleRole::no_reverse_transcriptase_control},
      {"POSITIVE_CONTROL", SampleRole::positive_control},
      {"NEGATIVE_CONTROL", SampleRole::negative_control},
  }};
  for (const auto& [name, role] : roles) {
    if (equals_ignoring_case(name, task)) return role;
  }
  return SampleRole::unspecified;
}

/// Everything read from the members, before it is joined.
struct Contents {
  PlateSetup setup;
  std::vector<ProtocolStage> protocol;
  Experiment experiment;
  Multicomponent signals;
  std::vector<AnalysisResult> results;
  std::string results_path;
};

/// Joins by well: one measurement per target, one without a target per dye that no target uses.
class RunBuilder {
 public:
  explicit RunBuilder(Contents contents) : contents_(std::move(contents)) {}

  RunData build() {
    RunData run;
    run.name = contents_.experiment.name;
    run.instrument = contents_.experiment.instrument;
    run.instrument.vendor = "Applied Biosystems";
    run.started_at = contents_.experiment.started_at;
    run.passive_reference_dye = contents_.setup.passive_reference;
    run.plate = contents_.setup.geometry;
    if (!run.plate) run.plate = guess_plate();
    std::set<long> wells;
    for (const auto& [well, setup] : contents_.setup.wells) wells.insert(well);
    for (const auto& [well, signals] : contents_.signals.wells) wells.insert(well);
    std::map<long, std::vector<const AnalysisResult*>> results;
    for (const AnalysisResult& result : contents_.results) {
      check_well(result, *run.plate);
      results[result.well].push_back(&result);
      wells.insert(result.well);
    }
    for (const long well : wells) add_well(well, results[well], run);
    if (repetitions_differ_)
      run.warnings.emplace_back("a curve of Rn has not as many readings as the protocol has cycles");
    return run;
  }

 private:
  /// Without a plate set-up (a text on its own) the smallest usual plate that holds every well.
  PlateGeometry guess_plate() const {
    long last = 0;
    for (const AnalysisResult& result : contents_.results) last = std::max(last, result.well);
    for (const auto& [well, signals] : contents_.signals.wells) last = std::max(last, well);
    return last < 96 ? PlateGeometry{8, 12} : PlateGeometry{16, 24};
  }

  void check_well(const AnalysisResult& result, PlateGeometry plate) const {
    const long count = static_cast<long>(plate.rows) * plate.columns;
    if (result.well >= 0 && result.well < count) return;
    refuse(ErrorCode::invalid_value, contents_.results_path, result.line,
           fmt::format("expected a well index from 0 to {}, got {}", count - 1, result.well));
  }

  /// Number of cycles of the amplification stage: a Ct that reaches it is "undetermined".
  std::optional<double> cycle_limit(const AnalysisResult& result) const {
    const auto stage = static_cast<std::size_t>(contents_.signals.amplification_stage);
    const std::vector<ProtocolStage>& protocol = contents_.protocol;
    if (stage >= 1 && stage <= protocol.size() && protocol[stage - 1].repetitions) {
      return static_cast<double>(*protocol[stage - 1].repetitions);
    }
    for (const ProtocolStage& each : protocol) {
      if (each.flag == "CYCLING" && each.repetitions) return static_cast<double>(*each.repetitions);
    }
    if (!result.rn.empty()) return static_cast<double>(result.rn.size());
    return std::nullopt;
  }

  VendorResult to_vendor_result(const AnalysisResult& result) const {
    VendorResult vendor;
    vendor.cq_text = result.ct_text;
    vendor.algorithm = "Ct";
    vendor.call = result.amplification_status;
    vendor.cq_confidence = result.confidence;
    const std::optional<double> limit = cycle_limit(result);
    if (!result.ct || *result.ct < 0 || (limit && *result.ct >= *limit)) {
      vendor.cq_status = CqStatus::no_amplification;
    } else {
      vendor.cq_status = CqStatus::found;
      vendor.cq_cycles = result.ct;
    }
    return vendor;
  }

  /// The vendor's curves have one reading a cycle of the amplification stage.
  AmplificationCurve to_curve(CurveKind kind, const std::vector<double>& readings, const std::vector<double>* cycles) {
    AmplificationCurve curve{kind, {}, readings};
    if (cycles != nullptr && cycles->size() == readings.size()) {
      curve.cycles = *cycles;
      return curve;
    }
    if (cycles != nullptr && !cycles->empty()) repetitions_differ_ = true;
    for (std::size_t i = 0; i < readings.size(); ++i) curve.cycles.push_back(static_cast<double>(i + 1));
    return curve;
  }

  void add_well(long well, const std::vector<const AnalysisResult*>& results, RunData& run) {
    const auto known = contents_.setup.wells.find(well);
    const WellSetup setup = known == contents_.setup.wells.end() ? WellSetup{} : known->second;
    const auto measured = contents_.signals.wells.find(well);
    static const std::vector<DyeSignal> none;
    const std::vector<DyeSignal>& signals = measured == contents_.signals.wells.end() ? none : measured->second;

    Measurement common;
    common.well = to_well(to_position(well, *run.plate));
    common.sample = setup.sample;
    if (common.sample.empty() && !results.empty()) common.sample = results.front()->sample;
    if (setup.omitted) {
      common.excluded = true;
      common.exclusion_reason = "IsOmit";
    }
    std::vector<TargetTask> targets = setup.targets;
    for (const AnalysisResult* result : results) {
      const bool listed =
          std::any_of(targets.begin(), targets.end(), [&](const TargetTask& t) { return t.target == result->target; });
      if (!listed) targets.push_back({result->target, {}, result->task, {}});
    }
    std::set<std::string> used;
    for (const TargetTask& target : targets) {
      Measurement measurement = common;
      measurement.target = target.target;
      measurement.dye = target.reporter;
      measurement.role_text = target.task;
      measurement.role = to_role(target.task);
      measurement.quantity = target.quantity;
      used.insert(target.reporter);
      const auto signal =
          std::find_if(signals.begin(), signals.end(), [&](const DyeSignal& s) { return s.dye == target.reporter; });
      if (signal != signals.end()) attach(*signal, measurement);
      const auto result = std::find_if(results.begin(), results.end(),
                                       [&](const AnalysisResult* r) { return r->target == target.target; });
      if (result != results.end()) {
        measurement.vendor = to_vendor_result(**result);
        const std::vector<double>* cycles = signals.empty() ? nullptr : &signals.front().amplification.cycles;
        if (!(*result)->rn.empty()) {
          measurement.amplification.push_back(to_curve(CurveKind::normalised, (*result)->rn, cycles));
        }
        if (!(*result)->delta_rn.empty()) {
          measurement.amplification.push_back(to_curve(CurveKind::baseline_subtracted, (*result)->delta_rn, cycles));
        }
      }
      run.measurements.push_back(std::move(measurement));
    }
    for (const DyeSignal& signal : signals) {
      if (used.contains(signal.dye)) continue;
      Measurement measurement = common;
      measurement.dye = signal.dye;
      attach(signal, measurement);
      run.measurements.push_back(std::move(measurement));
    }
  }

  static void attach(const DyeSignal& signal, Measurement& measurement) {
    if (!signal.amplification.cycles.empty()) measurement.amplification.push_back(signal.amplification);
    if (!signal.melt.fluorescence.empty()) measurement.melt.push_back(signal.melt);
  }

  Contents contents_;
  bool repetitions_differ_ = false;
};

std::string find_manifest_value(std::string_view manifest, std::string_view key) {
  for (const std::string_view line : split(manifest, '\n')) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with(':'))
      return std::string(trim(line.substr(key.size() + 1)));
  }
  return {};
}

/// Members without a result in them; many of one folder are one entry.
void list_not_read(const Archive& archive, const std::set<std::string>& read, NotReadList& not_read) {
  std::map<std::string, std::size_t> folders;
  std::vector<std::string> order;
  for (const ArchiveMember& member : archive.members()) {
    const std::string name = normalise_member_name(member.name);
    if (member.is_folder || read.contains(name)) continue;
    const std::string folder = name.substr(0, name.rfind('/') + 1);
    const bool nested = folder != "apldbio/sds/" && !folder.empty();
    const std::string key = nested ? folder : member.name;
    if (folders[key]++ == 0) order.push_back(key);
  }
  for (const std::string& key : order) {
    const std::size_t count = folders[key];
    not_read.add(key,
                 count == 1 ? "no result comes from it" : fmt::format("{} members, no result comes from them", count));
  }
}

class MemberReader {
 public:
  explicit MemberReader(Archive& archive) : archive_(archive) {}

  /// Bytes and path of a member of apldbio/sds/, or nothing.
  std::optional<std::pair<std::string, std::string>> read(std::string_view name) {
    const ArchiveMember* member = archive_.find(fmt::format("apldbio/sds/{}", name));
    if (member == nullptr) return std::nullopt;
    read_.insert(normalise_member_name(member->name));
    return std::make_pair(archive_.read(*member), archive_.path_of(*member));
  }
  const std::set<std::string>& names() const { return read_; }

 private:
  Archive& archive_;
  std::set<std::string> read_;
};

/// What a file without curves does hold, for its error.
std::string describe_contents(const Contents& contents, const Archive& archive) {
  std::size_t quant = 0;
  for (const ArchiveMember& member : archive.members()) {
    if (normalise_member_name(member.name).starts_with("apldbio/sds/quant/")) ++quant;
  }
  std::string text = "holds no curves: neither multicomponentdata.xml nor analysis_result.txt";
  if (!contents.experiment.run_state.empty())
    text += fmt::format("; the run's state is {}", contents.experiment.run_state);
  if (quant > 0)
    text += fmt::format(
        "; it holds {} single exposures, which the instrument's software turns into curves at the end of the run",
        quant);
  return text;
}

RunData read_archive(const InputFile& file) {
  Archive archive(file.bytes, file.path);
  FileHead head;
  for (const ArchiveMember& member : archive.members()) head.members.push_back(normalise_member_name(member.name));
  const Layout layout = find_layout(head);
  if (layout == Layout::json) {
    refuse(ErrorCode::unsupported_format, file.path, 0,
           "an .eds in the JSON layout of Design & Analysis 2 is recognised but not read yet: export the results as "
           "RDML or as a workbook");
  }
  if (layout == Layout::seven_five_hundred) {
    refuse(ErrorCode::unsupported_format, file.path, 0,
           "an .eds in the 7500/StepOne layout is recognised but not read yet: export RDML from the instrument's "
           "software");
  }

  Contents contents;
  NotReadList not_read;
  MemberReader members(archive);
  if (const auto member = members.read("plate_setup.xml")) {
    contents.setup = read_plate_setup(XmlDocument(member->first, member->second), not_read);
  }
  if (const auto member = members.read("tcprotocol.xml")) {
    contents.protocol = read_protocol(XmlDocument(member->first, member->second));
  }
  if (const auto member = members.read("experiment.xml")) {
    contents.experiment = read_experiment(XmlDocument(member->first, member->second));
  }
  if (const auto member = members.read("Manifest.mf")) {
    contents.experiment.instrument.software = find_manifest_value(member->first, "Implementation-Title");
    contents.experiment.instrument.software_version = find_manifest_value(member->first, "Implementation-Version");
  }
  if (const auto member = members.read("multicomponentdata.xml")) {
    contents.signals = read_multicomponent(XmlDocument(member->first, member->second), contents.protocol, not_read);
    const long wells = contents.signals.wells.empty() ? 0 : contents.signals.wells.rbegin()->first + 1;
    if (contents.setup.geometry &&
        wells > static_cast<long>(contents.setup.geometry->rows) * contents.setup.geometry->columns) {
      refuse(ErrorCode::invalid_value, member->second, 0, "signals of more wells than the plate set-up has");
    }
  }
  if (const auto member = members.read("analysis_result.txt")) {
    contents.results_path = member->second;
    contents.results = read_analysis_result(member->first, member->second, not_read);
  }
  if (contents.signals.wells.empty() && contents.results.empty()) {
    refuse(ErrorCode::malformed_file, file.path, 0, describe_contents(contents, archive));
  }
  list_not_read(archive, members.names(), not_read);
  RunData run = RunBuilder(std::move(contents)).build();
  run.provenance.not_read = not_read.entries();
  return run;
}

RunData read_text(const InputFile& file) {
  Contents contents;
  NotReadList not_read;
  contents.results_path = file.path;
  contents.results = read_analysis_result(file.bytes, file.path, not_read);
  if (contents.results.empty()) refuse(ErrorCode::malformed_file, file.path, 0, "holds no results");
  RunData run = RunBuilder(std::move(contents)).build();
  run.provenance.not_read = not_read.entries();
  return run;
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  std::vector<RunData> runs;
  runs.push_back(is_zip(file.bytes) ? read_archive(file) : read_text(file));
  if (runs.front().name.empty()) runs.front().name = file.name.substr(0, file.name.rfind('.'));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"appbio_quantstudio",
       "Applied Biosystems .eds, SDS layout",
       "Applied Biosystems",
       {{".eds, SDS layout", "ViiA 7, QuantStudio 3, 5, 6, 7, 12K Flex", "", "multicomponent, Rn, ΔRn, Ct",
         ReaderMaturity::verified, "curves and Ct bit by bit against another program"}},
       {{".eds of 7500 and StepOne", "not read yet"}, {".eds in the JSON layout", "not read yet"}}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::appbio_quantstudio
