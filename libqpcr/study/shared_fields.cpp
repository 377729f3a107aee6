// Comparing sex, age and AFP of subjects and covariates.
#include "libqpcr/study/shared_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/privacy.hpp"
#include "libqpcr/core/text.hpp"

namespace qpcr {
namespace {

template <std::size_t count>
bool is_one_of(std::string_view text, const std::array<std::string_view, count>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 4> afp_units{"ng/mL", "ug/L", "µg/L", "μg/L"};
constexpr std::array<std::string_view, 5> age_units{"a", "year", "years", "岁", "年"};

std::optional<Sex> parse_sex(std::string_view code) {
  const std::string lowered = to_lower_ascii(code);
  if (is_one_of(lowered, std::array<std::string_view, 3>{"male", "m", "男"})) return Sex::male;
  if (is_one_of(lowered, std::array<std::string_view, 3>{"female", "f", "女"})) return Sex::female;
  return std::nullopt;
}

ValueRange to_range(const BoundedValue& value) {
  switch (value.bound) {
    case Bound::below:
      return {0.0, value.value, false, true};
    case Bound::above:
      return {value.value, std::numeric_limits<double>::infinity(), true, true};
    case Bound::exact:
      break;
  }
  return ValueRange::point(value.value);
}

/// Whether a value can be in both.
bool overlap(const ValueRange& one, const ValueRange& other) {
  const double lower = std::max(one.lower, other.lower);
  const double upper = std::min(one.upper, other.upper);
  if (lower != upper) return lower < upper;
  const auto holds = [lower](const ValueRange& range) {
    return !(range.lower_open && range.lower == lower) && !(range.upper_open && range.upper == lower);
  };
  return holds(one) && holds(other);
}

/// One covariate of one sample beside the subject it is of.
class FieldPair {
 public:
  FieldPair(const StudyPlan& plan, const Subject& subject, const CovariateRow& row)
      : plan_(&plan), subject_(&subject), row_(&row) {}

  [[noreturn]] void refuse(std::string_view column, std::string found, std::string problem) const {
    throw Error(ErrorCode::study_invalid, {.path = plan_->subjects.string(),
                                           .line = subject_->line,
                                           .column = std::string(column),
                                           .field = {},
                                           .found = std::move(found),
                                           .expected = {},
                                           .problem = std::move(problem)});
  }

  [[noreturn]] void contradict(std::string_view column, std::string found, const std::string& id,
                               const CovariateValue& value) const {
    refuse(column, std::move(found),
           fmt::format("subject and covariates contradict each other: {} says {} = '{}' of sample '{}'", place(), id,
                       value.text, mask_personal(row_->sample)));
  }

  std::string place() const {
    const std::string path = plan_->covariates ? plan_->covariates->string() : std::string("the covariates");
    return fmt::format("'{}' line {}", path, row_->line);
  }

  const Subject& subject() const { return *subject_; }

 private:
  const StudyPlan* plan_;
  const Subject* subject_;
  const CovariateRow* row_;
};

/// Sexes of codes that say nothing by themselves, as the first pair of subject and covariate tied them.
class SexCodes {
 public:
  void compare(const FieldPair& pair, const CovariateValue& value) {
    const Sex sex = *pair.subject().sex;
    if (const std::optional<Sex> stated = parse_sex(value.category)) {
      if (*stated != sex) pair.contradict("sex", std::string(to_string(sex)), "sex", value);
      return;
    }
    const auto [code, new_code] = sex_of_code_.emplace(value.category, std::pair(sex, pair.place()));
    const auto [word, new_sex] = code_of_sex_.emplace(sex, std::pair(value.category, pair.place()));
    if (code->second.first == sex && word->second.first == value.category) return;
    const std::string& earlier = code->second.first != sex ? code->second.second : word->second.second;
    pair.refuse("sex", std::string(to_string(sex)),
                fmt::format("subject and covariates contradict each other: {} says sex = '{}', which does not "
                            "agree with {}",
                            pair.place(), value.text, earlier));
  }

 private:
  std::map<std::string, std::pair<Sex, std::string>> sex_of_code_;
  std::map<Sex, std::pair<std::string, std::string>> code_of_sex_;
};

void compare_number(const FieldPair& pair, const CovariateDefinition& covariate, const CovariateValue& value) {
  const Subject& subject = pair.subject();
  const auto demand_unit = [&](bool known, std::string_view column, std::string found) {
    if (known) return;
    pair.refuse(column, std::move(found),
                fmt::format("the assay asks for {} in {}, which cannot be compared with this column: leave the "
                            "column out of the table of subjects",
                            covariate.id, covariate.unit));
  };
  if ((covariate.id == "afp" || covariate.id == "afp_ng_ml") && subject.afp_ng_ml) {
    demand_unit(is_one_of(covariate.unit, afp_units), "afp_ng_ml", subject.afp_ng_ml->text);
    if (!overlap(to_range(*subject.afp_ng_ml), value.range))
      pair.contradict("afp_ng_ml", subject.afp_ng_ml->text, covariate.id, value);
  }
  if ((covariate.id == "age" || covariate.id == "age_years") && subject.age_years) {
    demand_unit(is_one_of(covariate.unit, age_units), "age_years", format_double(*subject.age_years));
    const ValueRange same_year{*subject.age_years - 1.0, *subject.age_years + 1.0, true, true};
    if (!overlap(same_year, value.range))
      pair.contradict("age_years", format_double(*subject.age_years), covariate.id, value);
  }
}

}  // namespace

void check_shared_fields(const StudyPlan& plan, const SubjectTable& subjects, const AssayDefinition& assay,
                         const CovariateTable& covariates) {
  std::map<std::string_view, const CovariateRow*> rows;
  for (const CovariateRow& row : covariates.rows) rows.emplace(row.sample, &row);
  SexCodes sexes;
  for (const Subject& subject : subjects.subjects) {
    const auto row = subject.sample.empty() ? rows.end() : rows.find(subject.sample);
    if (row == rows.end()) continue;
    const FieldPair pair(plan, subject, *row->second);
    for (const auto& [id, value] : row->second->values) {
      const CovariateDefinition* covariate = find_covariate(assay, id);
      if (covariate == nullptr) continue;
      if (covariate->kind == CovariateKind::number) {
        compare_number(pair, *covariate, value);
      } else if (id == "sex" && subject.sex) {
        sexes.compare(pair, value);
      }
    }
  }
}

}  // namespace qpcr
