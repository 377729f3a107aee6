// The lines above and below the tables: instrument, times, people, settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instruments/appbio_export/table.hpp"
#include "instruments/base/reader.hpp"
#include "libqpcr/core/run.hpp"

namespace qpcr::appbio_export {

/// "Stage 2 Step 2", "Stage2, Step2".
struct StageStep {
  long stage = 0;
  std::optional<long> step;

  bool operator==(const StageStep&) const = default;
};

std::optional<StageStep> parse_stage_step(std::string_view text);

/// Wells of a block as its type says: "96-Well 0.2-mL Block", "384well", "Array Card Block".
std::optional<PlateGeometry> parse_block_type(std::string_view text);

class Header {
 public:
  /// Keeps the first value of each key that is not empty.
  explicit Header(const std::vector<KeyValue>& entries);

  /// The first value of the keys, folded names; empty when there is none.
  std::string_view find(FoldedNames keys) const;
  std::optional<StageStep> pcr_stage() const;
  std::optional<StageStep> pre_read_stage() const;
  std::optional<StageStep> post_read_stage() const;
  /// "Ct" or "CRT" as the method of the Cq is called; empty when the file does not say.
  std::string algorithm() const;
  std::optional<PlateGeometry> plate() const;

  /// Writes what a run has a field for; the other lines become the vendor table "Header". Lines that name people or
  /// their folders are left out of it.
  void apply(RunData& run, NotReadList& not_read) const;

 private:
  struct Entry {
    std::string folded;
    std::string key;
    std::string value;
  };
  std::vector<Entry> entries_;
};

/// True for a key that only these programs write; two of them prove the format.
bool is_telling_key(std::string_view key);

}  // namespace qpcr::appbio_export
