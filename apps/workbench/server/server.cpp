// Routes, limits and headers of the workbench.
#include "apps/workbench/server/server.hpp"

#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <httplib.h>

#include "apps/common/console.hpp"
#include "apps/workbench/server/page.hpp"
#include "instruments/registry.hpp"
#include "libqpcr/assay/analysis.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/file.hpp"
#include "libqpcr/report/plate_report.hpp"

namespace qpcr::apps {
namespace {

constexpr std::size_t largest_payload_bytes = std::size_t{64} << 20U;
constexpr std::string_view style =
    "body{font-family:system-ui,'Noto Sans CJK SC',sans-serif;margin:0;line-height:1.5;background:#fff;color:#1a1a1a}"
    "main{max-width:40rem;margin:3rem auto;padding:0 1rem}h1{font-size:1.5rem}button{font:inherit;padding:.5rem 1.5rem}"
    "input,select{font:inherit;max-width:100%}[role=alert]{border-left:.3rem solid #b00;padding-left:.8rem}"
    "@media(prefers-color-scheme:dark){body{background:#16181c;color:#e8e8e8}a{color:#8ab4f8}}";

struct LoadedAssay {
  AssayIdentity identity;
  AssayDefinition definition;
};

std::vector<LoadedAssay> load_assays(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code fault;
  for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
    if (entry.path().extension() == ".toml") paths.push_back(entry.path());
  }
  if (paths.empty()) refuse_option("--assays", folder.string(), "a folder with assay definitions (*.toml)");
  std::sort(paths.begin(), paths.end());
  std::vector<LoadedAssay> assays;
  for (const std::filesystem::path& path : paths) {
    AssayDefinition definition = read_assay(path);
    AssayIdentity identity = identify(definition);
    assays.push_back({std::move(identity), std::move(definition)});
  }
  return assays;
}

class Workbench {
 public:
  explicit Workbench(const WorkbenchOptions& options) : options_(options), assays_(load_assays(options.assays)) {}

  void answer_start(const httplib::Request& request, httplib::Response& response) const {
    std::vector<AssayIdentity> identities;
    for (const LoadedAssay& assay : assays_) identities.push_back(assay.identity);
    response.set_content(render_start_page(identities, language_of(request)), "text/html; charset=utf-8");
  }

  void answer_analyze(const httplib::Request& request, httplib::Response& response) const {
    const Language language = language_of(request);
    try {
      response.set_content(analyze(request, language), "text/html; charset=utf-8");
    } catch (const Error& error) {
      response.status = describe(error.code()).http_status;
      response.set_content(render_error_page(error.what(), language), "text/html; charset=utf-8");
    }
  }

 private:
  Language language_of(const httplib::Request& request) const {
    return parse_language(request.get_param_value("lang")).value_or(options_.language);
  }

  const AssayDefinition& find_assay(const std::string& sha256) const {
    for (const LoadedAssay& assay : assays_) {
      if (assay.identity.sha256 == sha256) return assay.definition;
    }
    refuse_option("assay", sha256, "the SHA-256 of an offered definition");
  }

  std::string analyze(const httplib::Request& request, Language language) const {
    const AssayDefinition& assay = find_assay(request.get_file_value("assay").content);
    std::vector<InputFile> files;
    const auto [begin, end] = request.files.equal_range("run");
    for (auto it = begin; it != end; ++it) {
      const std::string name = std::filesystem::path(it->second.filename).filename().string();
      files.push_back({name, name, it->second.content});
    }
    if (files.empty()) refuse_option("run", "", "at least one instrument file");
    CovariateTable covariates;
    const httplib::MultipartFormData table = request.get_file_value("covariates");
    if (!table.content.empty()) covariates = parse_covariates(table.content, table.filename, assay);
    const std::vector<Run> runs = load_files(std::move(files));
    if (runs.size() != 1) refuse_option("run", fmt::format("{} runs", runs.size()), "the files of one run");
    const PlateResult result = analyze_run(runs.front(), assay, covariates);
    return render_html(build_plate_report(runs.front(), result, PlateReportOptions{language}));
  }

  WorkbenchOptions options_;
  std::vector<LoadedAssay> assays_;
};

/// Another name than loopback's in Host means a page elsewhere resolves to this machine (DNS rebinding).
bool is_local_request(const httplib::Request& request, int port) {
  const std::string host = request.get_header_value("Host");
  const auto local = [port](std::string_view name) { return fmt::format("{}:{}", name, port); };
  if (host != local("127.0.0.1") && host != local("localhost")) return false;
  const std::string origin = request.get_header_value("Origin");
  return origin.empty() || origin == "http://" + host;
}

httplib::Server* running = nullptr;

void stop_running(int) {
  if (running != nullptr) running->stop();
}

}  // namespace

void serve(const WorkbenchOptions& options, const std::function<void(int)>& on_listening) {
  const Workbench workbench(options);
  httplib::Server server;
  // The default pool stalls when as many sockets as it has threads send nothing; a deep queue and short reads keep it
  // answering.
  server.new_task_queue = [] { return new httplib::ThreadPool(32); };
  server.set_payload_max_length(largest_payload_bytes);
  server.set_read_timeout(5, 0);
  server.set_write_timeout(10, 0);
  server.set_keep_alive_max_count(20);
  server.set_keep_alive_timeout(2);
  server.set_default_headers(
      {{"Content-Security-Policy",
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"},
       {"X-Content-Type-Options", "nosniff"},
       {"Referrer-Policy", "no-referrer"},
       {"Cache-Control", "no-store"}});
  int port = options.port;
  server.set_pre_routing_handler([&port](const httplib::Request& request, httplib::Response& response) {
    if (is_local_request(request, port)) return httplib::Server::HandlerResponse::Unhandled;
    response.status = 403;
    response.set_content("this server answers on this machine alone\n", "text/plain");
    return httplib::Server::HandlerResponse::Handled;
  });
  server.Get("/", [&](const httplib::Request& request, httplib::Response& response) {
    workbench.answer_start(request, response);
  });
  server.Get("/style.css", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(style), "text/css; charset=utf-8");
  });
  server.Post("/analyze", [&](const httplib::Request& request, httplib::Response& response) {
    workbench.answer_analyze(request, response);
  });
  if (port == 0) {
    port = server.bind_to_any_port("127.0.0.1");
  } else if (!server.bind_to_port("127.0.0.1", port)) {
    refuse_option("--port", std::to_string(port), "a port that is free");
  }
  running = &server;
  std::signal(SIGINT, stop_running);
  std::signal(SIGTERM, stop_running);
  on_listening(port);
  server.listen_after_bind();
  running = nullptr;
}

}  // namespace qpcr::apps
