// Recognises LightCycler 96 projects by their members.
#include "instruments/roche_lightcycler96/reader.hpp"

#include "instruments/roche_lightcycler96/project.hpp"

namespace qpcr::roche_lightcycler96 {
namespace {

Sniff sniff(const FileHead& head) {
  if (!head.is_zip) return {Confidence::no, "not a zip"};
  if (head.has_member("app_data.xml") && head.has_member("calculated_data.xml"))
    return {Confidence::certain, "a zip with app_data.xml and calculated_data.xml"};
  return {Confidence::no, "a zip without app_data.xml and calculated_data.xml"};
}

std::vector<RunData> read(const std::vector<InputFile>& files) { return read_project(files.front()); }

}  // namespace

const Reader& reader() {
  static const Reader value{
      {"roche_lightcycler96",
       "Roche LightCycler 96 projects",
       "Roche",
       {{".lc96p project, also saved as .rdml", "LightCycler 96", "1.1.0.1320",
         "curves as stored and baseline-corrected, temperatures, melting curves, Cq by call, calls, exclusions, "
         "protocol, tables of the analyses",
         ReaderMaturity::verified, "curves and Cq bit by bit against two programs"}},
       {}},
      sniff,
      read,
      nullptr};
  return value;
}

}  // namespace qpcr::roche_lightcycler96
