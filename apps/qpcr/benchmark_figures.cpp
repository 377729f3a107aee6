// Gathers what the benchmark's figures show and renders them.
#include "apps/qpcr/benchmark_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "libqpcr/core/text.hpp"
#include "libqpcr/curve/sigmoid.hpp"
#include "libqpcr/report/accuracy_figures.hpp"

namespace qpcr::apps {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_panels = 8;

VarianceFigure gather_variances(const SeriesScore& series) {
  VarianceFigure figure;
  figure.horizontal_label = "template copies in the reaction";
  figure.vertical_label = "variance of log10 quantity / slope²";
  figure.floor_label = "Poisson floor";
  figure.peers_label = "peers ({})";
  figure.outside_label = "peers outside the frame: {}";
  figure.floor_at_one_copy = derive_poisson_floor(1.0);
  for (const MethodScore& method : series.methods) {
    VarianceSeries& one = figure.series.emplace_back();
    one.label = method.method->id;
    one.peer = method.method->peer;
    for (const ConcentrationPerformance& point : method.performance.concentrations) {
      const double variance = method.performance.slope_corrected(point.log10_variance);
      if (variance > 0.0) one.points.push_back({point.expected, variance});
    }
  }
  return figure;
}

FitPanel gather_panel(const BenchmarkSet& set, std::size_t reaction, bool failed) {
  FitPanel panel;
  const BenchmarkReaction& one = set.reactions[reaction];
  panel.title = one.id;
  panel.detail = failed      ? "failed"
                 : one.blank ? "no template"
                             : fmt::format("{} {}", format_double(*one.amount), set.amount_column);
  const AmplificationCurve& curve = one.curve;
  for (std::size_t i = 0; i < curve.cycles.size(); ++i) {
    if (!std::isnan(curve.fluorescence[i])) panel.readings.push_back({curve.cycles[i], curve.fluorescence[i]});
  }
  for (const SigmoidModel model : {SigmoidModel::log_logistic_4, SigmoidModel::log_logistic_5}) {
    SigmoidOptions options;
    options.model = model;
    const SigmoidFit fit = fit_sigmoid(to_view(curve), options);
    FittedLine& line = panel.fits.emplace_back();
    const bool four = model == SigmoidModel::log_logistic_4;
    line.label = four ? "4 parameters, dotted: second-derivative maximum" : "5 parameters";
    double& mark = panel.marks.emplace_back(nan);
    if (fit.status == FitStatus::too_few_points || panel.readings.empty()) continue;
    constexpr int steps = 200;
    const double first = panel.readings.front().x;
    const double last = panel.readings.back().x;
    for (int i = 0; i <= steps; ++i) {
      const double cycle = first + (last - first) * i / steps;
      if (cycle > 0.0) line.curve.push_back({cycle, evaluate_sigmoid(fit, cycle)});
    }
    for (const Point& reading : panel.readings) {
      if (reading.x > 0.0) line.residuals.push_back({reading.x, reading.y - evaluate_sigmoid(fit, reading.x)});
    }
    const auto cycle = derive_second_derivative_maximum(fit);
    if (cycle && !failed && !one.blank) mark = cycle->cycle;
    panel.detail += fmt::format(" · RMS {} {}", four ? "4p" : "5p",
                                fmt::format("{:.3g}", std::sqrt(fit.residual_sum_of_squares / fit.points)));
  }
  return panel;
}

/// The first reaction of each amount, a blank that we call amplified, and what failed.
FitFigure gather_fits(const SetScore& score) {
  FitFigure figure;
  figure.cycle_label = "cycle";
  figure.fluorescence_label = "fluorescence";
  figure.residual_label = "residual";
  const BenchmarkSet& set = *score.set;
  std::set<double> seen;
  for (const std::size_t i : score.series.front().reactions) {
    if (figure.panels.size() + 2 >= most_panels || !seen.insert(*set.reactions[i].amount).second) continue;
    figure.panels.push_back(gather_panel(set, i, false));
  }
  for (std::size_t i = 0; i < set.reactions.size(); ++i) {
    if (!set.reactions[i].blank || !score.amplified[i]) continue;
    figure.panels.push_back(gather_panel(set, i, false));
    break;
  }
  if (!score.failed.empty()) figure.panels.push_back(gather_panel(set, score.failed.front(), true));
  return figure;
}

/// An SVG that stands alone, outside the page whose style names the font.
std::string render_file(const Drawing& drawing, const std::string& id, const std::string& title,
                        const std::string& description) {
  std::string svg = render_svg(drawing, id, title, description);
  svg.insert(std::string_view("<svg").size(), " font-family=\"Noto Sans, DejaVu Sans, sans-serif\"");
  return svg + "\n";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> render_benchmark_figures(const BenchmarkScores& scores) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const SetScore& score : scores.sets) {
    if (score.series.empty()) continue;
    const std::string& name = score.set->name;
    if (score.set->is_absolute() && score.series.size() == 1 &&
        score.series.front().methods.front().groups.size() > 1) {
      const Drawing drawing = draw_variance(gather_variances(score.series.front()));
      files.emplace_back("variance_" + name + ".svg",
                         render_file(drawing, "variance-" + name, "Variance against the Poisson floor, " + name,
                                     "Variance of log10 quantity at each number of copies for every method, peers in "
                                     "grey, and the smallest variance that counting molecules allows."));
    }
    const Drawing drawing = draw_fits(gather_fits(score));
    files.emplace_back(
        "fits_" + name + ".svg",
        render_file(drawing, "fits-" + name, "Curves with fits and residuals, " + name,
                    "One reaction of each amount with its 4- and 5-parameter fit, and what the fits leave "
                    "over."));
  }
  return files;
}

}  // namespace qpcr::apps
