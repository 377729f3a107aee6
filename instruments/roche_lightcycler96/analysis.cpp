// Walks the software's own members of a project.
#include "instruments/roche_lightcycler96/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr::roche_lightcycler96 {
namespace {

/// A few analyses of a plate with several targets.
constexpr std::size_t most_rows = 20'000;

std::string attribute(const XmlElement& element, std::string_view name) {
  return std::string(element.attribute(name).value_or(""));
}

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

double read_number(const XmlElement& parent, std::string_view name) {
  const XmlElement element = parent.child(name);
  const std::string text = element.text();
  const std::optional<double> value = parse_double(text);
  if (value) return *value;
  ErrorContext context;
  context.path = parent.path();
  context.line = parent.line();
  context.field = std::string(name);
  context.found = text;
  context.expected = "a finite number";
  throw Error(ErrorCode::invalid_value, std::move(context));
}

/// Graphs of a member, by run and reaction.
template <typename Visit>
void visit_graphs(const XmlElement& root, Visit visit) {
  for (XmlElement experiment = root.first(); experiment; experiment = experiment.next()) {
    if (experiment.name() != "experiment") continue;
    for (XmlElement run = experiment.first(); run; run = run.next()) {
      if (run.name() != "run") continue;
      for (XmlElement react = run.first(); react; react = react.next()) {
        if (react.name() != "react") continue;
        for (XmlElement graph = react.first(); graph; graph = graph.next()) {
          if (graph.name() == "factGraph") visit(run, react, graph);
        }
      }
    }
  }
}

Graph& find_graph(const XmlElement& run, const XmlElement& react, const XmlElement& element, Analysis& analysis) {
  Graph& graph = analysis.graphs[attribute(element, "id")];
  graph.run_id = attribute(run, "id");
  graph.react_id = attribute(react, "id");
  graph.target_id = attribute(element, "targetId");
  return graph;
}

void read_graph(const XmlElement& element, Graph& graph, NotReadList& not_read) {
  AmplificationCurve curve;
  curve.kind = CurveKind::baseline_subtracted;
  for (XmlElement child = element.first(); child; child = child.next()) {
    const std::string_view name = child.name();
    if (name == "normFlour" || name == "normFluor") {
      curve.cycles.push_back(read_number(child, "cyc"));
      curve.fluorescence.push_back(read_number(child, "fluor"));
    } else if (name == "drvMel") {
      not_read.add("calculated_data.xml: drvMel", "the derivative is computed from the melting curve");
    } else if (!child.first()) {
      if (name == "call") graph.call = child.text();
      graph.fit.emplace_back(name, child.text());
    } else {
      not_read.add("calculated_data.xml: factGraph/" + std::string(name), "no result comes from it");
    }
  }
  const bool rises = std::adjacent_find(curve.cycles.begin(), curve.cycles.end(),
                                        [](double a, double b) { return !(a < b); }) == curve.cycles.end();
  if (curve.cycles.empty()) return;
  if (rises) {
    graph.corrected = std::move(curve);
  } else {
    not_read.add("calculated_data.xml: normFlour", "cycles that are not in order");
  }
}

/// Texts of the children that hold nothing else, and of the coordinates of a point.
std::vector<std::pair<std::string, std::string>> list_cells(const XmlElement& element) {
  std::vector<std::pair<std::string, std::string>> cells;
  for (XmlElement child = element.first(); child; child = child.next()) {
    if (!child.first()) cells.emplace_back(child.name(), child.text());
    if (child.name() != "value") continue;
    for (XmlElement inner = child.first(); inner; inner = inner.next()) cells.emplace_back(inner.name(), inner.text());
  }
  return cells;
}

std::string find_cell(const AnalysisRow& row, std::string_view name) {
  const auto found =
      std::find_if(row.cells.begin(), row.cells.end(), [&](const auto& cell) { return cell.first == name; });
  return found == row.cells.end() ? std::string() : found->second;
}

void apply_row(const AnalysisRow& row, Graph& graph) {
  if (is_true(find_cell(row, "editedCall"))) {
    if (const std::string call = find_cell(row, "call"); !call.empty()) graph.call = call;
    graph.call_was_edited = true;
  }
  if (const std::optional<double> value = parse_double(find_cell(row, "concentration"))) graph.quantity = value;
  if (to_lower_ascii(row.table).starts_with("tm")) {
    for (const auto& [name, text] : row.cells) {
      const std::string folded = to_lower_ascii(name);
      const std::optional<double> value = parse_double(text);
      const bool is_peak = folded.starts_with("tm") && folded.find_first_not_of("0123456789", 2) == std::string::npos;
      if (is_peak && value && *value > 0) graph.melting_temperatures_celsius.push_back(*value);
    }
  }
}

/// Elements that name a graph, a group of graphs or a gene are rows, at whatever depth they stand.
void read_rows(const XmlElement& parent, Analysis& analysis) {
  for (XmlElement child = parent.first(); child; child = child.next()) {
    AnalysisRow row;
    row.table = child.name();
    if (const XmlElement group = child.child("graphIds"); group) {
      for (XmlElement guid = group.first(); guid; guid = guid.next()) row.graph_ids.push_back(guid.text());
    } else {
      for (const char* key : {"graphId", "id"}) {
        const std::string id = child.child(key).text();
        if (row.graph_ids.empty() && analysis.graphs.contains(id)) row.graph_ids.push_back(id);
      }
    }
    const bool is_gene = row.table.ends_with("GeneSettings");
    if (!row.graph_ids.empty() || is_gene) {
      row.cells = list_cells(child);
      if (row.graph_ids.size() == 1) {
        if (const auto graph = analysis.graphs.find(row.graph_ids.front());
            graph != analysis.graphs.end() && row.table.ends_with("DataSource"))
          apply_row(row, graph->second);
      }
      if (row.cells.size() > 1 && analysis.rows.size() < most_rows) analysis.rows.push_back(std::move(row));
    }
    read_rows(child, analysis);
  }
}

}  // namespace

void read_app_data(const XmlElement& root, Analysis& analysis) {
  for (XmlElement child = root.first(); child; child = child.next()) {
    if (child.name() != "sample") continue;
    std::string note = attribute(child, "note");
    const std::string preparation = attribute(child, "preparationNote");
    if (!note.empty() && !preparation.empty()) note += "; ";
    note += preparation;
    if (!note.empty()) analysis.sample_notes[attribute(child, "id")] = note;
  }
  visit_graphs(root, [&](const XmlElement& run, const XmlElement& react, const XmlElement& element) {
    Graph& graph = find_graph(run, react, element, analysis);
    graph.excluded = is_true(attribute(element, "isExcluded"));
    graph.concentration = parse_double(attribute(element, "geneConcentration"));
    graph.condition = react.child("condition").text();
  });
}

void read_calculated_data(const XmlElement& root, Analysis& analysis, NotReadList& not_read) {
  visit_graphs(root, [&](const XmlElement& run, const XmlElement& react, const XmlElement& element) {
    read_graph(element, find_graph(run, react, element, analysis), not_read);
  });
  for (XmlElement experiment = root.first(); experiment; experiment = experiment.next()) {
    for (XmlElement child = experiment.first(); child; child = child.next()) {
      if (child.name() == "moduleCalculatedData") read_rows(child, analysis);
      // Some versions keep the analyses inside the run.
      if (child.name() != "run") continue;
      for (XmlElement inner = child.first(); inner; inner = inner.next()) {
        if (inner.name() == "moduleCalculatedData") read_rows(inner, analysis);
      }
    }
  }
}

}  // namespace qpcr::roche_lightcycler96
