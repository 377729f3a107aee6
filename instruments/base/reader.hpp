// What a reader of one export family is: its description, its sniff and its read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "libqpcr/core/run.hpp"
#include "libqpcr/tabular/workbook.hpp"

namespace qpcr {

enum class Confidence { no, possible, certain };

struct Sniff {
  Confidence confidence = Confidence::no;
  std::string reason;       ///< why, as a phrase: "first header cell is 'cycle'"
  bool is_generic = false;  ///< possible for any table of its shape: gives way to a possible answer that is not
};

/// What a sniff may look at; the extension of a name proves nothing.
struct FileHead {
  std::string name;        ///< without its folder
  std::string_view bytes;  ///< the first 64 kB
  std::string text;        ///< the same as UTF-8, cut at a line end; empty when the file is not text
  bool is_zip = false;
  std::vector<std::string>
      members;  ///< of a zip, in normalised form (lower case, '/'); of an OLE2 compound file, its streams
  const Workbook* workbook = nullptr;  ///< of a spreadsheet program; null for any other file

  bool has_member(std::string_view normalised_name) const;
  /// The first line that is not blank, without its line end.
  std::string_view first_line() const;
};

/// On what the reader rests.
enum class ReaderMaturity {
  verified,     ///< real files, compared value by value with another program
  sampled,      ///< real files read, their values compared with none but ours
  provisional,  ///< written from descriptions; no real file was at hand
};

std::string_view to_string(ReaderMaturity maturity);

/// A row of the generated table of supported instruments: one layout that a reader knows.
struct ReaderFormat {
  std::string layout;    ///< what the file is: ".eds, SDS layout", "Quantification Cq Results (CSV)"
  std::string models;    ///< instruments that write it
  std::string versions;  ///< of real files that were read: "QuantStudio 7 Flex 1.7.2"; empty when there was none
  std::string contents;  ///< what is read: "multicomponent, Rn, ΔRn, Cq, exclusions"
  ReaderMaturity maturity = ReaderMaturity::provisional;
  std::string tested;  ///< how: "curves bit by bit against an independent program"
};

struct RefusedFormat {
  std::string layout;  ///< what is recognised
  std::string reason;  ///< why it is not read, and what to do instead
};

struct ReaderInfo {
  std::string id;     ///< "biorad_cfx"
  std::string title;  ///< "Bio-Rad CFX Manager and Maestro"
  std::string vendor;
  std::vector<ReaderFormat> formats;
  std::vector<RefusedFormat> refused;
};

struct InputFile {
  std::string path;                                    ///< as the user gave it
  std::string name;                                    ///< without its folder
  std::string bytes;                                   ///< inflated where the file is a .gz
  std::shared_ptr<const Workbook> workbook = nullptr;  ///< the sheets, where the bytes are a workbook
  std::optional<SourceFile> source = std::nullopt;     ///< of the bytes on disk, where `bytes` are others
  std::string key = {};  ///< that the user supplies for an encrypted file; in no error, log or result
};

/// A reader is a value; the registry is a list of them.
struct Reader {
  ReaderInfo info;
  /// Never throws.
  Sniff (*sniff)(const FileHead&) = nullptr;
  /// One file, or the files that belong together. The reader fills provenance.not_read; sources and versions are the
  /// registry's.
  /// @throws Error for a file that is wrong.
  std::vector<RunData> (*read)(const std::vector<InputFile>&) = nullptr;
  /// Files of one folder with the same key that is not empty belong together; null when every file stands alone.
  std::string (*companion_key)(std::string_view name) = nullptr;
  /// True where the contents of files that were given together prove that they are one run, though no name says so;
  /// null when contents prove nothing. Never throws.
  bool (*is_one_run)(const std::vector<InputFile>&) = nullptr;
};

/// Orders measurements: wells in plate order, wells without a position last and in file order; stable within a well.
void sort_by_well(std::vector<Measurement>& measurements);

/// Wells of a run as a phrase, each once and in the order they are added: "A1, A2".
class WellList {
 public:
  void add(const WellId& well);
  bool empty() const noexcept { return labels_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> labels_;
  std::unordered_set<std::string> seen_;
};

/// Warns of every text for a role that no reader knows (the role is then unspecified), with the wells. Such a well is
/// not known to hold a patient's sample.
void warn_of_unknown_roles(RunData& run);

/// Things in a file that were not read, each once and in the order they were met.
class NotReadList {
 public:
  void add(std::string where, std::string why);
  const std::vector<NotRead>& entries() const noexcept { return entries_; }

 private:
  std::vector<NotRead> entries_;
  std::unordered_set<std::string> seen_;
};

}  // namespace qpcr
