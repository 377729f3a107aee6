// A small protocol of a simulated clinical study for tests.
#pragma once

#include <string>

namespace qpcr::test {

inline std::string clinical_protocol() {
  return R"(schema = "qpcr.protocol/1"

[study]
id = "SIM-PROTOCOL"
kind = "clinical"
title_zh = "模拟试验"
title_en = "Simulated trial"
version = "1.0"
version_date = 2026-01-05
simulated = true
product = "demo-methylation"
sponsor = "SIM"
intended_use_zh = "模拟"
intended_use_en = "Simulated"
objectives_zh = "评价灵敏度与特异度"
objectives_en = "Estimate sensitivity and specificity"

[design]
timing = "prospective"
sampling = "enriched"
blinding = "coded"

[index_test]
assay = "../assays/demo-methylation.toml"
assay_version = "1.0.0"
assay_sha256 = "0123456789012345678901234567890123456789012345678901234567890123"

[reference_standard]
description_zh = "病理或影像"
description_en = "Pathology or imaging"

[analysis]
confidence = 0.95
repeats = "invalid"
prevalences = [0.01, 0.05]
seed = 1

[[centre]]
id = "C01"
ethics_approved_on = 2025-12-01

[[centre]]
id = "C02"

[[group]]
id = "hcc"
label_zh = "肝细胞癌"
label_en = "Hepatocellular carcinoma"
reference = "positive"

[[group]]
id = "controls"
label_zh = "对照"
label_en = "Controls"
reference = "negative"

[[comparator]]
id = "afp"
label_zh = "甲胎蛋白"
label_en = "AFP"
kind = "quantitative"
unit = "ng/mL"
positive_from = 20

[[endpoint]]
id = "sensitivity"
label_zh = "灵敏度"
label_en = "Sensitivity"
role = "primary"
measure = "sensitivity"
interval = "wilson"
criterion_on = "lower"
criterion = ">="
criterion_value = 0.6

[[endpoint]]
id = "early"
label_zh = "早期灵敏度"
label_en = "Early sensitivity"
role = "secondary"
measure = "sensitivity"
among = ["stage_bclc=0|A"]

[[endpoint]]
id = "afp-difference"
label_zh = "与甲胎蛋白的灵敏度差"
label_en = "Difference from AFP"
role = "secondary"
measure = "sensitivity_difference"
comparator = "afp"
interval = "tango"

[[subgroup]]
id = "afp-classes"
label_zh = "甲胎蛋白分层"
label_en = "AFP classes"
variable = "afp"
among = "cases"
cuts = [20, 400]
prespecified = true

[[sample_size]]
id = "cases"
evaluation = "plan_target_value"
options = ["target=0.7", "expected=0.8"]
estimate = "n"
planned = 400
)";
}

}  // namespace qpcr::test
