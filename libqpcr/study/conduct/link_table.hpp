// What links samples to subjects without naming them, and the lists that instruments keep of their runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/provenance.hpp"
#include "libqpcr/study/conduct/run_ledger.hpp"

namespace qpcr {

/// A sample and what it is known by.
struct SampleLink {
  std::string sample;
  std::string centre;
  std::string blinding_code;  ///< in a coded study
  std::string subject;        ///< in an open one
  std::string barcode;
  std::string collected_at;
  std::string file;
  long line = 0;
};

struct LinkTable {
  std::vector<SampleLink> links;
  std::vector<NotRead> not_read;
};

/// Reads `centre,sample` and `blinding_code` or `subject`, and optionally `barcode,collected_at,received_at`.
/// @throws Error as read_csv_table(); missing_column; invalid_value for an empty centre, sample, code or subject;
/// study_invalid for identifiers that find_identifier_fault() faults, for both or neither of code and subject;
/// personal_data. With line and column. What stands twice is find_link_faults()'s business.
LinkTable parse_links(std::string_view bytes, const std::string& path);

/// Samples and codes that stand twice, also at two centres ("sample_linked_twice", "code_linked_twice",
/// "barcode_twice"; blocks); samples on a plate that are linked to nobody ("sample_not_linked", blocks where they are
/// no control), linked at another centre ("sample_from_elsewhere", query), and linked samples in no run
/// ("sample_not_tested", query).
StudyFindings find_link_faults(const std::vector<SampleLink>& links, const std::vector<LedgerRun>& runs);

/// Reads `run,serial,started_at,ended_at,status`, the first two required.
/// @throws Error as read_csv_table(); missing_column; invalid_value.
std::vector<InstrumentEntry> parse_instrument_list(std::string_view bytes, const std::string& path);

/// `query,severity,check,centre,subject,sample,run,well,file,line,zh,en` is what a query list holds; this is its first
/// column: eight hexadecimal digits that stay the same as long as the finding does.
std::string derive_query_id(const StudyFinding& finding);

}  // namespace qpcr
