// Puts calls, exclusions, curves and tables to the measurements of the document.
#include "instruments/roche_lightcycler96/project.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "instruments/rdml/document.hpp"
#include "instruments/roche_lightcycler96/analysis.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"
#include "libqpcr/tabular/zip.hpp"

namespace qpcr::roche_lightcycler96 {
namespace {

constexpr std::size_t most_columns = 64;
constexpr std::string_view document_name = "rdml_data.xml";

/// Names behind the identifiers of the document.
struct Names {
  std::map<std::string, std::string> samples;  ///< description, by identifier
  std::map<std::string, std::string> targets;  ///< the same
};

Names read_names(const XmlSource& source) {
  Names names;
  XmlTokenizer xml(source);
  while (xml.next_child()) {
    const bool is_sample = xml.name() == "sample";
    if (!is_sample && xml.name() != "target") {
      xml.skip();
      continue;
    }
    const std::string id(xml.attribute("id").value_or(""));
    while (xml.next_child()) {
      if (xml.name() == "description") {
        (is_sample ? names.samples : names.targets)[id] = std::string(xml.read_text());
      } else {
        xml.skip();
      }
    }
  }
  return names;
}

/// "LightCycler&#174; 96", which the software escapes twice: numbers of characters below 256.
std::string decode_references(std::string text) {
  constexpr long first = 32;
  constexpr long past_ascii = 128;
  constexpr long past_latin = 256;
  constexpr unsigned low_bits = 6;
  for (std::size_t at = 0; (at = text.find("&#", at)) != std::string::npos; ++at) {
    const std::size_t end = text.find(';', at);
    if (end == std::string::npos) break;
    const std::optional<long> number = parse_integer(std::string_view(text).substr(at + 2, end - at - 2));
    if (!number || *number < first || *number >= past_latin) continue;
    const auto code = static_cast<unsigned>(*number);
    std::string character;
    if (*number < past_ascii) {
      character = static_cast<char>(code);
    } else {
      character = {static_cast<char>(0xC0U | (code >> low_bits)), static_cast<char>(0x80U | (code & 0x3FU))};
    }
    text.replace(at, end - at + 1, character);
  }
  return text;
}

bool is_guid(std::string_view text) {
  constexpr std::size_t length = 36;
  return text.size() == length && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' &&
         text.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

class ProjectReader {
 public:
  explicit ProjectReader(const InputFile& file) : file_(file), archive_(file.bytes, file.path) {}

  std::vector<RunData> read() {
    const ArchiveMember* document = nullptr;
    for (const ArchiveMember& member : archive_.members()) {
      const std::string name = normalise_member_name(member.name);
      if (name == document_name || name.ends_with("/" + std::string(document_name))) document = &member;
    }
    if (document == nullptr) {
      ErrorContext context;
      context.path = file_.path;
      context.problem = "the LightCycler 96 project holds no rdml_data.xml";
      throw Error(ErrorCode::malformed_file, std::move(context));
    }
    list_others(*document);
    read_analysis();
    const ByteBuffer bytes = archive_.inflate(*document);
    const XmlSource source(bytes.view(), archive_.path_of(*document));
    std::vector<RunData> runs = rdml::read_document(source, not_read_, rdml::OutsideCalls::follow);
    names_ = read_names(source);
    for (RunData& run : runs) complete_run(run, runs.size() == 1);
    return runs;
  }

 private:
  void list_others(const ArchiveMember& document) {
    for (const ArchiveMember& member : archive_.members()) {
      const std::string name = normalise_member_name(member.name);
      if (&member == &document || member.is_folder || name == "app_data.xml" || name == "calculated_data.xml" ||
          name == "instrument_data.xml")
        continue;
      not_read_.add(member.name,
                    name == "module_data.xml" ? "settings of the software's views" : "no result comes from it");
    }
  }

  template <typename Use>
  void read_member(const char* name, Use use) {
    const ArchiveMember* member = archive_.find(name);
    if (member == nullptr) return;
    const std::string bytes = archive_.read(*member);
    const XmlDocument document(bytes, archive_.path_of(*member));
    use(document.root());
  }

  void read_analysis() {
    read_member("app_data.xml", [&](const XmlElement& root) {
      software_version_ = std::string(root.attribute("softwareVersion").value_or(""));
      read_app_data(root, analysis_);
    });
    read_member("calculated_data.xml",
                [&](const XmlElement& root) { read_calculated_data(root, analysis_, not_read_); });
    read_member("instrument_data.xml", [&](const XmlElement& root) { read_instrument_data(root); });
  }

  void read_instrument_data(const XmlElement& root) {
    for (XmlElement experiment = root.first(); experiment; experiment = experiment.next()) {
      if (experiment.name() != "experiment") continue;
      for (XmlElement data = experiment.first(); data; data = data.next()) {
        if (data.name() != "measurementData") continue;
        const std::string run(data.attribute("runId").value_or(""));
        times_[run] = {data.child("startTime").text(), data.child("endTime").text()};
        plates_[run] = std::string(experiment.attribute("plateId").value_or(""));
      }
    }
    not_read_.add("instrument_data.xml: detectionFormat and measurements", "integration times and times of readings");
  }

  void complete_run(RunData& run, bool is_only) {
    const std::string id = run.name.substr(run.name.find('/') + 1);
    complete_instrument(run, id);
    std::map<std::pair<std::string, std::string>, Measurement*> measurements;
    for (Measurement& m : run.measurements) measurements[{m.well.label, m.target}] = &m;
    std::map<std::string, Measurement*> by_graph;
    for (auto& [graph_id, graph] : analysis_.graphs) {
      if (graph.run_id != id) continue;
      const auto found = measurements.find({to_well_label(run, graph.react_id), graph.target_id});
      if (found == measurements.end()) continue;
      by_graph[graph_id] = found->second;
      apply_graph(graph, *found->second);
    }
    check_calls(run, by_graph);
    name_samples(run);
    name_targets(run);
    add_fit_table(run, by_graph);
    add_analysis_tables(run, by_graph);
    if (is_only && is_guid(id)) run.name = file_.name.substr(0, file_.name.rfind('.'));
  }

  void complete_instrument(RunData& run, const std::string& id) {
    Instrument& instrument = run.instrument;
    constexpr std::string_view mark = "LC96SN";
    if (instrument.model.starts_with(mark)) instrument.serial_number = instrument.model.substr(mark.size());
    instrument.vendor = "Roche";
    instrument.model = "LightCycler 96";
    instrument.software = decode_references(instrument.software);
    if (instrument.software_version.empty()) instrument.software_version = software_version_;
    if (const auto times = times_.find(id); times != times_.end()) {
      if (run.started_at.empty()) run.started_at = times->second.first;
      run.ended_at = times->second.second;
    }
    if (const auto plate = plates_.find(id); plate != plates_.end()) run.plate_barcode = plate->second;
  }

  static std::string to_well_label(const RunData& run, const std::string& react_id) {
    const std::optional<long> number = parse_integer(react_id);
    if (!number || !run.plate || *number < 1 || *number > static_cast<long>(run.plate->rows) * run.plate->columns)
      return react_id;
    return to_label(to_position(*number - 1, *run.plate));
  }

  static void apply_graph(Graph& graph, Measurement& m) {
    VendorResult& vendor = m.vendor;
    vendor.call = graph.call;
    if (graph.call_was_edited) vendor.flags.emplace_back("call edited");
    // The number under any other call is none: 100, or the crossing of a fit that the software rejected.
    if (graph.call != "Positive" && vendor.cq_status == CqStatus::found) {
      vendor.cq_status = graph.call.empty() ? CqStatus::not_measured : CqStatus::no_amplification;
      vendor.cq_cycles.reset();
    }
    if (graph.excluded && !m.excluded) {
      m.excluded = true;
      m.exclusion_reason = "excluded in the LightCycler 96 software";
    }
    if (m.role == SampleRole::standard && !m.quantity) m.quantity = graph.concentration;
    if (!vendor.quantity) vendor.quantity = graph.quantity;
    if (vendor.melting_temperatures_celsius.empty())
      vendor.melting_temperatures_celsius = graph.melting_temperatures_celsius;
    if (!graph.condition.empty()) m.note += (m.note.empty() ? "" : "; ") + graph.condition;
    if (graph.corrected) m.amplification.push_back(std::move(*graph.corrected));
  }

  /// Without a call it is not known whether a number is a Cq.
  static void check_calls(RunData& run, const std::map<std::string, Measurement*>& by_graph) {
    std::set<const Measurement*> known;
    for (const auto& [id, measurement] : by_graph) known.insert(measurement);
    WellList without_call;
    for (Measurement& m : run.measurements) {
      if (!m.vendor.call.empty() || m.vendor.cq_text.empty()) continue;
      if (!known.contains(&m) && m.vendor.cq_status == CqStatus::found) {
        m.vendor.cq_status = CqStatus::not_measured;
        m.vendor.cq_cycles.reset();
      }
      without_call.add(m.well);
    }
    if (!without_call.empty()) {
      run.warnings.push_back(
          "the file holds no call for these wells, so that their number is kept as text and is no Cq: " +
          without_call.text());
    }
  }

  void add_fit_table(RunData& run, const std::map<std::string, Measurement*>& by_graph) const {
    std::vector<AnalysisRow> rows;
    for (const auto& [id, measurement] : by_graph) rows.push_back({"", {id}, analysis_.graphs.at(id).fit});
    std::stable_sort(rows.begin(), rows.end(), [&](const AnalysisRow& a, const AnalysisRow& b) {
      return by_graph.at(a.graph_ids.front()) < by_graph.at(b.graph_ids.front());
    });
    add_table(run, "fits of the curves", rows, by_graph);
  }

  void add_analysis_tables(RunData& run, const std::map<std::string, Measurement*>& by_graph) const {
    std::vector<std::string> names;
    std::map<std::string, std::vector<AnalysisRow>> tables;
    for (const AnalysisRow& row : analysis_.rows) {
      const bool is_of_run =
          row.graph_ids.empty() || std::any_of(row.graph_ids.begin(), row.graph_ids.end(),
                                               [&](const auto& id) { return by_graph.contains(id); });
      if (!is_of_run) continue;
      if (tables[row.table].empty()) names.push_back(row.table);
      tables[row.table].push_back(row);
    }
    for (const std::string& name : names) add_table(run, name, tables[name], by_graph);
  }

  static void add_table(RunData& run, const std::string& name, const std::vector<AnalysisRow>& rows,
                        const std::map<std::string, Measurement*>& by_graph) {
    if (rows.empty()) return;
    VendorTable table;
    table.name = name;
    table.columns = {"wells", "target"};
    const std::size_t keys = table.columns.size();
    for (const AnalysisRow& row : rows) {
      for (const auto& [column, text] : row.cells) {
        if (column != "graphId" && table.columns.size() < most_columns &&
            std::find(table.columns.begin(), table.columns.end(), column) == table.columns.end())
          table.columns.push_back(column);
      }
    }
    for (const AnalysisRow& row : rows) {
      std::vector<std::string>& cells = table.rows.emplace_back(table.columns.size());
      for (const std::string& id : row.graph_ids) {
        const auto graph = by_graph.find(id);
        if (graph == by_graph.end()) continue;
        cells[0] += (cells[0].empty() ? "" : ", ") + graph->second->well.label;
        cells[1] = graph->second->target;
      }
      for (const auto& [column, text] : row.cells) {
        const auto at =
            std::find(table.columns.begin() + static_cast<std::ptrdiff_t>(keys), table.columns.end(), column);
        if (at != table.columns.end()) cells[static_cast<std::size_t>(at - table.columns.begin())] = text;
      }
    }
    run.vendor_tables.push_back(std::move(table));
  }

  void name_samples(RunData& run) const {
    std::map<std::string, std::string> notes;
    for (const auto& [id, note] : analysis_.sample_notes) {
      const auto name = names_.samples.find(id);
      notes[name == names_.samples.end() || name->second.empty() ? id : name->second] = note;
    }
    for (Measurement& m : run.measurements) {
      const auto note = notes.find(m.sample);
      if (note != notes.end()) m.note += (m.note.empty() ? "" : "; ") + note->second;
    }
  }

  /// "FAM@<GUID>" has a name where the document describes it; "FAM@16S" is its own.
  void name_targets(RunData& run) const {
    for (Measurement& m : run.measurements) {
      const std::size_t at = m.target.find('@');
      if (at == std::string::npos || !is_guid(std::string_view(m.target).substr(at + 1))) continue;
      const auto name = names_.targets.find(m.target);
      if (name != names_.targets.end() && !name->second.empty()) m.target = name->second;
    }
  }

  const InputFile& file_;
  Archive archive_;
  NotReadList not_read_;
  Analysis analysis_;
  Names names_;
  std::string software_version_;
  std::map<std::string, std::pair<std::string, std::string>> times_;  ///< start and end, by run
  std::map<std::string, std::string> plates_;
};

}  // namespace

std::vector<RunData> read_project(const InputFile& file) { return ProjectReader(file).read(); }

}  // namespace qpcr::roche_lightcycler96
