// The plate is the same in every run: logistic curves on a drift, with seeded noise.
#include "tests/bench/plate_file.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "libqpcr/core/file.hpp"
#include "libqpcr/tabular/zip_writer.hpp"
#include "tests/curve/curve_data.hpp"

namespace qpcr::test {
namespace {

std::string make_document() {
  constexpr int wells = 384;
  constexpr int samples = 96;
  constexpr int cycles = 45;
  const std::vector<std::string> dyes{"FAM", "VIC", "NED", "CY5", "ROX"};
  Random random(1);
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdml xmlns=\"http://www.rdml.org\" version=\"1.3\">\n";
  for (const std::string& dye : dyes) xml += fmt::format("  <dye id=\"{}\"/>\n", dye);
  for (int i = 1; i <= samples; ++i)
    xml += fmt::format("  <sample id=\"S{}\">\n    <type>unkn</type>\n  </sample>\n", i);
  for (const std::string& dye : dyes) {
    xml += fmt::format("  <target id=\"T-{0}\">\n    <type>toi</type>\n    <dyeId id=\"{0}\"/>\n  </target>\n", dye);
  }
  xml +=
      "  <experiment id=\"e\">\n    <run id=\"r\">\n      <pcrFormat>\n        <rows>16</rows>\n"
      "        <columns>24</columns>\n        <rowLabel>ABC</rowLabel>\n        <columnLabel>123</columnLabel>\n"
      "      </pcrFormat>\n";
  for (int well = 0; well < wells; ++well) {
    xml += fmt::format("      <react id=\"{}\">\n        <sample id=\"S{}\"/>\n", well + 1, well % samples + 1);
    for (const std::string& dye : dyes) {
      const double middle = 20.0 + 18.0 * random.uniform();
      const double height = 20'000.0 + 10'000.0 * random.uniform();
      xml += fmt::format("        <data>\n          <tar id=\"T-{}\"/>\n          <cq>{:.4f}</cq>\n", dye, middle - 4);
      for (int cycle = 1; cycle <= cycles; ++cycle) {
        const double reading =
            1500.0 + 3.0 * cycle + height / (1.0 + std::exp((middle - cycle) / 1.6)) + 20.0 * (random.uniform() - 0.5);
        xml += fmt::format(
            "          <adp>\n            <cyc>{}</cyc>\n            <tmp>60.0</tmp>\n            "
            "<fluor>{:.3f}</fluor>\n"
            "          </adp>\n",
            cycle, reading);
      }
      xml += "        </data>\n";
    }
    xml += "      </react>\n";
  }
  return xml + "    </run>\n  </experiment>\n</rdml>\n";
}

}  // namespace

const std::string& document() {
  static const std::string xml = make_document();
  return xml;
}

const std::string& archive() {
  static const std::string bytes = zip_single_file("rdml_data.xml", document());
  return bytes;
}

ArchiveFile::ArchiveFile()
    : path_(std::filesystem::temp_directory_path() / fmt::format("qpcr_bench_{}.rdml", ::getpid())) {
  write_file(path_, archive());
}

ArchiveFile::~ArchiveFile() { std::filesystem::remove(path_); }

}  // namespace qpcr::test
