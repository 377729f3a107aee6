// Rates of wrong calls on simulated samples.
#include <filesystem>

#include <catch2/catch.hpp>

#include "libqpcr/core/error.hpp"
#include "libqpcr/simulate/call_rates.hpp"

using qpcr::CallRateOptions;
using qpcr::CallRateStratum;

namespace {

qpcr::AssayDefinition definition(const std::string& name) {
  return qpcr::read_assay(std::filesystem::path(QPCR_SOURCE_DIR) / "validation_data/assays" / name);
}

const CallRateStratum& find(const std::vector<CallRateStratum>& strata, const std::string& id) {
  for (const CallRateStratum& stratum : strata) {
    if (stratum.id == id) return stratum;
  }
  throw std::logic_error("no stratum " + id);
}

}  // namespace

TEST_CASE("Three thousand blanks have no positive, and clear positives are not missed", "[simulate]") {
  CallRateOptions options;
  options.samples = 3000 * static_cast<long>(qpcr::list_call_rate_strata().size());
  options.seed = 20261123;
  const auto strata = qpcr::measure_call_rates(definition("demo-methylation.toml"), options);
  const CallRateStratum& blank = find(strata, "blank");
  CHECK(blank.samples == 3000);
  CHECK(blank.positive == 0);
  CHECK(blank.wrong == 0);
  for (const char* id : {"copies_50", "copies_100", "copies_500"}) {
    INFO(id);
    CHECK(find(strata, id).judged > 2900);
    CHECK(find(strata, id).wrong == 0);
  }
  // Contamination that no control well shows is called as what it is: the table must not hide it.
  const CallRateStratum& carried = find(strata, "carry_over_1");
  CHECK(carried.judged == carried.samples);
  CHECK(carried.wrong == carried.positive);
  CHECK(carried.wrong > 0);
  // The internal control is gone with the template: nothing may be called.
  CHECK(find(strata, "template_lost_blank").invalid == 3000);
  CHECK(find(strata, "template_lost_100").invalid == 3000);
  for (const CallRateStratum& stratum : strata) {
    CHECK(stratum.positive + stratum.negative + stratum.indeterminate + stratum.invalid == stratum.samples);
    CHECK(stratum.reviewed <= stratum.wrong);
    CHECK(stratum.wrong + stratum.undecided <= stratum.judged);
  }
}

TEST_CASE("The table is the same for any number of threads", "[simulate]") {
  CallRateOptions options;
  options.samples = 60 * static_cast<long>(qpcr::list_call_rate_strata().size());
  options.threads = 1;
  const auto one = qpcr::measure_call_rates(definition("demo-methylation.toml"), options);
  options.threads = 3;
  CHECK(qpcr::measure_call_rates(definition("demo-methylation.toml"), options) == one);
  options.seed = 2;
  CHECK(qpcr::measure_call_rates(definition("demo-methylation.toml"), options) != one);
}

TEST_CASE("Another panel's definition is refused", "[simulate]") {
  CallRateOptions options;
  CHECK_THROWS_AS(qpcr::measure_call_rates(definition("demo-rna.toml"), options), qpcr::Error);
  options.samples = 3;
  CHECK_THROWS_AS(qpcr::measure_call_rates(definition("demo-methylation.toml"), options), qpcr::Error);
}
