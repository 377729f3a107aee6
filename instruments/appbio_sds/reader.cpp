// Chooses among the layouts of SDS.
#include "instruments/appbio_sds/reader.hpp"

#include <utility>

#include "instruments/appbio_sds/layout.hpp"
#include "instruments/appbio_sds/open_array.hpp"
#include "instruments/appbio_sds/results.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/encoding.hpp"

namespace qpcr::appbio_sds {
namespace {

constexpr const char* refusal =
    "a binary SDS document holds its data in a form that is not published: open it in SDS and export the results and "
    "the "
    "clipped data as text (File, Export)";

bool is_document_name(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  return lower.ends_with(".sds") || lower.ends_with(".sdm") || lower.ends_with(".sdt");
}

/// No text starts with these: NUL bytes or a Java stream.
bool is_binary(std::string_view bytes) {
  constexpr std::size_t looked_at = 1024;
  return bytes.starts_with("\xAC\xED") || bytes.substr(0, looked_at).find('\0') != std::string_view::npos;
}

Sniff sniff(const FileHead& head) {
  if (head.is_zip || head.workbook != nullptr) return {Confidence::no, "an archive or a workbook"};
  if (head.text.empty()) {
    // Nothing is known of the bytes but that they are no text, so any reader that knows them goes first.
    if (is_document_name(head.name) && is_binary(head.bytes))
      return {Confidence::possible, "binary and named as a document of SDS"};
    return {Confidence::no, "not a text file"};
  }
  LayoutFound found = find_layout(head.text);
  return {found.layout == Layout::none ? Confidence::no : Confidence::certain, std::move(found.reason)};
}

std::vector<RunData> read(const std::vector<InputFile>& files) {
  const InputFile& file = files.front();
  if (is_binary(file.bytes) && is_document_name(file.name)) {
    ErrorContext context;
    context.path = file.path;
    context.problem = refusal;
    throw Error(ErrorCode::unsupported_format, std::move(context));
  }
  const Layout layout = find_layout(decode_text(file.bytes, file.path).utf8).layout;
  return layout == Layout::open_array ? read_open_array(file) : read_results(file, layout);
}

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"appbio_sds",
       "Applied Biosystems SDS 1.x and 2.x text, OpenArray CSV",
       "Applied Biosystems",
       {{"SDS 1.x results (CSV) with head, tables of results, of components, RQ study", "Prism 7000, 7300, 7500",
         "SDS 1.2, 1.3", "samples, tasks, Ct, quantities, Tm, thresholds, baselines, omissions, run data",
         ReaderMaturity::sampled, "five real files, every row; synthetic files value by value"},
        {"SDS 1.x results (text)", "Prism 7700", "not stated in the files",
         "types, Ct, quantities, threshold, baseline", ReaderMaturity::sampled,
         "one real file, every row; synthetic files value by value"},
        {"SDS 2.x AQ and RQ results (text)", "7900HT", "SDS 2.3",
         "samples, tasks, Ct, quantities, thresholds, baselines, flags, omissions, standard curve, plates of a study",
         ReaderMaturity::sampled, "two real files, every row; synthetic files value by value"},
        {"clipped data (text)", "7900HT", "", "Rn and ΔRn of each cycle", ReaderMaturity::provisional,
         "synthetic files value by value"},
        {"table with one column a cycle (CSV)", "Prism 7000, 7300, 7500", "",
         "curves, Rn or ΔRn where the file says so", ReaderMaturity::provisional, "synthetic files value by value"},
        {"OpenArray CSV", "OpenArray", "OpenArray Real-Time qPCR Analysis Software 1.0",
         "samples, assays, subarrays, Ct, confidence, outliers", ReaderMaturity::sampled,
         "one real file of two plates, every row; synthetic files value by value"}},
       {{".sds, .sdm, .sdt documents", "their form is not published: export results and clipped data as text"}}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::appbio_sds
