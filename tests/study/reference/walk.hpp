// Walks the cases of statistics/reference: every expected value is compared, or left out by name and with a reason.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "libqpcr/math/distributions.hpp"
#include "libqpcr/study/estimate.hpp"

namespace qpcr::test {

using Json = nlohmann::json;

/// How far a value may lie from the expected one: within `absolute`, or within `relative` of it.
struct Tolerance {
  double absolute = 0.0;
  double relative = 0.0;
};

/// One case of a file. Values that a walker neither compares nor leaves out fail the case.
class ReferenceCase {
 public:
  ReferenceCase(std::string file, const Json& document, const Json& one);

  const std::string& id() const { return id_; }
  const Json& document() const { return document_; }
  const Json& input() const { return one_.at("input"); }
  bool has(const std::string& key) const { return one_.at("expected").contains(key); }
  /// The expected value, which counts as compared from here on.
  const Json& expected(const std::string& key);
  /// Names a value that is not compared, and why. A key that is absent is ignored.
  void leave_out(const std::string& key, const std::string& reason);

  /// null ↔ no value; a case without the key is left alone.
  void check(const std::string& key, std::optional<double> found, Tolerance tolerance);
  void check(const std::string& key, const Estimate& found, Tolerance tolerance);
  /// [lower, upper]
  void check_interval(const std::string& key, std::optional<Interval> found, Tolerance tolerance);
  /// [estimate, lower, upper]
  void check_triple(const std::string& key, const Estimate& found, Tolerance tolerance);
  void check_list(const std::string& key, const std::vector<std::optional<double>>& found, Tolerance tolerance);

  /// Keys that were neither compared nor left out.
  std::vector<std::string> missed() const;

 private:
  std::string id_;
  const Json& document_;
  const Json& one_;
  std::set<std::string> seen_;
};

/// Catch2 check of one value under the name `what`; ±1e308 in the files stands for ±infinity.
void check_value(const std::string& what, const Json& expected, std::optional<double> found, Tolerance tolerance);

/// The folder statistics/data.
std::filesystem::path statistics_data();

/// A file of statistics/reference and how its cases are checked.
struct ReferenceKind {
  std::string file;  ///< "roc_auc_delong.json"
  std::function<void(ReferenceCase&)> walk;
};

std::vector<ReferenceKind> accuracy_references();
std::vector<ReferenceKind> comparison_references();
std::vector<ReferenceKind> roc_references();
std::vector<ReferenceKind> agreement_references();
std::vector<ReferenceKind> precision_references();
std::vector<ReferenceKind> detection_references();
std::vector<ReferenceKind> quantitative_references();
std::vector<ReferenceKind> score_references();
std::vector<ReferenceKind> planning_references();

}  // namespace qpcr::test
