// What LightCycler 96 software calculated: calls, baseline-free curves, fit parameters and the tables of its analyses.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::roche_lightcycler96 {

/// One curve of the software: a reaction and a target.
struct Graph {
  std::string run_id;
  std::string react_id;
  std::string target_id;
  bool excluded = false;
  std::string condition;                ///< of the reaction
  std::optional<double> concentration;  ///< given, of a standard
  std::string call;                     ///< "Positive", "Negative", "Invalid"; empty when there is none
  bool call_was_edited = false;
  std::optional<double> quantity;  ///< calculated
  std::vector<double> melting_temperatures_celsius;
  std::optional<AmplificationCurve> corrected;
  std::vector<std::pair<std::string, std::string>> fit;  ///< name, text
};

/// Rows of one kind in an analysis.
struct AnalysisRow {
  std::string table;                                       ///< name of the element: "absQuantStatisticalRow"
  std::vector<std::string> graph_ids;                      ///< none for a row of a gene
  std::vector<std::pair<std::string, std::string>> cells;  ///< name, text
};

struct Analysis {
  std::map<std::string, Graph> graphs;              ///< by identifier
  std::vector<AnalysisRow> rows;                    ///< in the order of the file
  std::map<std::string, std::string> sample_notes;  ///< by identifier of the sample
};

/// app_data.xml: graphs, exclusions, given concentrations, notes. @throws Error invalid_value.
void read_app_data(const XmlElement& root, Analysis& analysis);

/// calculated_data.xml. @throws Error invalid_value for a reading that is no number.
void read_calculated_data(const XmlElement& root, Analysis& analysis, NotReadList& not_read);

}  // namespace qpcr::roche_lightcycler96
