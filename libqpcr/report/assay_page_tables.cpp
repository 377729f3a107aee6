// The tables of the page of a definition.
#include "libqpcr/report/assay_page_tables.hpp"

#include <fmt/format.h>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/report/assay_formula.hpp"
#include "libqpcr/report/plate_sections.hpp"

namespace qpcr {
namespace {

std::string optional_number(const std::optional<double>& number) { return number ? render_constant(*number) : "–"; }

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// One table with its heading; not there when it has no rows.
class Section {
 public:
  Section(std::string id, Language language) : language_(language) {
    table_.id = id;
    table_.compact = true;
    heading_ = "assay_page." + id;
    table_.caption = render_text(heading_, language);
  }

  Section& column(std::string_view id, double width, Alignment alignment = Alignment::left) {
    table_.columns.push_back(make_column(render_text(fmt::format("assay_page.{}", id), language_), alignment, width));
    return *this;
  }

  void row(const std::vector<std::string>& cells) {
    std::vector<ReportCell> made;
    for (const std::string& cell : cells) made.push_back(make_cell(cell.empty() ? "–" : cell));
    table_.rows.push_back(std::move(made));
  }

  void append_to(std::vector<Block>& blocks) {
    if (table_.rows.empty()) return;
    blocks.emplace_back(bilingual_heading(1, heading_, language_));
    blocks.emplace_back(std::move(table_));
  }

 private:
  Language language_;
  std::string heading_;
  ReportTable table_;
};

class Tables {
 public:
  Tables(std::vector<Block>& blocks, const AssayDefinition& definition, Language language)
      : blocks_(blocks), definition_(definition), language_(language) {}

  void append() {
    append_targets();
    append_cq();
    append_controls();
    append_validity();
    append_curves();
    append_covariates();
    append_acceptance();
    append_values();
    append_rules();
    append_classes();
  }

 private:
  std::string word(std::string_view group, std::string_view enumerator) const {
    return render_text(fmt::format("{}.{}", group, enumerator), language_);
  }

  std::string say(const Message& message) const { return render_message(message, language_); }

  /// The source of a constant: its own, else the definition's.
  std::string source_of(const std::string& source) const {
    const std::string& id = source.empty() ? definition_.default_source : source;
    for (std::size_t i = 0; i < definition_.sources.size(); ++i) {
      if (definition_.sources[i].id == id) return fmt::format("[{}]", i + 1);
    }
    return {};
  }

  void append_targets() {
    Section section("targets", language_);
    section.column("target", 20).column("dye", 10).column("role", 16).column("treatment", 16).column("tube", 7);
    section.column("threshold", 14, Alignment::right).column("maximum_cq", 12, Alignment::right);
    section.column("not_detected", 26).column("source", 8);
    for (const AssayTarget& target : definition_.targets) {
      std::string role = word("target_role", to_string(target.role));
      if (target.internal_control_kind)
        role += "\n" + word("internal_control_kind", to_string(*target.internal_control_kind));
      std::string name = target.id;
      if (!target.aliases.empty()) name += " = " + join(target.aliases);
      if (!target.identifier_status.empty()) name += "\n" + target.identifier_status;
      std::string none = word("not_detected_policy", to_string(target.not_detected.policy));
      if (target.not_detected.cycles) none += " " + render_constant(*target.not_detected.cycles);
      if (!target.not_detected.paired_with.empty()) none += " · " + target.not_detected.paired_with;
      std::vector<std::string> dyes = target.dye_aliases;
      dyes.insert(dyes.begin(), target.dye);
      section.row({name, join(dyes), role, target.treatment, target.tube, optional_number(target.threshold),
                   render_constant(effective_maximum_cq(definition_, target)), none, source_of(target.source)});
    }
    section.append_to(blocks_);
  }

  void append_cq() {
    if (definition_.targets.empty()) return;
    blocks_.emplace_back(bilingual_heading(1, "assay_page.cq", language_));
    const CqSettings& cq = definition_.cq;
    KeyValues pairs;
    const auto add = [&](std::string_view id, const std::string& value) {
      pairs.rows.emplace_back(render_text(id, language_), value);
    };
    add("assay_page.cq_origin", word("cq_origin", to_string(cq.origin)));
    if (cq.origin == CqOrigin::computed) {
      add("assay_page.cq_method", std::string(to_string(cq.options.method)));
      if (cq.options.method == CqMethod::threshold)
        add("assay_page.threshold_origin", word("threshold_origin", to_string(cq.threshold_origin)));
      std::string baseline(to_string(cq.options.baseline.method));
      if (cq.options.baseline.first_cycle && cq.options.baseline.last_cycle) {
        baseline += fmt::format(" {}–{}", render_constant(*cq.options.baseline.first_cycle),
                                render_constant(*cq.options.baseline.last_cycle));
      }
      add("assay_page.baseline", baseline);
      add("assay_page.curve_gate", fmt::format("{} · {}", word("required_shape", to_string(cq.gate.shape)),
                                               word("gate_failure", to_string(cq.gate.on_failure))));
    }
    add("assay_page.cycles", std::to_string(cq.cycles));
    const ReplicatePlan& plan = definition_.replicates;
    add("assay_page.replicates",
        say({"assay_page.replicate_plan",
             {{"count", std::to_string(plan.count)}, {"valid", std::to_string(plan.minimum_valid)}}}));
    add("assay_page.discordance", word("discordance_policy", to_string(plan.discordance)));
    if (plan.outlier_beyond_cycles) add("assay_page.outlier", render_constant(*plan.outlier_beyond_cycles));
    if (definition_.threshold_calibration) {
      const ThresholdCalibrationPlan& calibration = *definition_.threshold_calibration;
      add("assay_page.threshold_calibration", say({"assay_page.calibration_plan",
                                                   {{"calibrator", calibration.calibrator},
                                                    {"weak", calibration.weak_positive},
                                                    {"factor", render_constant(calibration.maximum_shift_factor)},
                                                    {"tolerance", render_constant(calibration.tolerance_cycles)},
                                                    {"bias", render_constant(calibration.bias_limit_cycles)},
                                                    {"wells", std::to_string(calibration.minimum_wells)},
                                                    {"days", std::to_string(calibration.valid_days)}}}));
    }
    blocks_.emplace_back(std::move(pairs));
  }

  std::string limit_text(const CqLimit& limit) const { return say(describe_limit(limit)); }

  void append_controls() {
    Section section("controls", language_);
    section.column("control", 22).column("names", 24).column("wells", 12).column("count", 10, Alignment::right);
    section.column("limits", 44).column("source", 8);
    for (const ControlDefinition& control : definition_.controls) {
      std::string limits;
      for (const CqLimit& limit : control.limits) limits += (limits.empty() ? "" : "\n") + limit_text(limit);
      std::string count = fmt::format("≥ {}", control.minimum_count);
      if (control.passing_count) {
        count += "\n" + say({"assay_page.passing", {{"count", std::to_string(*control.passing_count)}}});
      }
      std::string name = word("control_kind", to_string(control.kind)) + "\n" + control.id;
      if (control.monitored) name += "\n" + render_text("assay_page.monitored", language_);
      section.row({name, join(control.sample_names), join(control.wells), count, limits, source_of(control.source)});
    }
    section.append_to(blocks_);
  }

  void append_validity() {
    Section section("validity", language_);
    section.column("rule", 20).column("requirement", 44).column("exception", 28).column("source", 8);
    const auto exception = [&](const std::string& target, const std::optional<double>& limit) {
      return target.empty() ? std::string() : fmt::format("{} ≤ {}", target, optional_number(limit));
    };
    for (const ValidityRule& rule : definition_.validity) {
      section.row({rule.id, limit_text(rule.limit), exception(rule.exception_target, rule.exception_at_most),
                   source_of(rule.source)});
    }
    for (const InhibitionRule& rule : definition_.inhibition) {
      std::string limit;
      if (rule.maximum_shift_cycles) limit = "≤ " + render_constant(*rule.maximum_shift_cycles);
      if (rule.maximum_shift_sd)
        limit += fmt::format("{}≤ {} SD", limit.empty() ? "" : ", ", render_constant(*rule.maximum_shift_sd));
      section.row(
          {rule.id,
           say({"assay_page.inhibition", {{"target", rule.target}, {"against", rule.against}, {"limit", limit}}}),
           exception(rule.exception_target, rule.exception_at_most), source_of(rule.source)});
    }
    for (const AssayTarget& target : definition_.targets) {
      if (target.maximum_spread_cycles) {
        section.row({target.id,
                     say({"assay_page.spread", {{"limit", render_constant(*target.maximum_spread_cycles)}}}),
                     {},
                     source_of(target.source)});
      }
      if (target.maximum_sd_cycles) {
        section.row({target.id,
                     say({"assay_page.sd", {{"limit", render_constant(*target.maximum_sd_cycles)}}}),
                     {},
                     source_of(target.source)});
      }
    }
    section.append_to(blocks_);
  }

  void append_curves() {
    Section section("standard_curves", language_);
    section.column("curve", 18).column("target", 16).column("unit", 14).column("line", 34).column("range", 20);
    section.column("source", 8);
    for (const StandardCurveDefinition& curve : definition_.standard_curves) {
      std::string line;
      if (curve.slope && curve.intercept) {
        line = fmt::format("Cq = {} + {}·log10(x)", render_constant(*curve.intercept), render_constant(*curve.slope));
      } else {
        line = say({"assay_page.run_curve", {{"levels", std::to_string(curve.minimum_levels)}}});
        if (curve.minimum_r) line += fmt::format(", |r| ≥ {}", render_constant(*curve.minimum_r));
        if (curve.slope_window) {
          line += fmt::format(", {} … {}", render_constant(curve.slope_window->first),
                              render_constant(curve.slope_window->second));
        }
      }
      section.row({curve.id, curve.target, curve.unit, line,
                   fmt::format("{} … {}", optional_number(curve.lower_limit), optional_number(curve.upper_limit)),
                   source_of(curve.source)});
    }
    section.append_to(blocks_);
  }

  void append_covariates() {
    Section section("covariates", language_);
    section.column("covariate", 20).column("unit", 16).column("range", 22).column("transform", 14);
    section.column("missing", 18).column("age", 16).column("source", 8);
    for (const CovariateDefinition& covariate : definition_.covariates) {
      std::string range;
      if (covariate.kind == CovariateKind::number) {
        range = fmt::format("{} … {}", optional_number(covariate.minimum), optional_number(covariate.maximum));
      }
      for (const auto& [code, number] : covariate.coding) {
        range += fmt::format("{}{} = {}", range.empty() ? "" : ", ", code, render_constant(number));
      }
      std::string unit = covariate.unit;
      for (const UnitConversion& conversion : covariate.conversions)
        unit += fmt::format("\n{} × {}", conversion.unit, render_constant(conversion.factor));
      std::string transform =
          covariate.transform == Transform::none ? std::string() : std::string(to_string(covariate.transform));
      if (covariate.floor) transform += fmt::format(" ≥ {}", render_constant(*covariate.floor));
      if (covariate.cap) transform += fmt::format(" ≤ {}", render_constant(*covariate.cap));
      std::string age;
      if (covariate.maximum_age_days)
        age = say({"assay_page.days", {{"days", render_constant(*covariate.maximum_age_days)}}});
      section.row({fmt::format("{}\n{}", covariate.id, word("covariate_kind", to_string(covariate.kind))), unit, range,
                   transform, word("missing_policy", to_string(covariate.missing)), age, source_of(covariate.source)});
    }
    section.append_to(blocks_);
  }

  void append_acceptance() {
    Section section("acceptance", language_);
    section.column("rule", 20).column("requirement", 30).column("otherwise", 18).column("text", 36).column("source", 8);
    for (const AcceptanceRule& rule : definition_.acceptance) {
      std::string requirement = rule.covariate;
      if (rule.at_least) requirement += " ≥ " + render_constant(*rule.at_least);
      if (rule.at_most) requirement += " ≤ " + render_constant(*rule.at_most);
      if (!rule.one_of.empty()) requirement += fmt::format(" ∈ {{{}}}", join(rule.one_of));
      section.row({rule.id, requirement, word("acceptance_action", to_string(rule.action)), pick(rule.text, language_),
                   source_of(rule.source)});
    }
    section.append_to(blocks_);
  }

  void append_values() {
    Section section("values", language_);
    section.column("value", 18).column("formula", 52).column("unit", 12).column("orientation", 20).column("source", 8);
    for (const ValueDefinition& value : definition_.values) {
      section.row({fmt::format("{}\n{}", value.id, word("value_kind", to_string(value.kind))), render_formula(value),
                   value.unit, value.orientation ? word("orientation", to_string(*value.orientation)) : std::string(),
                   source_of(value.source)});
    }
    section.append_to(blocks_);
  }

  static std::string record_text(const std::optional<CutoffRecord>& record) {
    if (!record) return {};
    return fmt::format("{} · {} · {}/{} · {}", record->method, record->dataset, record->cases, record->controls,
                       record->date);
  }

  void append_rules() {
    Section section("rules", language_);
    section.column("rule", 16).column("requirement", 26).column("gray", 14).column("compared", 18);
    section.column("establishment", 24).column("local_verification", 24).column("source", 8);
    for (const RuleDefinition& rule : definition_.rules) {
      const std::string gray =
          rule.gray ? fmt::format("{} – {}", render_constant(rule.gray->lower), render_constant(rule.gray->upper))
                    : std::string();
      std::string compared = word("comparison", to_string(rule.compare));
      if (rule.compare == Comparison::rounded) compared += fmt::format(" ({})", rule.digits);
      if (rule.at_least_replicates) {
        compared += "\n" + say({"assay_page.in_replicates",
                                {{"k", std::to_string(*rule.at_least_replicates)},
                                 {"n", std::to_string(definition_.replicates.count)}}});
      }
      if (!rule.alternate.empty()) compared += "\n" + say({"assay_page.alternate", {{"rule", rule.alternate}}});
      section.row({rule.id, render_comparison(rule), gray, compared, record_text(rule.establishment),
                   record_text(rule.verification), source_of(rule.source)});
    }
    section.append_to(blocks_);
  }

  void append_classes() {
    if (!definition_.classification) return;
    const Classification& classification = *definition_.classification;
    Section section("classes", language_);
    section.column("class", 30).column("value", 24).column("range", 38).column("source", 8);
    const ScoreClass* before = nullptr;
    for (const ScoreClass& each : classification.classes) {
      std::string range = render_interval(before, each);
      if (!classification.unit.empty()) range += " " + classification.unit;
      section.row({pick(each.text, language_), classification.value, range, source_of(classification.source)});
      before = &each;
    }
    section.append_to(blocks_);
  }

  std::vector<Block>& blocks_;
  const AssayDefinition& definition_;
  Language language_;
};

}  // namespace

void append_assay_tables(std::vector<Block>& blocks, const AssayDefinition& definition, Language language) {
  Tables(blocks, definition, language).append();
}

void append_sources(std::vector<Block>& blocks, const AssayDefinition& definition, Language language) {
  Section section("sources", language);
  section.column("number", 6).column("source_text", 74).column("certainty", 20);
  for (std::size_t i = 0; i < definition.sources.size(); ++i) {
    const CitedSource& source = definition.sources[i];
    section.row({fmt::format("[{}]", i + 1), source.text,
                 render_text(fmt::format("source_certainty.{}", to_string(source.certainty)), language)});
  }
  section.append_to(blocks);
}

}  // namespace qpcr
