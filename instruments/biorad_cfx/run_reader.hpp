// Joins the tables of one CFX run: curves with results by well and fluorophore.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "instruments/biorad_cfx/tables.hpp"

namespace qpcr::biorad_cfx {

/// Takes files, then gives the run.
class RunReader {
 public:
  void add(const InputFile& file);
  /// @throws Error malformed_file when no table gives a measurement; ambiguous_format where two tables contradict each
  /// other or a fluorophore cannot be known.
  RunData finish();
  /// True where the files, whose names do not say so, are shown to be of one run: one table of Cq, and curves that all
  /// follow one threshold a fluorophore.
  bool is_one_run() const;

 private:
  struct CurveTable {
    TableKind kind = TableKind::none;
    FileName name;
    std::string file;
    std::string path;
    std::string fluor;
    std::vector<WideColumn> columns;
  };
  struct Results {
    FileName name;
    std::string file;
    std::string path;
    ResultTable table;
  };

  void add_table(const InputFile& file, Table table);
  void add_curves(const InputFile& file, const Table& table);
  void add_results(const InputFile& file, const Table& table);
  void add_information(const InputFile& file, const Table& table);
  void keep(const Table& table);
  std::vector<std::string> fluors_of_cq() const;
  bool follows(const CurveTable& curves, const std::string& fluor) const;
  void name_fluor(CurveTable& curves) const;
  std::size_t find_or_add(const WellId& well, const std::string& fluor);
  void merge(std::size_t into, Measurement&& row, const Results& from, long line);
  void join_results();
  void join_curves();
  void join_genotypes();
  void take_information();
  void warn();

  RunData run_;
  NotReadList not_read_;
  std::vector<CurveTable> curves_;
  std::vector<Results> results_;
  std::vector<Table> genotypes_;
  std::vector<InformationEntry> information_;
  std::string information_file_;
  std::string first_path_;
  std::map<std::pair<GridPosition, std::string>, std::size_t> index_;  ///< by well and fluorophore in lower case
  std::vector<bool> has_row_;                                          ///< of each measurement: results name it
};

}  // namespace qpcr::biorad_cfx
