// The known plate, and the list of all corpora.
#include "tests/instruments/layouts/layouts.hpp"

#include <cmath>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"

namespace qpcr::test {
namespace {

double round_to(double value, int decimals) { return parse_double(format_fixed(value, decimals)).value_or(value); }

}  // namespace

RunData make_known_plate(const KnownPlate& options) {
  constexpr double ground = 100;
  constexpr double height = 1000;
  constexpr int first_middle = 20;
  RunData run;
  run.name = "known plate";
  run.plate = options.plate;
  for (int well = 0; well < options.wells; ++well) {
    const bool is_control = well + 1 == options.wells;
    for (std::size_t dye = 0; dye < options.dyes.size(); ++dye) {
      Measurement m;
      m.well = to_well(to_position(well, options.plate));
      m.target = fmt::format("target {}", dye + 1);
      m.dye = options.dyes[dye];
      m.role = is_control ? SampleRole::no_template_control : well == 0 ? SampleRole::standard : SampleRole::unknown;
      m.sample = is_control ? "NTC" : well == 0 ? "standard 1" : fmt::format("sample {}", well + 1);
      if (m.role == SampleRole::standard) m.quantity = 1000;
      const int middle = first_middle + well + static_cast<int>(dye);
      AmplificationCurve curve;
      curve.kind = options.kind;
      for (int cycle = 1; cycle <= options.cycles; ++cycle) {
        curve.cycles.push_back(cycle);
        const double rise = std::ldexp(1.0, cycle - middle);
        const double signal = is_control ? 0 : height * rise / (1 + rise);
        curve.fluorescence.push_back(round_to(ground + signal, options.decimals));
      }
      m.amplification.push_back(std::move(curve));
      if (is_control) {
        m.vendor.cq_status = CqStatus::no_amplification;
      } else {
        m.vendor.cq_status = CqStatus::found;
        m.vendor.cq_cycles = middle;
      }
      run.measurements.push_back(std::move(m));
    }
  }
  return run;
}

const std::vector<ReaderCorpus>& corpora() {
  static const std::vector<ReaderCorpus> list{
      {"agilent_mxpro", corpus_agilent_mxpro},
      {"analytikjena_qtower", corpus_analytikjena_qtower},
      {"appbio_export", corpus_appbio_export},
      {"appbio_quantstudio", corpus_appbio_quantstudio},
      {"appbio_sds", corpus_appbio_sds},
      {"biorad_cfx", corpus_biorad_cfx},
      {"biorad_iq", corpus_biorad_iq},
      {"bms_mic", corpus_bms_mic},
      {"cepheid_smartcycler", corpus_cepheid_smartcycler},
      {"chai_openqpcr", corpus_chai_openqpcr},
      {"dnatechnology_dtprime", corpus_dnatechnology_dtprime},
      {"eppendorf_realplex", corpus_eppendorf_realplex},
      {"esco_spectrum", corpus_esco_spectrum},
      {"fluidigm_biomark", corpus_fluidigm_biomark},
      {"illumina_eco", corpus_illumina_eco},
      {"mapped_table", corpus_mapped_table},
      {"qiagen_rotorgene", corpus_qiagen_rotorgene},
      {"rdes", corpus_rdes},
      {"rdml", corpus_rdml},
      {"roche_lightcycler480", corpus_roche_lightcycler480},
      {"roche_lightcycler96", corpus_roche_lightcycler96},
      {"wide_table", corpus_wide_table},
  };
  return list;
}

}  // namespace qpcr::test
