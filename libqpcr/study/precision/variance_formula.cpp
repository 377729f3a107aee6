// Reads a model of random terms by recursive descent; a term is a set of factors.
#include "libqpcr/study/precision/variance_formula.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "libqpcr/core/error.hpp"

namespace qpcr {
namespace {

/// A bit a factor, in the order in which the factors are first written.
using Term = std::uint64_t;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  VarianceFormula read() {
    VarianceFormula formula;
    formula.response = read_name();
    if (!take("~")) refuse("a '~' between the values and the terms");
    std::vector<Term> terms = read_sum();
    skip_blanks();
    if (at_ != text_.size()) refuse("an operator (+, :, /, *) or the end");
    terms.erase(std::remove(terms.begin(), terms.end(), Term{0}), terms.end());
    std::stable_sort(terms.begin(), terms.end(), [](Term a, Term b) { return count(a) < count(b); });
    for (const Term term : terms) {
      std::vector<std::string> factors;
      for (std::size_t i = 0; i < names_.size(); ++i)
        if (((term >> i) & 1U) != 0) factors.push_back(names_[i]);
      formula.terms.push_back(std::move(factors));
    }
    return formula;
  }

 private:
  static int count(Term term) {
    int bits = 0;
    for (; term != 0; term &= term - 1) ++bits;
    return bits;
  }

  [[noreturn]] void refuse(std::string expected) const {
    ErrorContext context;
    context.field = "formula";
    context.found = std::string(text_);
    context.expected = fmt::format("{} at character {}", expected, at_ + 1);
    throw Error(ErrorCode::invalid_option, context);
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool take(std::string_view sign) {
    skip_blanks();
    if (text_.substr(at_, sign.size()) != sign) return false;
    at_ += sign.size();
    return true;
  }

  static bool in_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' ||
           static_cast<unsigned char>(c) >= 0x80;
  }

  std::string read_name() {
    skip_blanks();
    if (take("`")) {
      const std::size_t end = text_.find('`', at_);
      if (end == std::string_view::npos || end == at_) refuse("a name between ` signs");
      const std::string name(text_.substr(at_, end - at_));
      at_ = end + 1;
      return name;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    if (at_ == start) refuse("the name of a column");
    return std::string(text_.substr(start, at_ - start));
  }

  static void add(std::vector<Term>& terms, Term term) {
    if (std::find(terms.begin(), terms.end(), term) == terms.end()) terms.push_back(term);
  }

  static std::vector<Term> cross(const std::vector<Term>& a, const std::vector<Term>& b) {
    std::vector<Term> made;
    for (const Term one : a)
      for (const Term other : b) add(made, one | other);
    return made;
  }

  std::vector<Term> read_sum() {
    std::vector<Term> terms = read_nesting();
    while (take("+"))
      for (const Term term : read_nesting()) add(terms, term);
    return terms;
  }

  std::vector<Term> read_nesting() {
    std::vector<Term> terms = read_combination();
    while (true) {
      if (take("/")) {
        Term within = 0;
        for (const Term term : terms) within |= term;
        for (const Term term : read_combination()) add(terms, within | term);
      } else if (take("*")) {
        const std::vector<Term> right = read_combination();
        const std::vector<Term> both = cross(terms, right);
        for (const Term term : right) add(terms, term);
        for (const Term term : both) add(terms, term);
      } else {
        return terms;
      }
    }
  }

  std::vector<Term> read_combination() {
    std::vector<Term> terms = read_atom();
    while (take(":") || take("%in%")) terms = cross(terms, read_atom());
    return terms;
  }

  std::vector<Term> read_atom() {
    if (take("(")) {
      // Parentheses nest only as deep as the text is long, which is bounded here.
      constexpr int deepest = 50;
      if (++depth_ > deepest) refuse("fewer nested parentheses");
      std::vector<Term> terms = read_sum();
      --depth_;
      if (!take(")")) refuse("a closing parenthesis");
      return terms;
    }
    const std::string name = read_name();
    if (name == "1") return {0};
    if (std::isdigit(static_cast<unsigned char>(name.front())) != 0) refuse("a column, or 1 for the mean");
    auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      constexpr std::size_t most = 64;
      if (names_.size() == most) refuse("at most 64 factors");
      names_.push_back(name);
      found = names_.end() - 1;
    }
    return {Term{1} << (found - names_.begin())};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

VarianceFormula parse_variance_formula(std::string_view text) { return Reader(text).read(); }

std::string name_term(const std::vector<std::string>& term) { return fmt::format("{}", fmt::join(term, ":")); }

}  // namespace qpcr
