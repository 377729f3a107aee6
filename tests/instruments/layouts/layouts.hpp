// Synthetic export files: one writer a reader, each from a plate whose contents are known.
#pragma once

#include <string>
#include <vector>

#include "libqpcr/core/run.hpp"

namespace qpcr::test {

/// A file of the committed corpus, tests/instruments/corpus/<reader>/<name>.
struct CorpusFile {
  std::string name;
  std::string bytes;
};

/// What a known plate holds.
struct KnownPlate {
  PlateGeometry plate{8, 12};
  int wells = 6;                         ///< from A1 on, along the rows
  std::vector<std::string> dyes{"FAM"};  ///< one target each: "target 1" …
  int cycles = 40;
  CurveKind kind = CurveKind::unknown;
  int decimals = 3;  ///< to which readings are rounded, so that texts hold them exactly
};

/// Wells in turn: a standard of 1000 copies, unknowns "sample 2" …, and in the last well a no-template control whose
/// curves are flat and without Cq. Rising curves are a ground of 100 and a logistic of height 1000 whose middle is the
/// well's; the vendor Cq, found, is the middle. The same on every processor.
RunData make_known_plate(const KnownPlate& options = {});

/// Synthetic files of each reader; what each holds is checked in the reader's test.
std::vector<CorpusFile> corpus_agilent_mxpro();
std::vector<CorpusFile> corpus_analytikjena_qtower();
std::vector<CorpusFile> corpus_appbio_export();
std::vector<CorpusFile> corpus_appbio_quantstudio();
std::vector<CorpusFile> corpus_appbio_sds();
std::vector<CorpusFile> corpus_biorad_cfx();
std::vector<CorpusFile> corpus_biorad_iq();
std::vector<CorpusFile> corpus_bms_mic();
std::vector<CorpusFile> corpus_cepheid_smartcycler();
std::vector<CorpusFile> corpus_chai_openqpcr();
std::vector<CorpusFile> corpus_dnatechnology_dtprime();
std::vector<CorpusFile> corpus_eppendorf_realplex();
std::vector<CorpusFile> corpus_esco_spectrum();
std::vector<CorpusFile> corpus_fluidigm_biomark();
std::vector<CorpusFile> corpus_illumina_eco();
std::vector<CorpusFile> corpus_mapped_table();
std::vector<CorpusFile> corpus_qiagen_rotorgene();
std::vector<CorpusFile> corpus_rdes();
std::vector<CorpusFile> corpus_rdml();
std::vector<CorpusFile> corpus_roche_lightcycler480();
std::vector<CorpusFile> corpus_roche_lightcycler96();
std::vector<CorpusFile> corpus_wide_table();

struct ReaderCorpus {
  std::string reader_id;
  std::vector<CorpusFile> (*make)();
};

/// All of them, in the order of the readers.
const std::vector<ReaderCorpus>& corpora();

}  // namespace qpcr::test
