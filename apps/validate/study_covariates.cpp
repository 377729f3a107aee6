// Covariates of samples from clinical records.
#include "apps/validate/study_covariates.hpp"

#include <fmt/format.h>

#include "libqpcr/core/error.hpp"

namespace qpcr::apps {
namespace {

/// Which clinical variable answers a covariate, and the unit it comes in.
struct CovariateSource {
  const CovariateDefinition* covariate = nullptr;
  std::string variable;
  const UnitConversion* conversion = nullptr;
};

[[noreturn]] void refuse(const Protocol& protocol, const std::string& covariate, std::string expected) {
  throw Error(ErrorCode::study_invalid, {.path = protocol.source.name,
                                         .line = 0,
                                         .column = {},
                                         .field = fmt::format("covariate '{}' of the assay", covariate),
                                         .found = "nothing that answers it",
                                         .expected = std::move(expected),
                                         .problem = {}});
}

CovariateSource find_source(const CovariateDefinition& covariate, const Protocol& protocol) {
  CovariateSource source{&covariate, {}, nullptr};
  if (covariate.id == "sex") source.variable = "sex";
  if (covariate.id == "age" || covariate.id == "age_years") source.variable = "age_years";
  for (const ProtocolComparator& comparator : protocol.comparators) {
    if (comparator.id != covariate.id) continue;
    source.variable = fmt::format("comparator.{}", comparator.id);
    if (!comparator.quantitative || comparator.unit == covariate.unit) continue;
    for (const UnitConversion& conversion : covariate.conversions) {
      if (conversion.unit == comparator.unit) source.conversion = &conversion;
    }
    if (source.conversion == nullptr)
      refuse(protocol, covariate.id, fmt::format("a comparator in {}, not in {}", covariate.unit, comparator.unit));
  }
  if (source.variable.empty()) refuse(protocol, covariate.id, "sex, age or a comparator of that identifier");
  return source;
}

CovariateRow make_row(const SampleLink& link, const ClinicalRecord& record,
                      const std::vector<CovariateSource>& sources) {
  CovariateRow row;
  row.sample = link.sample;
  row.subject = record.subject;
  for (const CovariateSource& source : sources) {
    const ClinicalValue* const value = record.find(source.variable);
    if (value == nullptr) continue;
    row.values.emplace(source.covariate->id,
                       source.conversion == nullptr
                           ? parse_covariate_value(*source.covariate, value->text)
                           : parse_covariate_value(*source.covariate, *source.conversion, value->text));
  }
  return row;
}

}  // namespace

CovariateTable derive_covariates(const AssayDefinition& assay, const std::vector<ClinicalRecord>& records,
                                 const std::vector<SampleLink>& links, const BlindingCodes& codes,
                                 const Protocol& protocol) {
  CovariateTable table;
  if (records.empty()) return table;
  std::vector<CovariateSource> sources;
  for (const CovariateDefinition& covariate : assay.covariates) sources.push_back(find_source(covariate, protocol));
  std::map<std::string, const ClinicalRecord*> subjects;
  for (const ClinicalRecord& record : records) subjects.emplace(record.subject, &record);
  for (const SampleLink& link : links) {
    const auto known = subjects.find(find_linked_subject(link, codes));
    if (known != subjects.end()) table.rows.push_back(make_row(link, *known->second, sources));
  }
  return table;
}

}  // namespace qpcr::apps
