// Lines of the terminal summary.
#include "libqpcr/report/text_summary.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "libqpcr/report/markup.hpp"
#include "libqpcr/report/plate_view.hpp"

namespace qpcr {
namespace {

constexpr std::string_view reset = "\x1b[0m";

std::string_view ansi(Tone tone) {
  switch (tone) {
    case Tone::positive:
      return "\x1b[1;31m";
    case Tone::negative:
      return "\x1b[36m";
    case Tone::indeterminate:
    case Tone::warning:
      return "\x1b[33m";
    case Tone::invalid:
      return "\x1b[1;35m";
    case Tone::good:
      return "\x1b[1;32m";
    default:
      return "\x1b[1m";
  }
}

class Lines {
 public:
  explicit Lines(bool colour) : colour_(colour) {}

  void add(const std::string& text) { out += text + "\n"; }
  std::string paint(const std::string& text, Tone tone) const {
    return colour_ ? fmt::format("{}{}{}", ansi(tone), text, reset) : text;
  }

  std::string out;

 private:
  bool colour_;
};

/// A name in one line, free of control characters (a terminal would obey them).
std::string one_line(const std::string& text) {
  std::string clean = clean_text(text);
  for (char& c : clean) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return clean;
}

std::string outcome_words(Outcome outcome, Language language, const Lines& lines) {
  const OutcomeLook look = describe(outcome);
  return lines.paint(fmt::format("{} {}", look.symbol, label("outcome", to_string(outcome), language)), look.tone);
}

void add_call(Lines& lines, const SampleCall& call, Language language) {
  const std::string imputed =
      call.depends_on_imputed_cq ? "  † " + render_text("report.depends_on_imputed", language) : std::string{};
  lines.add(fmt::format("  {}  {}{}", outcome_words(call.outcome, language, lines), one_line(call.sample), imputed));
  for (const Message& reason : call.reasons) lines.add("      " + one_line(render_message(reason, language)));
  for (const Message& flag : call.flags) lines.add("      ⚑ " + one_line(render_message(flag, language)));
  if (call.repeat) lines.add("      ↻ " + one_line(render_message(*call.repeat, language)));
}

/// A positive sample and why, in one line; a rule that is met as its value and limit.
void add_positive(Lines& lines, const SampleCall& call, Language language) {
  std::string why;
  for (const Message& reason : call.reasons) {
    Message brief = reason;
    if (reason.id == "rule_met") brief.id = "report.rule_met_brief";
    why += (why.empty() ? "" : render_text("report.clause_separator", language)) +
           one_line(render_message(brief, language));
  }
  const std::string imputed =
      call.depends_on_imputed_cq ? "  † " + render_text("report.depends_on_imputed", language) : std::string{};
  lines.add(fmt::format("  {}  {}{}", one_line(call.sample), why, imputed));
}

}  // namespace

std::string render_text_summary(const PlateResult& result, Language language, bool colour) {
  Lines lines(colour);
  const std::string mark = marking(result, language);
  if (!mark.empty()) lines.add(lines.paint(mark, Tone::invalid));
  lines.add(fmt::format("{}  {} {}", one_line(result.run), result.assay.id, result.assay.version));
  lines.add(result.run_valid ? lines.paint("✓ " + render_text("report.batch_valid", language), Tone::good)
                             : lines.paint("✗ " + render_text("report.batch_invalid", language), Tone::invalid));
  for (const Message& reason : result.run_reasons) lines.add("    " + one_line(render_message(reason, language)));

  std::string counts =
      render_message(Message{"report.summary_samples", {{"count", fmt::format("{}", result.calls.size())}}}, language);
  for (const Outcome outcome :
       {Outcome::positive, Outcome::negative, Outcome::indeterminate, Outcome::invalid, Outcome::scored}) {
    if (outcome == Outcome::scored && count_calls(result, outcome) == 0) continue;
    counts += fmt::format("   {} {}", outcome_words(outcome, language, lines), count_calls(result, outcome));
  }
  lines.add(counts);

  std::vector<const SampleCall*> positives;
  std::vector<const SampleCall*> reviews;
  for (const SampleCall& call : result.calls) {
    if (call.needs_review) {
      reviews.push_back(&call);
    } else if (call.outcome == Outcome::positive) {
      positives.push_back(&call);
    }
  }
  if (!positives.empty()) {
    lines.add("");
    lines.add(lines.paint(render_text("report.summary_positive", language), Tone::neutral));
    for (const SampleCall* call : positives) add_positive(lines, *call, language);
  }
  if (!reviews.empty()) {
    lines.add("");
    lines.add(lines.paint("⚑ " + render_text("report.needs_review", language), Tone::warning));
    for (const SampleCall* call : reviews) add_call(lines, *call, language);
  }
  if (!result.warnings.empty()) {
    lines.add("");
    lines.add(lines.paint(render_text("report.warnings", language), Tone::warning));
    for (const Message& warning : result.warnings) lines.add("  " + one_line(render_message(warning, language)));
  }
  return lines.out;
}

}  // namespace qpcr
