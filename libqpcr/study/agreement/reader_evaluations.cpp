// Tables and options in, results of one shape out: evaluations of readers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/study/agreement/cohen_kappa.hpp"
#include "libqpcr/study/agreement/intraclass_correlation.hpp"
#include "libqpcr/study/agreement/method_evaluations.hpp"
#include "libqpcr/study/agreement/reader_agreement.hpp"

namespace qpcr {
namespace {

EvaluationColumn column(std::string name, ColumnKind kind) {
  const std::string about = "evaluation_column.agreement_" + name;
  return {std::move(name), kind, true, about};
}

EvaluationOption choice(std::string name, std::vector<std::string> names) {
  const std::string about = "evaluation_option.agreement_" + name;
  const std::string first = names.front();
  return {std::move(name), first, std::move(names), about};
}

std::vector<std::string> split_categories(const std::string& text) {
  std::vector<std::string> names;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    names.emplace_back(trim(rest.substr(0, comma)));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return names;
}

/// Categories in the order of the option, or else sorted as texts.
std::vector<std::string> list_categories(const EvaluationOptions& options,
                                         const std::vector<std::vector<std::string_view>>& columns) {
  if (options.has("categories")) return split_categories(options.text("categories"));
  std::vector<std::string> names;
  for (const auto& cells : columns) {
    for (const std::string_view cell : cells) {
      if (!cell.empty() && cell != "NA") names.emplace_back(cell);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

EvaluationResult compute_cohen_kappa(const DataTable& table, const EvaluationOptions& options) {
  const auto first = table.texts("first");
  const auto second = table.texts("second");
  std::vector<std::string> categories = list_categories(options, {first, second});
  if (categories.size() < 2) categories.resize(2);
  std::vector<long> counts(categories.size() * categories.size(), 0);
  Exclusion missing;
  missing.reason = Message{"agreement_exclusion_missing_value", {}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto absent = [](std::string_view cell) { return cell.empty() || cell == "NA"; };
    if (absent(first[row]) || absent(second[row])) {
      ++missing.rows;
      if (missing.lines.size() < 100) missing.lines.push_back(table.line(row));
      continue;
    }
    const auto place = [&](std::string_view cell, const char* name) {
      const auto found = std::find(categories.begin(), categories.end(), cell);
      if (found == categories.end()) table.refuse(row, name, "a category of the option categories");
      return static_cast<std::size_t>(found - categories.begin());
    };
    ++counts[place(first[row], "first") * categories.size() + place(second[row], "second")];
  }
  CohenKappaOptions read;
  read.confidence = options.fraction("confidence");
  EvaluationResult result;
  result.method = "cohen_kappa";
  result.confidence = read.confidence;
  for (const KappaWeights weights : {KappaWeights::unweighted, KappaWeights::linear, KappaWeights::quadratic}) {
    read.weights = weights;
    const CohenKappa found = estimate_cohen_kappa(counts, categories.size(), read);
    result.estimates.push_back({"kappa", found.kappa, std::string(to_string(weights)), "", ""});
    if (weights != KappaWeights::unweighted) continue;
    result.estimates.push_back({"observed_agreement", found.observed_agreement, "wilson", "", ""});
    result.estimates.push_back({"expected_agreement", found.expected_agreement, "", "", ""});
    if (!found.bowker_statistic) continue;
    result.estimates.push_back({"bowker_statistic", make_estimate(*found.bowker_statistic, ""), "", "", ""});
    result.estimates.push_back({"bowker_p_value", make_estimate(*found.bowker_p_value, ""), "", "", ""});
  }
  if (missing.rows > 0) result.exclusions.push_back(missing);
  return result;
}

/// Subjects by readers from a long table; categories become their places in the sorted list.
std::vector<std::vector<double>> read_ratings(const DataTable& table, const std::string& name, bool texts) {
  const auto subjects = table.texts("subject");
  const auto readers = table.texts("reader");
  const auto places_of = [](const std::vector<std::string_view>& cells) {
    std::map<std::string_view, std::size_t> places;
    for (const std::string_view cell : cells) places.emplace(cell, 0);
    std::size_t next = 0;
    for (auto& [cell, place] : places) place = next++;
    return places;
  };
  const auto subject_places = places_of(subjects);
  const auto reader_places = places_of(readers);
  std::vector<double> values;
  if (texts) {
    const auto cells = table.texts(name);
    const auto places = places_of(cells);
    for (const std::string_view cell : cells)
      values.push_back(cell.empty() || cell == "NA" ? std::numeric_limits<double>::quiet_NaN()
                                                    : static_cast<double>(places.at(cell)));
  } else {
    values = table.numbers(name);
  }
  std::vector<std::vector<double>> ratings(
      subject_places.size(), std::vector<double>(reader_places.size(), std::numeric_limits<double>::quiet_NaN()));
  std::vector<std::vector<bool>> given(subject_places.size(), std::vector<bool>(reader_places.size(), false));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::size_t subject = subject_places.at(subjects[row]);
    const std::size_t reader = reader_places.at(readers[row]);
    if (given[subject][reader]) table.refuse(row, "reader", "each reader once for a subject");
    given[subject][reader] = true;
    ratings[subject][reader] = values[row];
  }
  return ratings;
}

EvaluationResult compute_reader_agreement(const DataTable& table, const EvaluationOptions& options) {
  ReaderAgreementOptions read;
  read.confidence = options.fraction("confidence");
  const std::string& scale = options.text("rating_scale");
  read.scale = scale == "nominal"   ? RatingScale::nominal
               : scale == "ordinal" ? RatingScale::ordinal
                                    : RatingScale::interval;
  const ReaderAgreement found =
      estimate_reader_agreement(read_ratings(table, "rating", read.scale == RatingScale::nominal), read);
  EvaluationResult result;
  result.method = "reader_agreement_" + scale;
  result.confidence = found.confidence;
  result.estimates = {{"observed_agreement", found.observed, "jackknife", "", ""},
                      {"fleiss_kappa", found.fleiss_kappa, "jackknife", "", ""},
                      {"conger_kappa", found.conger_kappa, "jackknife", "", ""},
                      {"krippendorff_alpha", found.krippendorff_alpha, "jackknife", "", ""}};
  if (found.fleiss_p_value)
    result.estimates.push_back({"fleiss_p_value", make_estimate(*found.fleiss_p_value, ""), "", "", ""});
  result.exclusions = found.exclusions;
  return result;
}

EvaluationResult compute_intraclass(const DataTable& table, const EvaluationOptions& options) {
  const IntraclassCorrelations found =
      estimate_intraclass_correlations(read_ratings(table, "value", false), options.fraction("confidence"));
  EvaluationResult result;
  result.method = "shrout_fleiss_1979";
  result.confidence = found.confidence;
  result.estimates = {
      {"icc_1_1", found.single_one_way, "f", "", ""},     {"icc_2_1", found.single_agreement, "f", "", ""},
      {"icc_3_1", found.single_consistency, "f", "", ""}, {"icc_1_k", found.mean_one_way, "f", "", ""},
      {"icc_2_k", found.mean_agreement, "f", "", ""},     {"icc_3_k", found.mean_consistency, "f", "", ""}};
  result.exclusions = found.exclusions;
  return result;
}

}  // namespace

std::vector<Evaluation> reader_evaluations() {
  return {
      {"cohen_kappa",
       "agreement",
       "evaluation.cohen_kappa",
       "",
       "Cohen 1960, 10.1177/001316446002000104; Fleiss, Cohen & Everitt 1969, 10.1037/h0028106",
       {column("first", ColumnKind::text), column("second", ColumnKind::text)},
       {confidence_option(), {"categories", "", {}, "evaluation_option.agreement_categories"}},
       compute_cohen_kappa},
      {"intraclass_correlation",
       "agreement",
       "evaluation.intraclass_correlation",
       "",
       "Shrout & Fleiss 1979, 10.1037/0033-2909.86.2.420",
       {column("subject", ColumnKind::text), column("reader", ColumnKind::text), column("value", ColumnKind::number)},
       {confidence_option()},
       compute_intraclass},
      {"reader_agreement",
       "agreement",
       "evaluation.reader_agreement",
       "",
       "Fleiss 1971, 10.1037/h0031619; Conger 1980, 10.1037/0033-2909.88.2.322; Hayes & Krippendorff 2007, "
       "10.1080/19312450709336664",
       {column("subject", ColumnKind::text), column("reader", ColumnKind::text), column("rating", ColumnKind::text)},
       {confidence_option(), choice("rating_scale", {"nominal", "ordinal", "interval"})},
       compute_reader_agreement},
  };
}

}  // namespace qpcr
