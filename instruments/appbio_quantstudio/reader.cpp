// Recognises the layouts of .eds and reads the members of each.
#include "instruments/appbio_quantstudio/reader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/appbio_quantstudio/analysis_result.hpp"
#include "instruments/appbio_quantstudio/analysis_settings.hpp"
#include "instruments/appbio_quantstudio/experiment.hpp"
#include "instruments/appbio_quantstudio/fault.hpp"
#include "instruments/appbio_quantstudio/filter_data.hpp"
#include "instruments/appbio_quantstudio/json_layout.hpp"
#include "instruments/appbio_quantstudio/multicomponent.hpp"
#include "instruments/appbio_quantstudio/multicomponent_text.hpp"
#include "instruments/appbio_quantstudio/plate_setup.hpp"
#include "instruments/appbio_quantstudio/protocol.hpp"
#include "instruments/appbio_quantstudio/run_builder.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::appbio_quantstudio {
namespace {

constexpr std::string_view sds = "apldbio/sds/";

bool has_prefix(const FileHead& head, std::string_view prefix) {
  return std::any_of(head.members.begin(), head.members.end(),
                     [&](const std::string& member) { return member.starts_with(prefix); });
}

Sniff sniff(const FileHead& head) {
  if (!head.is_zip) {
    if (looks_like_analysis_result(head.text))
      return {Confidence::certain, "the text of an .eds analysis result, without its archive"};
    return {Confidence::no, "neither a zip nor the text of an .eds analysis result"};
  }
  // Files of mixed layout hold apldbio members of the run beside the JSON set-up.
  const bool has_json_parts = has_prefix(head, "primary/") || has_prefix(head, "setup/") || has_prefix(head, "run/");
  if ((head.has_member("summary.json") && has_json_parts) || head.has_member("setup/plate_setup.json") ||
      head.has_member("primary/multicomponent_data.json") || head.has_member("primary/analysis_result.json"))
    return {Confidence::certain, ".eds in the JSON layout (summary.json, setup/, primary/)"};
  if (!has_prefix(head, sds)) return {Confidence::no, "a zip without apldbio/sds/ and without summary.json"};
  // An embedded workbook (xl/) does not make it one.
  if (head.has_member("apldbio/sds/multicomponent_data.txt") || has_prefix(head, "apldbio/sds/images/"))
    return {Confidence::certain, ".eds in the 7500/StepOne layout (apldbio/sds/multicomponent_data.txt, images/)"};
  return {Confidence::certain, ".eds in the SDS layout (apldbio/sds/)"};
}

/// Members without a result in them; many of one folder are one entry.
void list_not_read(const Archive& archive, const std::set<std::string>& read, NotReadList& not_read) {
  std::map<std::string, std::size_t> folders;
  std::vector<std::string> order;
  for (const ArchiveMember& member : archive.members()) {
    const std::string name = normalise_member_name(member.name);
    if (member.is_folder || read.contains(name)) continue;
    const std::string folder = name.substr(0, name.rfind('/') + 1);
    const bool nested = folder != sds && !folder.empty();
    const std::string key = nested ? folder : member.name;
    if (folders[key]++ == 0) order.push_back(key);
  }
  for (const std::string& key : order) {
    const std::size_t count = folders[key];
    not_read.add(key,
                 count == 1 ? "no result comes from it" : fmt::format("{} members, no result comes from them", count));
  }
}

/// Inflated bytes of a member and its path for errors.
struct Member {
  ByteBuffer bytes;
  std::string path;
};

class MemberReader {
 public:
  explicit MemberReader(Archive& archive) : archive_(archive) {}

  std::optional<Member> read(std::string_view name) {
    const ArchiveMember* member = archive_.find(name);
    if (member == nullptr) return std::nullopt;
    read_.insert(normalise_member_name(member->name));
    return Member{archive_.inflate(*member), archive_.path_of(*member)};
  }
  std::optional<Member> read_sds(std::string_view name) { return read(fmt::format("{}{}", sds, name)); }
  std::optional<JsonMember> read_json(std::string_view name) {
    const std::optional<Member> member = read(name);
    if (!member) return std::nullopt;
    return parse_json(member->bytes.view(), member->path);
  }
  const std::set<std::string>& names() const { return read_; }

 private:
  Archive& archive_;
  std::set<std::string> read_;
};

/// What a file without curves does hold, for its error.
std::string describe_contents(const Contents& contents, const Archive& archive) {
  std::size_t quant = 0;
  std::size_t images = 0;
  for (const ArchiveMember& member : archive.members()) {
    const std::string name = normalise_member_name(member.name);
    if (name.ends_with(".quant")) ++quant;
    if (name.ends_with(".tiff") || name.ends_with(".tif")) ++images;
  }
  std::string text =
      "holds no curves and no results: neither multicomponent data, filter data nor an analysis result with a row";
  if (!contents.experiment.run_state.empty())
    text += fmt::format("; the run's state is {}", contents.experiment.run_state);
  if (quant > 0)
    text += fmt::format(
        "; it holds {} single exposures, which the instrument's software turns into curves at the end of the run",
        quant);
  if (images > 0)
    text += fmt::format(
        "; it holds {} camera images, which the instrument's software turns into curves: analyse the "
        "run there and save it again",
        images);
  return text;
}

/// The JSON members first: where both are there, those of the older layout are what the instrument was sent.
void read_setup(MemberReader& members, Contents& contents, NotReadList& not_read) {
  if (const auto member = members.read_sds("experiment.xml"))
    contents.experiment = read_experiment(XmlDocument(member->bytes.view(), member->path));
  for (const char* name : {"apldbio/sds/Manifest.mf", "Manifest.mf"}) {
    if (const auto member = members.read(name)) read_manifest(member->bytes.view(), contents.experiment.instrument);
  }
  if (const auto member = members.read_json("summary.json")) read_summary(*member, contents.experiment);
  if (const auto member = members.read_json("run/run_summary.json")) read_run_summary(*member, contents.experiment);
  if (const auto member = members.read_json("setup/plate_setup.json")) {
    contents.setup = read_json_plate_setup(*member);
  } else if (const auto older = members.read_sds("plate_setup.xml")) {
    contents.setup = read_plate_setup(XmlDocument(older->bytes.view(), older->path), not_read);
  }
  if (const auto member = members.read_json("setup/run_method.json")) {
    contents.protocol = read_run_method(*member);
  } else if (const auto older = members.read_sds("tcprotocol.xml")) {
    contents.protocol = read_protocol(XmlDocument(older->bytes.view(), older->path), not_read);
  }
  if (const auto member = members.read_sds("analysis_protocol.xml")) {
    contents.settings = read_analysis_settings(member->bytes.view(), member->path, not_read);
  }
}

void read_dyes(MemberReader& members, Contents& contents, NotReadList& not_read) {
  if (const auto member = members.read_json("primary/multicomponent_data.json")) {
    contents.dyes = read_json_multicomponent(*member, not_read);
  } else if (const auto older = members.read_sds("multicomponentdata.xml")) {
    contents.dyes = read_multicomponent(older->bytes.view(), older->path, contents.protocol, not_read);
  } else if (const auto text = members.read_sds("multicomponent_data.txt")) {
    contents.dyes = read_multicomponent_text(text->bytes.view(), text->path, contents.protocol, contents.warnings);
    not_read.add("multicomponent_data.txt: MSE, PURE_DYE_DATA", "residuals and coefficients of the colour separation");
    if (const auto images = members.read_sds("images/temperatures.txt")) {
      if (!add_image_temperatures(images->bytes.view(), contents.dyes))
        not_read.add("images/temperatures.txt", "its rows cannot be matched with the readings");
    }
  }
}

/// Files that a running instrument writes, one a reading and filter, until they are gathered at the end.
void read_filters(MemberReader& members, const Archive& archive, Contents& contents, NotReadList& not_read) {
  FilterReadings filters;
  if (const auto member = members.read_json("run/filter_data.json")) {
    read_json_filter_data(*member, filters, not_read);
    if (!filters.empty()) contents.filters = filters.to_signals("filter_data.json", member->path);
  } else if (const auto older = members.read_sds("filterdata.xml")) {
    filters.read(older->bytes.view(), older->path, not_read);
    if (!filters.empty()) contents.filters = filters.to_signals("filterdata.xml", older->path);
  } else {
    std::string path;
    for (const ArchiveMember& entry : archive.members()) {
      const std::string name = normalise_member_name(entry.name);
      const bool is_reading = (name.starts_with("apldbio/sds/filter/") || name.starts_with("run/filter/")) &&
                              name.ends_with("_filterdata.xml");
      if (!is_reading) continue;
      const std::optional<Member> reading = members.read(name);
      if (!reading) continue;
      filters.read(reading->bytes.view(), reading->path, not_read);
      path = reading->path;
    }
    if (!filters.empty()) contents.filters = filters.to_signals("filter/", path);
  }
}

void read_results(MemberReader& members, Contents& contents, NotReadList& not_read) {
  if (const auto member = members.read_json("primary/analysis_result.json")) {
    contents.results_path = member->path;
    contents.results = read_json_results(*member, contents.tables, not_read);
  }
  if (contents.results.empty()) {
    if (const auto older = members.read_sds("analysis_result.txt")) {
      contents.results_path = older->path;
      contents.results = read_analysis_result(older->bytes.view(), older->path, contents.tables, not_read);
    }
  }
  for (const char* name : {"meltcuve_result.txt", "meltcurve_result.txt"}) {
    const auto member = members.read_sds(name);
    if (!member) continue;
    contents.melts = read_melt_result(member->bytes.view(), member->path, not_read);
    break;
  }
  if (const auto member = members.read_json("extensions/am.sc/standard_curve_result.json"))
    read_standard_curves(*member, contents.quantities, contents.tables);
}

RunData read_archive(const InputFile& file) {
  Archive archive(file.bytes, file.path);
  Contents contents;
  contents.results_path = file.path;
  NotReadList not_read;
  MemberReader members(archive);
  read_setup(members, contents, not_read);
  read_dyes(members, contents, not_read);
  read_filters(members, archive, contents, not_read);
  read_results(members, contents, not_read);
  if (contents.dyes.wells.empty() && contents.filters.wells.empty() && contents.results.empty() &&
      contents.melts.empty()) {
    refuse(ErrorCode::malformed_file, file.path, 0, describe_contents(contents, archive));
  }
  RunData run = build_run(std::move(contents), not_read);
  list_not_read(archive, members.names(), not_read);
  run.provenance.not_read = not_read.entries();
  return run;
}

RunData read_text(const InputFile& file) {
  Contents contents;
  NotReadList not_read;
  contents.results_path = file.path;
  contents.results = read_analysis_result(file.bytes, file.path, contents.tables, not_read);
  if (contents.results.empty()) refuse(ErrorCode::malformed_file, file.path, 0, "holds no results");
  RunData run = build_run(std::move(contents), not_read);
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
       "Applied Biosystems experiment document (.eds)",
       "Applied Biosystems",
       {{".eds, SDS layout", "ViiA 7, QuantStudio 3, 5, 6, 7, 12K Flex", "QuantStudio 3 and 5 Software 1.5.1",
         "multicomponent, raw filters, Rn, ΔRn, melt, temperatures, Ct, flags, exclusions, protocol",
         ReaderMaturity::verified, "curves and Ct bit by bit against another program"},
        {".eds, SDS layout, saved during a run", "QuantStudio 3, 5", "QSLib 0.14.0 on QuantStudio 5",
         "raw filters, set-up, protocol", ReaderMaturity::sampled, "readings against the members of the archive"},
        {".eds, 7500 and StepOne layout", "7500, 7500 Fast, StepOne, StepOnePlus", "7500 Software 2.3",
         "multicomponent, temperatures, Rn, ΔRn, melt, Ct, protocol", ReaderMaturity::verified,
         "multicomponent bit by bit against another program; no analysed file was at hand"},
        {".eds, JSON layout", "QuantStudio 1, 3, 5 with Design & Analysis 2, QuantStudio 6 Pro and 7 Pro",
         "qPCR File API 2.5.6", "multicomponent, raw filters, Rn, ΔRn, Cq, thresholds, baselines, protocol",
         ReaderMaturity::verified,
         "multicomponent bit by bit against another program; results from descriptions, no file held any"},
        {"melting curves, genotypes and standard curves of any .eds", "all", "",
         "meltcuve_result.txt, calls, tables as written", ReaderMaturity::provisional, "made-up files"}},
       {{".eds without curves and results",
         "a run that was set up but not run, or of which only camera images are there: analyse it in the instrument's "
         "software and save it again"}}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::appbio_quantstudio
