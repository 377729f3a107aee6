// The decision of a definition as a drawing: boxes in layers, arrows from each part to what uses it.
#include "libqpcr/report/decision_diagram.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "libqpcr/assay/call.hpp"
#include "libqpcr/assay/operand.hpp"
#include "libqpcr/report/assay_formula.hpp"

namespace qpcr {
namespace {

constexpr double page_width = 511;
constexpr double gap_width = 20;
constexpr double gap_height = 8;
constexpr double type_size = 6.5;
constexpr double line_height = 8.5;
constexpr double padding = 4;

struct Node {
  std::vector<std::string> lines;
  Ink fill = Ink::panel;
  Ink stroke = Ink::rule;
  std::size_t layer = 0;
  std::vector<std::size_t> uses;
  double top = 0;
  double height = 0;
};

/// Width of a text in units of the type size, as near as a layout without fonts needs.
double estimate_width(std::string_view text) {
  double width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const bool wide = length >= 3 && byte >= 0xE3;
    width += wide ? 1.0 : 0.56;
    i += length;
  }
  return width;
}

/// Breaks a text at blanks, or anywhere where a word alone is too long; at most four lines, the last one shortened.
std::vector<std::string> wrap(const std::string& text, double width) {
  const double limit = width / type_size;
  std::vector<std::string> lines(1);
  std::string word;
  const auto put_word = [&] {
    if (word.empty()) return;
    if (!lines.back().empty() && estimate_width(lines.back() + " " + word) <= limit) {
      lines.back() += " " + word;
    } else if (lines.back().empty()) {
      lines.back() = word;
    } else {
      lines.push_back(word);
    }
    word.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const std::string character = text.substr(i, length);
    i += length;
    if (character == " ") {
      put_word();
      continue;
    }
    if (estimate_width(word + character) > limit) put_word();
    word += character;
  }
  put_word();
  constexpr std::size_t most_lines = 4;
  if (lines.size() > most_lines) {
    lines.resize(most_lines);
    lines.back() += " …";
  }
  return lines;
}

class Diagram {
 public:
  Diagram(const AssayDefinition& definition, Language language) : definition_(definition), language_(language) {}

  Drawing draw() {
    add_inputs();
    add_values();
    add_decision();
    lay_out();
    return paint();
  }

 private:
  std::size_t add(std::vector<std::string> lines, Ink fill, Ink stroke, std::vector<std::size_t> uses) {
    Node node;
    node.lines = std::move(lines);
    node.fill = fill;
    node.stroke = stroke;
    node.uses = std::move(uses);
    for (const std::size_t used : node.uses) node.layer = std::max(node.layer, nodes_[used].layer + 1);
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }

  std::vector<std::size_t> find_all(const std::vector<std::string>& ids) const {
    std::vector<std::size_t> found;
    for (const std::string& id : ids) {
      const auto place = by_id_.find(id);
      if (place == by_id_.end()) continue;
      if (std::find(found.begin(), found.end(), place->second) == found.end()) found.push_back(place->second);
    }
    return found;
  }

  void add_inputs() {
    for (const AssayTarget& target : definition_.targets) {
      const std::string role = render_text(fmt::format("target_role.{}", to_string(target.role)), language_);
      by_id_[target.id] = add({target.id, fmt::format("{} · {}", target.dye, role)}, Ink::panel, Ink::accent, {});
    }
    for (const CovariateDefinition& covariate : definition_.covariates) {
      if (covariate.kind == CovariateKind::lot) continue;
      std::vector<std::string> lines{covariate.id};
      if (!covariate.unit.empty()) lines.push_back(covariate.unit);
      by_id_[covariate.id] = add(std::move(lines), Ink::paper, Ink::muted, {});
    }
  }

  static std::vector<std::string> list_ids(const ValueDefinition& value) {
    std::vector<std::string> ids;
    for (checking::NamedOperand& operand : checking::list_operands(value)) ids.push_back(std::move(operand.id));
    return ids;
  }

  void add_values() {
    for (const ValueDefinition& value : definition_.values) {
      const bool short_formula = value.kind == ValueKind::delta_cq || value.kind == ValueKind::product;
      const std::string detail = short_formula
                                     ? render_formula(value)
                                     : render_text(fmt::format("value_kind.{}", to_string(value.kind)), language_);
      by_id_[value.id] = add({value.id, detail}, Ink::paper, Ink::rule, find_all(list_ids(value)));
    }
  }

  /// What makes a sample valid: a box of its own, since it comes before any rule.
  std::vector<std::size_t> add_validity() {
    std::vector<std::string> lines{render_text("assay_page.validity", language_)};
    std::vector<std::string> targets;
    for (const ValidityRule& rule : definition_.validity) {
      lines.push_back(render_message(describe_limit(rule.limit), language_));
      targets.push_back(rule.limit.target);
    }
    for (const InhibitionRule& rule : definition_.inhibition) {
      lines.push_back(rule.id);
      targets.push_back(rule.target);
    }
    if (targets.empty()) return {};
    return {add(std::move(lines), Ink::invalid_tint, Ink::invalid, find_all(targets))};
  }

  void add_decision() {
    std::map<std::string, std::size_t> rules;
    for (const RuleDefinition& rule : definition_.rules) {
      std::vector<std::string> lines{rule.id, render_comparison(rule)};
      if (rule.gray) {
        lines.push_back(fmt::format("{} {}–{}", render_text("assay_page.gray", language_),
                                    render_constant(rule.gray->lower), render_constant(rule.gray->upper)));
      }
      if (rule.at_least_replicates) {
        lines.push_back(fmt::format("≥ {}/{} {}", *rule.at_least_replicates, definition_.replicates.count,
                                    render_text("assay_page.wells", language_)));
      }
      rules[rule.id] = add(std::move(lines), Ink::indeterminate_tint, Ink::indeterminate, find_all({rule.value}));
    }
    if (definition_.positive) {
      std::vector<std::size_t> uses = add_validity();
      uses.push_back(add_expression(*definition_.positive, rules));
      add({"＋ " + pick(definition_.outcomes.positive, language_),
           "− " + pick(definition_.outcomes.negative, language_)},
          Ink::positive_tint, Ink::positive, std::move(uses));
    } else if (definition_.classification) {
      const auto from = find_all({definition_.classification->value});
      if (definition_.classification->classes.empty()) {
        add({render_text("outcome.scored", language_)}, Ink::good_tint, Ink::good, from);
      }
      const ScoreClass* before = nullptr;
      for (const ScoreClass& each : definition_.classification->classes) {
        add({pick(each.text, language_), render_interval(before, each)}, Ink::good_tint, Ink::good, from);
        before = &each;
      }
    }
  }

  std::size_t add_expression(const CallExpression& expression, const std::map<std::string, std::size_t>& rules) {
    if (expression.kind == CallExpression::Kind::rule) return rules.at(expression.rule);
    // A connective of one operand decides nothing of its own.
    if (expression.operands.size() == 1) return add_expression(expression.operands.front(), rules);
    std::vector<std::size_t> uses;
    for (const CallExpression& operand : expression.operands) uses.push_back(add_expression(operand, rules));
    std::string gate;
    switch (expression.kind) {
      case CallExpression::Kind::any:
        gate = render_text("assay_page.gate_any", language_);
        break;
      case CallExpression::Kind::all:
        gate = render_text("assay_page.gate_all", language_);
        break;
      default:
        gate = fmt::format("≥ {} / {}", expression.at_least, expression.operands.size());
    }
    return add({gate}, Ink::panel, Ink::text, std::move(uses));
  }

  void lay_out() {
    std::size_t layers = 1;
    for (const Node& node : nodes_) layers = std::max(layers, node.layer + 1);
    box_width_ = (page_width - gap_width * static_cast<double>(layers - 1)) / static_cast<double>(layers);
    box_width_ = std::min(box_width_, 120.0);
    std::vector<std::vector<std::size_t>> columns(layers);
    for (std::size_t i = 0; i < nodes_.size(); ++i) columns[nodes_[i].layer].push_back(i);
    std::vector<double> heights(layers);
    for (std::size_t layer = 0; layer < layers; ++layer) {
      // Boxes stand in the order of the middle of what they use, so that arrows cross little.
      std::stable_sort(columns[layer].begin(), columns[layer].end(),
                       [&](std::size_t a, std::size_t b) { return middle_of_uses(a) < middle_of_uses(b); });
      double y = 0;
      for (const std::size_t index : columns[layer]) {
        Node& node = nodes_[index];
        std::vector<std::string> lines;
        for (const std::string& line : node.lines) {
          for (std::string& part : wrap(line, box_width_ - 2 * padding)) lines.push_back(std::move(part));
        }
        node.lines = std::move(lines);
        node.height = static_cast<double>(node.lines.size()) * line_height + 2 * padding;
        node.top = y;
        y += node.height + gap_height;
      }
      heights[layer] = y - gap_height;
      height_ = std::max(height_, heights[layer]);
    }
    for (Node& node : nodes_) node.top += (height_ - heights[node.layer]) / 2;
    width_ = static_cast<double>(layers) * box_width_ + static_cast<double>(layers - 1) * gap_width;
  }

  double middle_of_uses(std::size_t index) const {
    const Node& node = nodes_[index];
    if (node.uses.empty()) return static_cast<double>(index);
    double sum = 0;
    for (const std::size_t used : node.uses) sum += nodes_[used].top + nodes_[used].height / 2;
    return sum / static_cast<double>(node.uses.size());
  }

  double left(const Node& node) const { return static_cast<double>(node.layer) * (box_width_ + gap_width) + 0.5; }

  Drawing paint() const {
    Drawing drawing;
    drawing.width = std::min(page_width, width_ + 1);
    drawing.height = height_ + 1;
    for (const Node& node : nodes_) {
      for (const std::size_t used : node.uses) paint_arrow(drawing, nodes_[used], node);
    }
    for (const Node& node : nodes_) {
      drawing.add(make_rectangle({left(node), node.top + 0.5}, box_width_ - 1, node.height, Ink::paper));
      drawing.add(make_rectangle({left(node), node.top + 0.5}, box_width_ - 1, node.height, node.fill, node.stroke, 3));
      double y = node.top + padding + type_size + 0.5;
      for (std::size_t i = 0; i < node.lines.size(); ++i) {
        drawing.add(
            make_text({left(node) + box_width_ / 2, y}, node.lines[i], type_size, Anchor::middle, Ink::text, i == 0));
        y += line_height;
      }
    }
    return drawing;
  }

  void paint_arrow(Drawing& drawing, const Node& from, const Node& to) const {
    const Point start{left(from) + box_width_ - 1, from.top + from.height / 2};
    const Point end{left(to), to.top + to.height / 2};
    const double bend = end.x - gap_width / 2;
    drawing.add(make_polyline({start, {start.x + gap_width / 4, start.y}, {bend, end.y}, end}, Ink::muted, 0.6));
    drawing.add(make_polyline({{end.x - 3, end.y - 2}, end, {end.x - 3, end.y + 2}}, Ink::muted, 0.6));
  }

  const AssayDefinition& definition_;
  Language language_;
  std::vector<Node> nodes_;
  std::map<std::string, std::size_t> by_id_;
  double box_width_ = 0;
  double width_ = 0;
  double height_ = 0;
};

}  // namespace

Drawing draw_decision(const AssayDefinition& definition, Language language) {
  return Diagram(definition, language).draw();
}

}  // namespace qpcr
