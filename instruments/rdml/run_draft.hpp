// A run of an RDML document as it is met, before the samples and targets it names are looked up.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/tabular/xml_tokenizer.hpp"

namespace qpcr::rdml {

/// One `data` element. Offsets are those of start tags in the document's text.
struct DataDraft {
  std::size_t offset = 0;
  std::string target_id;
  AmplificationCurve amplification;
  std::optional<CurveKind> kind;  ///< where a note says it
  MeltCurve melt;
  std::optional<std::string> cq_text;
  std::size_t cq_offset = 0;
  bool excluded = false;
  std::string exclusion_reason;
  std::string note;  ///< other than of a kind
  /// Results of analyses as written, by the name of their element: cq excepted.
  std::vector<std::pair<std::string_view, std::string>> results;
  std::optional<std::string> quantity_text;  ///< of version 1.0
  std::string quantity_unit;
};

/// One `react` element and its range of RunDraft::data.
struct ReactDraft {
  std::size_t offset = 0;
  std::string id;
  std::vector<std::string> sample_ids;
  std::size_t first_data = 0;
  std::size_t data_count = 0;
};

/// One `run` element. A fault of its contents waits here: a document that is not well formed, and a wrong definition,
/// are said first wherever they stand.
struct RunDraft {
  std::size_t offset = 0;
  RunData run;  ///< name, instrument, start and plate
  std::string background;
  std::string algorithm;
  std::string protocol_id;                    ///< of the thermal cycling conditions
  std::vector<std::string> experimenter_ids;  ///< who ran it
  bool rows_are_letters = true;
  std::vector<ReactDraft> reacts;
  std::vector<DataDraft> data;
  std::optional<Error> header_fault;
  std::optional<Error> data_fault;  ///< of data[faulty_data], the first with a fault
  std::size_t faulty_data = 0;
  NotReadList before;  ///< not read between the run before and this one
  NotReadList header;  ///< not read in the run, outside its reactions
  NotReadList body;    ///< not read in its reactions
};

/// Largest plate with letters and numbers: 1536 wells.
inline constexpr PlateGeometry largest_plate{32, 48};

/// The kind in a text of this software's own RDML, or nothing.
std::optional<CurveKind> parse_written_kind(std::string_view text);

/// An error at an offset of the document; `field` says which reaction.
Error make_error(const XmlSource& source, std::size_t offset, ErrorCode code, std::string field, std::string found,
                 std::string expected, std::string problem = {});

/// The attribute `id`, or nothing.
std::string read_identifier(const XmlTokenizer& xml);

/// Reads the run at which the tokenizer stands. @throws Error malformed_file for XML that is not well formed; every
/// other fault is kept in the draft.
RunDraft read_run_draft(XmlTokenizer& xml, const XmlSource& source, const std::string& experiment);

}  // namespace qpcr::rdml
