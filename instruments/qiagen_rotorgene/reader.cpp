// Recognises Rotor-Gene files.
#include "instruments/qiagen_rotorgene/reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "instruments/qiagen_rotorgene/exports.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::qiagen_rotorgene {
namespace {

enum class FileKind { none, analysed, raw, rex };

FileKind identify(std::string_view first_line, std::string_view text) {
  const std::string folded = fold_header(first_line);
  if (folded.find("excelanalyseddataexport") != std::string::npos ||
      folded.find("excelanalyzeddataexport") != std::string::npos)
    return FileKind::analysed;
  if (folded.find("excelrawdataexport") != std::string::npos) return FileKind::raw;
  const bool experiment =
      text.find("<Experiment>") != std::string_view::npos || text.find("<Experiment ") != std::string_view::npos;
  const bool rotor = text.find("<RexHeader") != std::string_view::npos ||
                     text.find("<RawChannel") != std::string_view::npos ||
                     text.find("<TubePosition") != std::string_view::npos;
  return experiment && rotor ? FileKind::rex : FileKind::none;
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.text.empty()) return {Confidence::no, "not a text file"};
  switch (identify(head.first_line(), head.text)) {
    case FileKind::analysed:
      return {Confidence::certain, "the first line is 'Excel Analysed Data Export'"};
    case FileKind::raw:
      return {Confidence::certain, "the first line is 'Excel Raw Data Export'"};
    case FileKind::rex:
      return {Confidence::certain, "an XML experiment with raw channels of a rotor"};
    case FileKind::none:
      break;
  }
  return {Confidence::no, "neither a Rotor-Gene export nor a run file"};
}

/// True for a document that starts with a tag, in any encoding that XML may have.
bool is_xml(std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool mark = byte >= 0xBB && byte != 0xC0;
    if (c == '<') return true;
    if (c != '\0' && c != ' ' && c != '\t' && c != '\r' && c != '\n' && !mark) return false;
  }
  return false;
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  std::vector<RunData> runs;
  if (is_xml(file.bytes)) {
    runs.push_back(read_rex(file));
    return runs;
  }
  const std::string text = decode_text(file.bytes, file.path).utf8;
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view start = std::string_view(text).substr(begin);
  const std::string_view first_line = start.substr(0, start.find_first_of("\r\n"));
  runs.push_back(identify(first_line, {}) == FileKind::raw ? read_raw_export(file) : read_analysed_export(file));
  return runs;
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"qiagen_rotorgene",
       "Qiagen (Corbett) Rotor-Gene exports and run files",
       "Qiagen",
       {{"analysed data export (CSV)", "Rotor-Gene 3000, 6000, Q", "not stated in the files",
         "Ct, type, given and computed concentration, flags, threshold, melting peaks, genotype; other analyses as "
         "tables",
         ReaderMaturity::sampled, "every row of a real file compared with a naive split of its lines"},
        {"raw data export (CSV)", "Rotor-Gene 6000, Q", "", "amplification and melting curves, names",
         ReaderMaturity::provisional, "made-up files of the described layout"},
        {"run file (.rex)", "Rotor-Gene 6000, Q", "", "raw channels, samples, types, concentrations, groups",
         ReaderMaturity::provisional, "made-up files of the described layout"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::qiagen_rotorgene
