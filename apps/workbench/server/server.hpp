// The workbench's HTTP server on the loopback interface.
#pragma once

#include <filesystem>
#include <functional>

#include "libqpcr/report/catalogue.hpp"

namespace qpcr::apps {

struct WorkbenchOptions {
  std::filesystem::path assays;  ///< folder of definitions
  int port = 0;                  ///< 0: any free one
  Language language = Language::zh;
};

/// Serves until SIGINT or SIGTERM. `on_listening` is told the port. @throws Error for a bad definition or a port in
/// use.
void serve(const WorkbenchOptions& options, const std::function<void(int)>& on_listening);

}  // namespace qpcr::apps
