// Who ran what when on which instrument: experiment.xml and Manifest.mf of an .eds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "instruments/appbio_quantstudio/contents.hpp"
#include "libqpcr/tabular/xml.hpp"

namespace qpcr::appbio_quantstudio {

Experiment read_experiment(const XmlDocument& document);

/// Software and version, where the manifest says them.
void read_manifest(std::string_view manifest, Instrument& instrument);

/// "2020-02-20T17:06:48.585Z" of milliseconds since 1970; nothing outside the years 1970 to 9999.
std::optional<std::string> to_utc_text(long milliseconds);

}  // namespace qpcr::appbio_quantstudio
