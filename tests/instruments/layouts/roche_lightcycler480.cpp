// Writes the synthetic files of roche_lightcycler480 exports.
#include <bit>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "tests/instruments/layouts/layouts.hpp"

namespace qpcr::test {
namespace {

constexpr std::string_view experiment = "Made-up experiment";

/// The plate of all these files: six wells, readings with two decimals.
RunData make_plate(std::vector<std::string> filters) {
  KnownPlate options;
  options.dyes = std::move(filters);
  options.decimals = 2;
  return make_known_plate(options);
}

struct TextStyle {
  std::string line_end = "\r\n";
  bool decimal_comma = false;
  bool mixed_line_ends = false;
};

std::string number(double value, const TextStyle& style, int decimals = 2) {
  std::string text = format_fixed(value, decimals);
  if (style.decimal_comma) {
    if (const std::size_t dot = text.find('.'); dot != std::string::npos) text[dot] = ',';
  }
  return text;
}

/// Pre-incubation, amplification, melting from 60 to 65 °C, and cooling, in programs 1 to 4.
std::string render_raw(const RunData& run, const std::vector<std::string>& filters, const TextStyle& style,
                       bool all_programs) {
  std::string text = fmt::format("Raw Data \t\tExperiment - {} (Run on LCS480 1.5.0.39){}", experiment, style.line_end);
  text += "SamplePos\tSampleName\tProg#\tSeg#\tCycle#\tTime\tTemp\t";
  for (const std::string& filter : filters) text += filter + "\t";
  text += style.line_end;
  long time = 0;
  for (std::size_t i = 0; i < run.measurements.size(); i += filters.size()) {
    const Measurement& first = run.measurements[i];
    const auto add_row = [&](int program, int cycle, double temperature, auto value_of) {
      time += 1500;
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t", first.well.label, first.sample, program, 1, cycle, time,
                          number(temperature, style));
      for (std::size_t k = 0; k < filters.size(); ++k) text += number(value_of(run.measurements[i + k]), style) + "\t";
      text += style.mixed_line_ends && cycle % 2 == 0 ? "\r" : style.line_end;
    };
    if (all_programs) add_row(1, 1, 95, [](const Measurement&) { return 90.5; });
    const std::size_t cycles = first.amplification.front().cycles.size();
    for (std::size_t c = 0; c < cycles; ++c) {
      add_row(2, static_cast<int>(c) + 1, 59.75,
              [&](const Measurement& m) { return m.amplification.front().fluorescence[c]; });
    }
    if (!all_programs) continue;
    for (int step = 0; step <= 10; ++step)
      add_row(3, 1, 60 + 0.5 * step, [&](const Measurement&) { return 50.0 - step; });
    for (int step = 0; step <= 5; ++step) add_row(4, 1, 90 - 10 * step, [](const Measurement&) { return 20.0; });
  }
  return text;
}

std::string render_results(const RunData& run, const std::string& filter, const TextStyle& style) {
  std::string text = fmt::format("Experiment: {}  Selected Filter: FAM ({}){}", experiment, filter, style.line_end);
  text += "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus" + style.line_end;
  for (const Measurement& m : run.measurements) {
    if (m.dye != filter) continue;
    // The third well was left out of the analysis, and the second's crossing point is late.
    const bool included = m.well.label != "A3";
    const std::string point = m.vendor.cq_cycles && included ? number(*m.vendor.cq_cycles, style) : "";
    text += fmt::format("{}\t255\t{}\t{}\t{}\t{}\t{}\t{}{}", included ? "True" : "False", m.well.label, m.sample, point,
                        point.empty()         ? ""
                        : style.decimal_comma ? "1,01E3"
                                              : "1.01E3",
                        m.quantity ? format_double(*m.quantity) : "0", m.well.label == "A2" ? ">" : "", style.line_end);
  }
  return text;
}

std::string render_groups(const RunData& run, const std::string& filter) {
  std::string text = fmt::format("Experiment: {}  Selected Filter: FAM ({})\r\n", experiment, filter);
  text += "Include\tColor\tPos\tName\tGroup\tScore\tRes\tStatus\r\n";
  for (const Measurement& m : run.measurements) {
    if (m.dye == filter) text += fmt::format("True\t151\t{}\t{}\t2\t0.9\t0.25\t\r\n", m.well.label, m.sample);
  }
  return text;
}

std::string render_temperatures(const RunData& run) {
  std::string text = fmt::format("Experiment: {}  Selected Filter: FAM (465-510)\n", experiment);
  text += "Include\tColor\tPos\tName\tTm1\tArea1\tTm2\tStatus\n";
  for (const Measurement& m : run.measurements)
    text += fmt::format("True\t151\t{}\t{}\t82.5\t1.5\t\t\n", m.well.label, m.sample);
  return text;
}

std::string render_quoted(const RunData& run) {
  std::string text =
      "\"Experiment Name\"\t\"Analysis "
      "Name\"\tIncluded\tPosition\t\"SampleName\"\tCrossingPoint\tConcentration\tStandard\t"
      "\"StatusCodes\"\t\"StatusDesc\"\tCall\tCpUncertain\tCpState\r\n";
  for (const char* analysis :
       {"Abs Quant/Fit Points for All Samples", "Abs Quant/2nd Derivative Max for All Samples"}) {
    for (const Measurement& m : run.measurements) {
      const bool positive = m.vendor.cq_cycles.has_value();
      // The negative well of the second analysis carries a number all the same.
      const bool is_second = std::string_view(analysis).find("2nd") != std::string_view::npos;
      const std::string point = positive    ? format_double(*m.vendor.cq_cycles + (is_second ? 0.125 : 0))
                                : is_second ? "39.5"
                                            : " ";
      text += fmt::format("\"{}\"\t\"{}\"\t1\t{}\t\"{}\"\t{}\t \t \t\" \"\t\" \"\t{}\t{}\tcpsNormal\r\n", experiment,
                          analysis, m.well.label, m.sample, point, positive ? "pdcPositive" : "pdcNegative",
                          m.well.label == "A2" ? 1 : 0);
    }
  }
  return text;
}

std::string render_end_points(const RunData& run) {
  std::string text = "Eperiment_name\tPosition\tSample\tEPF\tCp\tStatus\tTm1\tTm2\n";
  for (const Measurement& m : run.measurements) {
    text +=
        fmt::format("{}\t{}\t {}\t6.5\t{}\t\t{}\t\n", experiment, m.well.label, m.sample,
                    m.vendor.cq_cycles ? format_double(*m.vendor.cq_cycles) : "", m.vendor.cq_cycles ? "82.25" : "");
  }
  return text;
}

std::string render_sample_info(const RunData& run) {
  std::string text =
      "General:Pos\tGeneral:Sample Name\tGeneral:Repl. Of\tGeneral:Filt. Comb.\tGeneral:Target Name\tAbs Quant:Sample "
      "Type\tAbs Quant:Concentration\n";
  for (const Measurement& m : run.measurements) {
    const char* type = m.role == SampleRole::standard              ? "Standard"
                       : m.role == SampleRole::no_template_control ? "Negative Control"
                                                                   : "Unknown";
    text += fmt::format("{}\t{}\t\t{}\t{}\t{}\t{}\n", m.well.label, m.sample, m.dye, m.target, type,
                        m.quantity ? format_double(*m.quantity) : "");
  }
  return text;
}

std::string encode_base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = (group << 8U) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : alphabet[(group >> (18 - 6 * k)) & 63U];
  }
  return text;
}

/// RFC 1950 with blocks that are stored (RFC 1951, 3.2.4).
std::string store_as_zlib(std::string_view bytes) {
  constexpr std::size_t longest = 65'535;
  constexpr std::uint32_t modulus = 65'521;
  std::string stream = "\x78\x01";
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const char c : bytes) {
    low = (low + static_cast<unsigned char>(c)) % modulus;
    high = (high + low) % modulus;
  }
  for (std::size_t at = 0; at < bytes.size(); at += longest) {
    const std::string_view block = bytes.substr(at, longest);
    stream += at + longest >= bytes.size() ? '\x01' : '\x00';
    const auto length = static_cast<std::uint32_t>(block.size());
    for (const std::uint32_t value : {length, ~length}) {
      stream += static_cast<char>(value & 0xFFU);
      stream += static_cast<char>((value >> 8U) & 0xFFU);
    }
    stream += block;
  }
  for (const std::uint32_t value : {high, low}) {
    stream += static_cast<char>((value >> 8U) & 0xFFU);
    stream += static_cast<char>(value & 0xFFU);
  }
  return stream;
}

std::string real(double value) { return fmt::format("${:016X}", std::bit_cast<std::uint64_t>(value)); }

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("<prop name=\"{}\">{}</prop>", name, value);
}

/// Readings of a plate of 4 × 6 wells: what the software shows is stored × 20000 / (2 × 5000).
std::string acquisition(double temperature, const std::vector<double>& shown) {
  std::string points;
  for (const double value : shown) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value / 2));
    for (unsigned i = 0; i < 4; ++i) points += static_cast<char>((bits >> (8 * i)) & 0xFFU);
  }
  return "<obj name=\"Item\" class=\"THTCFloAcquisition\" version=\"3\">" + property("Time", "1000") +
         property("Temp", real(temperature)) + property("Channel", "0") + property("Valid", "1") +
         property("IntgrTime", "5000") + property("RefValue", real(2)) + property("ScalingFactor", "20000") +
         property("FloPoints", encode_base64(points)) + "</obj>";
}

std::string cycle(int program, int number, const std::string& acquisitions) {
  return "<obj name=\"Item\" class=\"TCycle\" version=\"1\">" + property("Program", std::to_string(program)) +
         property("Segment", "1") + property("Cycle", std::to_string(number)) + "<list name=\"Acquisitions\">" +
         acquisitions + "</list></obj>\n";
}

std::string render_ixo() {
  constexpr int wells = 24;
  KnownPlate options;
  options.plate = {4, 6};
  options.wells = wells;
  options.cycles = 12;
  options.decimals = 0;
  options.dyes = {"465-510"};
  const RunData run = make_known_plate(options);
  std::string store = "<obj name=\"root\" class=\"HTCAcquisitionStore\" version=\"1\">" +
                      property("ChannelCount", "1") + property("SampleCount", "24") + "<list name=\"Cycles\">\n";
  for (int c = 0; c < options.cycles; ++c) {
    std::vector<double> shown;
    for (const Measurement& m : run.measurements)
      shown.push_back(m.amplification.front().fluorescence[static_cast<std::size_t>(c)]);
    store += cycle(1, c, acquisition(60, shown));
  }
  std::string melting;
  for (int step = 0; step <= 8; ++step) melting += acquisition(65 + step, std::vector<double>(wells, 100 - 4 * step));
  store += cycle(2, 0, melting) + "</list></obj>";

  std::string samples;
  std::string results;
  for (int i = 0; i < wells; ++i) {
    const Measurement& m = run.measurements[static_cast<std::size_t>(i)];
    const char* type = m.role == SampleRole::standard              ? "qsStandard"
                       : m.role == SampleRole::no_template_control ? "qsNegative"
                                                                   : "qsUnknown";
    samples +=
        "<obj name=\"item\" class=\"SamplePropInfo\">" + property("ContainerPosition", std::to_string(i)) +
        "<obj name=\"SampleProperties\"><list name=\"emlist\"><obj name=\"item\" class=\"GenSampleEditName\">" +
        property("name", m.sample) +
        "</obj></list></obj><obj name=\"ChannelProperties\"><obj name=\"ChannelProperties\"><list name=\"emlist\">"
        "<obj name=\"item\"><list name=\"emlist\"><obj name=\"item\" class=\"TargetName\"><obj "
        "name=\"ChannelProp\">" +
        property("ChannelIdx", "0") + "</obj>" + property("name", m.target) +
        "</obj><obj name=\"item\" class=\"QuantSampleTypeProperty\">" + property("SampleType", type) +
        "</obj><obj name=\"item\" class=\"QuantConcProperty\">" + property("Concentration", m.quantity ? "1000" : "0") +
        "</obj></list></obj></list></obj></obj></obj>\n";
    const bool positive = m.vendor.cq_cycles.has_value();
    // Well 3 is left out, and well 4 is called neither positive nor negative.
    results += "<obj name=\"item\" class=\"QuantSampleB\" version=\"2\">" + property("IsIncluded", i == 2 ? "0" : "1") +
               property("Pos", std::to_string(i)) +
               property("Call", i == 3     ? "1"
                                : positive ? "2"
                                           : "0") +
               property("CrossingPoint", positive ? format_double(*m.vendor.cq_cycles) : "0") + "</obj>\n";
  }
  const auto program = [](const char* name, const char* mode, int cycles, const char* segments) {
    return "<obj name=\"item\" class=\"HTCRunProgram\">" + property("name", name) + property("AnalysisMode", mode) +
           property("Cycles", std::to_string(cycles)) + "<obj name=\"Segments\"><list name=\"emlist\">" + segments +
           "</list></obj></obj>\n";
  };
  const std::string denature = "<obj name=\"item\" class=\"HTCRunSegment\">" + property("Target", "95") +
                               property("Hold", "10") + property("AcquisitionMode", "0") + "</obj>";
  const std::string anneal = "<obj name=\"item\" class=\"HTCRunSegment\">" + property("Target", "60") +
                             property("Hold", "30") + property("AcquisitionMode", "1") + "</obj>";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<objectstream signature=\"IXOS\" version=\"1\">\r\n"
         "<obj name=\"root\" class=\"HTCExperiment\" version=\"5\">" +
         property("name", experiment) + property("SWVersion", "LCS480 1.5.1.62") +
         "<obj name=\"run\" class=\"HTCRun\" version=\"7\">" + property("StartTime", "2026-01-02 03:04:05") +
         property("EndTime", "2026-01-02 04:05:06") + property("InstrumentName", "LightCycler 480 - LED lamp") +
         property("InstrumentID", "1234") + "<obj name=\"Protocol\"><obj name=\"Programs\"><list name=\"emlist\">\r\n" +
         program("Pre-incubation", "None", 1, denature.c_str()) +
         program("Amplification", "Quantification", options.cycles, (denature + anneal).c_str()) +
         program("Melting", "Melting Curves", 1, anneal.c_str()) +
         "</list><obj name=\"Container\" class=\"HTCBlockType\">" + property("RowCount", "4") +
         property("ColCount", "6") + "</obj><obj name=\"DetectionFormats\">" + property("DefFormatName", "One") +
         "<list name=\"emlist\"><obj name=\"item\" class=\"HTCDetectionFormat\">" + property("name", "One") +
         "<list name=\"emlist\"><obj name=\"item\" class=\"HTCChannel\">" + property("name", "465-510") +
         property("ExcitationWL", "465") + property("EmissionWL", "510") +
         "</obj></list></obj></list></obj></obj></obj>" +
         property("AcquisitionStore", encode_base64(store_as_zlib(store))) +
         "</obj>\r\n<obj name=\"AnlsAndSampleInfo\"><obj name=\"SampleInfoList\"><list name=\"emlist\">" + samples +
         "</list></obj></obj>\r\n<obj name=\"analyses\"><list name=\"emlist\"><obj name=\"item\" class=\"Legacy "
         "Absolute "
         "Quantification Analysis\">" +
         property("name", "Abs Quant/2nd Derivative Max") + "<obj name=\"ChannelRatio\">" +
         property("NumeratorXWL", "465") + property("NumeratorEWL", "510") + property("DenominatorEWL", "0") +
         "</obj><obj name=\"AnaSamples\"><list name=\"emlist\">" + results +
         "</list></obj></obj></list></obj></obj></objectstream>\r\n$0123ABCD 4567EF01 89ABCDEF 01234567\r\n";
}

}  // namespace

std::vector<CorpusFile> corpus_roche_lightcycler480() {
  const std::vector<std::string> one{"465-510"};
  const std::vector<std::string> two{"465-510", "533-580"};
  const RunData plate = make_plate(one);
  const RunData duplex = make_plate(two);
  TextStyle comma;
  comma.decimal_comma = true;
  TextStyle old_lines;
  old_lines.line_end = "\r";
  TextStyle mixed;
  mixed.mixed_line_ends = true;
  return {{"plate.txt", render_raw(plate, one, {}, true)},
          {"plate-ct.txt", render_results(plate, "465-510", {})},
          {"plate-melt.txt", render_groups(plate, "465-510")},
          {"comma.txt", render_raw(plate, one, comma, false)},
          {"comma_Cq.txt", render_results(plate, "465-510", comma)},
          {"duplex.txt", render_raw(duplex, two, mixed, false)},
          {"duplex_SampleInfo.txt", render_sample_info(duplex)},
          {"old lines.txt", render_results(plate, "465-510", old_lines)},
          {"temperatures.txt", render_temperatures(plate)},
          {"quoted.txt", render_quoted(plate)},
          {"end points.txt", render_end_points(plate)},
          {"experiment.ixo", render_ixo()}};
}

}  // namespace qpcr::test
