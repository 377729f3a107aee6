// Plate set-up, protocol and experiment description of an .eds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "instruments/base/reader.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::appbio_quantstudio {

/// One target in one well as the plate was set up.
struct TargetTask {
  std::string target;
  std::string reporter;
  std::string task;                ///< "UNKNOWN", "STANDARD", "NTC" …
  std::optional<double> quantity;  ///< of a standard
};

struct WellSetup {
  std::string sample;
  std::vector<TargetTask> targets;
  bool omitted = false;
};

struct PlateSetup {
  std::optional<PlateGeometry> geometry;
  std::string passive_reference;
  std::map<long, WellSetup> wells;  ///< by zero-based row-major index
};

PlateSetup read_plate_setup(const XmlDocument& document, NotReadList& not_read);

/// A stage of the thermal protocol; collection points name it by its 1-based place in the list.
struct ProtocolStage {
  std::string flag;  ///< "CYCLING", "PRE_CYCLING", …
  std::optional<long> repetitions;
};

std::vector<ProtocolStage> read_protocol(const XmlDocument& document);

/// True for a stage that melts the product.
bool is_melt_stage(const ProtocolStage& stage);

/// Name, instrument, start time (milliseconds of Unix time, written as ISO 8601 UTC) and run state.
struct Experiment {
  std::string name;
  std::string run_state;
  std::string started_at;
  Instrument instrument;
};

Experiment read_experiment(const XmlDocument& document);

/// "2020-02-20T17:06:48.585Z" of milliseconds since 1970; nothing outside the years 1970 to 9999.
std::optional<std::string> to_utc_text(long milliseconds);

}  // namespace qpcr::appbio_quantstudio
