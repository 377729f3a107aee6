// Writes the synthetic files of rdml exports.
#include <string>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"
#include "tests/tabular/make_zip.hpp"

namespace qpcr::test {
namespace {

struct Style {
  std::string version = "1.3";
  bool labels = false;  ///< version 1.0: wells as labels, dyes and the format as text
  std::string prefix;   ///< of elements: "rdml:"
  bool everything = false;
};

std::string code_of(SampleRole role) {
  return role == SampleRole::standard ? "std" : role == SampleRole::no_template_control ? "ntc" : "unkn";
}

/// An open tag or an end tag has the prefix of the style.
std::string with_prefix(std::string xml, const std::string& prefix) {
  if (prefix.empty()) return xml;
  for (std::size_t at = 0; (at = xml.find('<', at)) != std::string::npos; ++at) {
    if (xml[at + 1] != '?') xml.insert(xml[at + 1] == '/' ? at + 2 : at + 1, prefix);
  }
  return xml;
}

std::string render_data(const Measurement& m, const Style& style) {
  std::string xml = fmt::format("<data><tar id=\"{}\"/><cq>{}</cq>", m.target,
                                m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles) : "-1.0");
  if (style.everything)
    xml += "<N0>1.5e-9</N0><ampEffMet>LinRegPCR</ampEffMet><ampEff>1.9</ampEff><meltTemp>82.5</meltTemp>";
  if (style.everything && m.well.label == "A3") xml += "<excl>bubble</excl>";
  if (style.everything && m.well.label == "A2") xml += "<note>pipetted twice</note>";
  const AmplificationCurve& curve = m.amplification.front();
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    xml += fmt::format("<adp><cyc>{}</cyc>{}<fluor>{}</fluor></adp>", format_double(curve.cycles[i]),
                       style.everything ? "<tmp>60.5</tmp>" : "", format_double(curve.fluorescence[i]));
  }
  if (style.everything) {
    xml +=
        "<mdp><tmp>65</tmp><fluor>9</fluor></mdp><mdp><tmp>66</tmp><fluor>7.5</fluor></mdp><endPt>3.5</endPt>"
        "<bgFluor>100</bgFluor><quantFluor>101.6</quantFluor>";
  }
  return xml + "</data>";
}

std::string render(const Style& style) {
  KnownPlate options;
  options.dyes = {"FAM", "HEX"};
  options.cycles = 8;
  const RunData run = make_known_plate(options);
  std::string xml =
      fmt::format("<?xml version=\"1.0\"?>\n<rdml version=\"{}\" {}=\"http://www.rdml.org\">\n", style.version,
                  style.prefix.empty() ? "xmlns" : "xmlns:" + style.prefix.substr(0, style.prefix.size() - 1));
  xml += "<dateMade>2026-01-02T03:04:05</dateMade>\n";
  if (style.everything) {
    xml +=
        "<experimenter id=\"p\"><firstName>Ada</firstName><lastName>Example</lastName></experimenter>\n"
        "<thermalCyclingConditions id=\"c\"><step><nr>1</nr><temperature><temperature>95</temperature><duration>600"
        "</duration></temperature></step><step><nr>2</nr><temperature><temperature>95</temperature><duration>15"
        "</duration></temperature></step><step><nr>3</nr><temperature><temperature>60</temperature><duration>60"
        "</duration><measure>real time</measure></temperature></step><step><nr>4</nr><loop><goto>2</goto><repeat>8"
        "</repeat></loop></step><step><nr>5</nr><gradient><highTemperature>95</highTemperature><lowTemperature>60"
        "</lowTemperature><duration>5</duration><measure>meltcurve</measure></gradient></step>"
        "</thermalCyclingConditions>\n";
  }
  if (!style.labels) xml += "<dye id=\"FAM\"/><dye id=\"HEX\"/>\n";
  std::string reacts;
  for (std::size_t i = 0; i < run.measurements.size(); i += 2) {
    const Measurement& m = run.measurements[i];
    xml += fmt::format("<sample id=\"{}\"><type>{}</type>{}</sample>\n", m.sample, code_of(m.role),
                       m.quantity ? "<quantity><value>1000</value><unit>cop</unit></quantity>" : "");
    reacts += fmt::format("<react id=\"{}\"><sample id=\"{}\"/>{}{}</react>\n",
                          style.labels ? m.well.label : std::to_string(i / 2 + 1), m.sample, render_data(m, style),
                          render_data(run.measurements[i + 1], style));
  }
  for (const char* dye : {"FAM", "HEX"}) {
    const char* target = std::string_view(dye) == "FAM" ? "target 1" : "target 2";
    xml += style.labels ? fmt::format("<target id=\"{}\"><type>toi</type><dyeId>{}</dyeId></target>\n", target, dye)
                        : fmt::format("<target id=\"{}\"><type>toi</type><dyeId id=\"{}\"/></target>\n", target, dye);
  }
  xml += "<experiment id=\"experiment\"><run id=\"run\">";
  if (style.everything) {
    xml +=
        "<description>second try</description><experimenter id=\"p\"/><instrument>made up</instrument>"
        "<dataCollectionSoftware><name>soft</name><version>2</version></dataCollectionSoftware>"
        "<thermalCyclingConditions id=\"c\"/>";
  }
  xml += style.labels ? "<pcrFormat>96-well plate; A1-H12</pcrFormat>"
                      : "<pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel><columnLabel>123"
                        "</columnLabel></pcrFormat>";
  if (style.everything) xml += "<runDate>2026-01-02T03:04:05</runDate>";
  xml += "\n" + reacts + "</run></experiment></rdml>\n";
  return with_prefix(std::move(xml), style.prefix);
}

std::string zip(const std::string& member, const std::string& bytes, std::string_view prefix = {}) {
  ZipEntry entry;
  entry.name = member;
  entry.bytes = bytes;
  return make_zip({entry}, prefix);
}

}  // namespace

std::vector<CorpusFile> corpus_rdml() {
  Style old;
  old.version = "1.0";
  old.labels = true;
  Style prefixed;
  prefixed.version = "1.2";
  prefixed.prefix = "rdml:";
  Style all;
  all.version = "1.4";
  all.everything = true;
  Style vendor;
  vendor.version = "1.1";
  return {{"version 1.3.rdml", zip("rdml_data.xml", render({}))},
          {"version 1.0.rdml", zip("rdml_data.xml", render(old))},
          {"prefixes in a temporary folder.rdml", zip("var/folders/T//x/rdml_data.xml", render(prefixed))},
          {"everything, version 1.4.rdml", zip("rdml_data.xml", render(all))},
          {"split marker, version 1.1.rdml", zip("plate of a vendor.xml", render(vendor), "PK\x07\x08")},
          {"document alone.xml", render({})}};
}

}  // namespace qpcr::test
