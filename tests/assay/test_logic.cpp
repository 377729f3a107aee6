// Three-valued logic against the enumeration of every completion; intervals against sampling.
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "libqpcr/assay/logic.hpp"

using qpcr::CallExpression;
using qpcr::Comparand;
using qpcr::Truth;
using qpcr::ValueRange;

namespace {

constexpr std::array all_truths{Truth::yes, Truth::no, Truth::unknown, Truth::invalid};

bool naive_bool(const CallExpression& expression, const std::vector<bool>& leaves) {
  if (expression.kind == CallExpression::Kind::rule)
    return leaves[static_cast<std::size_t>(std::stoi(expression.rule))];
  int yes = 0;
  for (const CallExpression& operand : expression.operands) yes += naive_bool(operand, leaves) ? 1 : 0;
  if (expression.kind == CallExpression::Kind::any) return yes >= 1;
  if (expression.kind == CallExpression::Kind::all) return yes == static_cast<int>(expression.operands.size());
  return yes >= expression.at_least;
}

/// By definition: decided when every completion agrees; else invalid when an invalid leaf matters in some completion.
Truth naive(const CallExpression& expression, const std::vector<Truth>& leaves) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i] == Truth::unknown || leaves[i] == Truth::invalid) open.push_back(i);
  }
  bool any_yes = false;
  bool any_no = false;
  bool invalid_matters = false;
  for (std::size_t mask = 0; mask < (std::size_t{1} << open.size()); ++mask) {
    std::vector<bool> completion;
    for (const Truth leaf : leaves) completion.push_back(leaf == Truth::yes);
    for (std::size_t j = 0; j < open.size(); ++j) completion[open[j]] = ((mask >> j) & 1U) != 0;
    const bool value = naive_bool(expression, completion);
    (value ? any_yes : any_no) = true;
    for (const std::size_t i : open) {
      if (leaves[i] != Truth::invalid) continue;
      completion[i] = !completion[i];
      if (naive_bool(expression, completion) != value) invalid_matters = true;
      completion[i] = !completion[i];
    }
  }
  if (any_yes && !any_no) return Truth::yes;
  if (any_no && !any_yes) return Truth::no;
  return invalid_matters ? Truth::invalid : Truth::unknown;
}

CallExpression leaf(std::size_t index) {
  CallExpression expression;
  expression.rule = std::to_string(index);
  return expression;
}

CallExpression node(CallExpression::Kind kind, int at_least, std::vector<CallExpression> operands) {
  CallExpression expression;
  expression.kind = kind;
  expression.at_least = at_least;
  expression.operands = std::move(operands);
  return expression;
}

Truth evaluate(const CallExpression& expression, const std::vector<Truth>& leaves) {
  return qpcr::evaluate(expression, [&](std::string_view rule) { return leaves[std::stoul(std::string(rule))]; });
}

qpcr::RuleDefinition rule(qpcr::Relation relation, double limit) {
  qpcr::RuleDefinition definition;
  definition.relation = relation;
  definition.limit = limit;
  return definition;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("any, all and k of n equal the enumeration of completions, for every combination of up to five operands") {
  int checked = 0;
  for (std::size_t n = 1; n <= 5; ++n) {
    std::vector<CallExpression> operands;
    for (std::size_t i = 0; i < n; ++i) operands.push_back(leaf(i));
    std::vector<CallExpression> expressions{node(CallExpression::Kind::any, 1, operands),
                                            node(CallExpression::Kind::all, 1, operands)};
    for (int k = 1; k <= static_cast<int>(n); ++k)
      expressions.push_back(node(CallExpression::Kind::at_least, k, operands));
    std::size_t combinations = 1;
    for (std::size_t i = 0; i < n; ++i) combinations *= 4;
    for (std::size_t code = 0; code < combinations; ++code) {
      std::vector<Truth> leaves;
      for (std::size_t i = 0, rest = code; i < n; ++i, rest /= 4) leaves.push_back(all_truths[rest % 4]);
      for (const CallExpression& expression : expressions) {
        REQUIRE(evaluate(expression, leaves) == naive(expression, leaves));
        ++checked;
      }
    }
  }
  CHECK(checked == 4 * 3 + 16 * 4 + 64 * 5 + 256 * 6 + 1024 * 7);
}

TEST_CASE("nested expressions equal the enumeration of completions") {
  std::mt19937 random(20260801);
  for (int round = 0; round < 20000; ++round) {
    std::size_t used = 0;
    const std::function<CallExpression(int)> grow = [&](int depth) -> CallExpression {
      if (depth == 0 || used >= 6 || random() % 3 == 0) return leaf(used++);
      std::vector<CallExpression> operands;
      const std::size_t count = 2 + random() % 2;
      for (std::size_t i = 0; i < count; ++i) operands.push_back(grow(depth - 1));
      const auto kind = static_cast<CallExpression::Kind>(1 + random() % 3);
      return node(kind, static_cast<int>(1 + random() % count), std::move(operands));
    };
    const CallExpression expression = grow(3);
    std::vector<Truth> leaves;
    for (std::size_t i = 0; i < used; ++i) leaves.push_back(all_truths[random() % 4]);
    REQUIRE(evaluate(expression, leaves) == naive(expression, leaves));
  }
}

TEST_CASE("outcomes follow truths") {
  CHECK(qpcr::to_outcome(Truth::yes) == qpcr::Outcome::positive);
  CHECK(qpcr::to_outcome(Truth::no) == qpcr::Outcome::negative);
  CHECK(qpcr::to_outcome(Truth::unknown) == qpcr::Outcome::indeterminate);
  CHECK(qpcr::to_outcome(Truth::invalid) == qpcr::Outcome::invalid);
}

TEST_CASE("relations decide on the limit itself as they are written") {
  const ValueRange at = ValueRange::point(9.0);
  CHECK(qpcr::compare(rule(qpcr::Relation::at_most, 9.0), at) == Comparand::holds);
  CHECK(qpcr::compare(rule(qpcr::Relation::below, 9.0), at) == Comparand::fails);
  CHECK(qpcr::compare(rule(qpcr::Relation::at_least, 9.0), at) == Comparand::holds);
  CHECK(qpcr::compare(rule(qpcr::Relation::above, 9.0), at) == Comparand::fails);
  const ValueRange just_above = ValueRange::point(std::nextafter(9.0, 10.0));
  CHECK(qpcr::compare(rule(qpcr::Relation::at_most, 9.0), just_above) == Comparand::fails);
  CHECK(qpcr::compare(rule(qpcr::Relation::above, 9.0), just_above) == Comparand::holds);
}

TEST_CASE("a gray zone is open, and its edges decide: positive ≤ 35, negative ≥ 40") {
  qpcr::RuleDefinition low = rule(qpcr::Relation::at_most, 35);
  low.gray = qpcr::GrayZone{35, 40};
  CHECK(qpcr::compare(low, ValueRange::point(35)) == Comparand::holds);
  CHECK(qpcr::compare(low, ValueRange::point(35.001)) == Comparand::gray);
  CHECK(qpcr::compare(low, ValueRange::point(39.999)) == Comparand::gray);
  CHECK(qpcr::compare(low, ValueRange::point(40)) == Comparand::fails);
  CHECK(qpcr::compare(low, {36, 39, false, false}) == Comparand::undecided);
  qpcr::RuleDefinition high = rule(qpcr::Relation::at_least, 0.5);
  high.gray = qpcr::GrayZone{0.4, 0.6};
  CHECK(qpcr::compare(high, ValueRange::point(0.6)) == Comparand::holds);
  CHECK(qpcr::compare(high, ValueRange::point(0.5)) == Comparand::gray);
  CHECK(qpcr::compare(high, ValueRange::point(0.4)) == Comparand::fails);
}

TEST_CASE("a bounded value decides only when the bound does") {
  const ValueRange later_than_50{50, infinity, true, true};
  CHECK(qpcr::compare(rule(qpcr::Relation::below, 50), later_than_50) == Comparand::fails);
  CHECK(qpcr::compare(rule(qpcr::Relation::at_most, 50), later_than_50) == Comparand::fails);
  CHECK(qpcr::compare(rule(qpcr::Relation::at_most, 50), {50, infinity, false, true}) == Comparand::undecided);
  CHECK(qpcr::compare(rule(qpcr::Relation::at_most, 51), later_than_50) == Comparand::undecided);
  CHECK(qpcr::compare(rule(qpcr::Relation::above, 50), later_than_50) == Comparand::holds);
  CHECK(qpcr::compare(rule(qpcr::Relation::at_least, 0), ValueRange::everything()) == Comparand::undecided);
}

TEST_CASE("rounded comparison rounds the exact binary value, as the reproduced program does") {
  qpcr::RuleDefinition rounded = rule(qpcr::Relation::at_least, 50);
  rounded.compare = qpcr::Comparison::rounded;
  rounded.digits = 2;
  CHECK(qpcr::compare(rounded, ValueRange::point(49.996)) == Comparand::holds);
  CHECK(qpcr::compare(rounded, ValueRange::point(49.994)) == Comparand::fails);
  CHECK(qpcr::compare(rounded, {49.99, 49.996, true, true}) == Comparand::undecided);
  qpcr::RuleDefinition whole = rule(qpcr::Relation::at_most, 50);
  whole.compare = qpcr::Comparison::rounded;
  whole.digits = 0;
  CHECK(qpcr::compare(whole, ValueRange::point(50.5)) == Comparand::holds);  // a tie goes to the even digit: 50
  CHECK(qpcr::compare(whole, ValueRange::point(50.51)) == Comparand::fails);
}

TEST_CASE("interval arithmetic holds every value of its operands") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(-10, 10);
  for (int round = 0; round < 2000; ++round) {
    double a = uniform(random);
    double b = uniform(random);
    double c = uniform(random);
    double d = uniform(random);
    if (a > b) std::swap(a, b);
    if (c > d) std::swap(c, d);
    const ValueRange left{a, b, false, false};
    const ValueRange right{c, d, false, false};
    const double factor = uniform(random);
    const double x = a + (b - a) * 0.3;
    const double y = c + (d - c) * 0.7;
    const auto holds = [](const ValueRange& range, double value) {
      return value >= range.lower - 1e-12 && value <= range.upper + 1e-12;
    };
    CHECK(holds(qpcr::add(left, right), x + y));
    CHECK(holds(qpcr::scale(left, factor), factor * x));
    CHECK(holds(qpcr::max(left, right), std::max(x, y)));
    CHECK(holds(qpcr::map_monotone(left, false, [](double v) { return std::exp(-v); }), std::exp(-x)));
  }
  CHECK(qpcr::scale(ValueRange::everything(), 0) == ValueRange::point(0));
  CHECK(qpcr::max({5, 9, true, true}, {5, 9, false, false}) == ValueRange{5, 9, true, false});
}
