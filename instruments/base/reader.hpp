// What a reader of one export family is: its description, its sniff and its read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr {

enum class Confidence { no, possible, certain };

struct Sniff {
  Confidence confidence = Confidence::no;
  std::string reason;  ///< why, as a phrase: "first header cell is 'cycle'"
};

/// What a sniff may look at; the extension of a name proves nothing.
struct FileHead {
  std::string name;        ///< without its folder
  std::string_view bytes;  ///< the first 64 kB
  std::string text;        ///< the same as UTF-8, cut at a line end; empty when the file is not text
  bool is_zip = false;
  std::vector<std::string> members;  ///< of a zip, in normalised form (lower case, '/')

  bool has_member(std::string_view normalised_name) const;
  /// The first line that is not blank, without its line end.
  std::string_view first_line() const;
};

/// On what the reader rests.
enum class ReaderMaturity {
  verified,     ///< compared value by value with real files
  provisional,  ///< written from descriptions
};

std::string_view to_string(ReaderMaturity maturity);

/// A row of the generated table of supported instruments.
struct ReaderInfo {
  std::string id;     ///< "biorad_cfx"
  std::string title;  ///< "Bio-Rad CFX CSV exports"
  std::string vendor;
  std::vector<std::string> formats;          ///< what is read
  std::vector<std::string> refused_formats;  ///< recognised, and refused by name
  ReaderMaturity maturity = ReaderMaturity::provisional;
};

struct InputFile {
  std::string path;  ///< as the user gave it
  std::string name;  ///< without its folder
  std::string bytes;
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
};

}  // namespace qpcr
