// One definition that uses every part of the format and has no fault, for the tests of findings to break.
#pragma once

#include <string>

namespace assay_test {

inline std::string whole_definition() {
  return R"toml(
schema = "qpcr.assay/2"
id = "whole"
version = "1.0.0"
status = "simulated"
claim = "diagnosis"
title = { zh = "模拟", en = "SIMULATED" }
intended_use = { zh = "测试", en = "Test" }
source = "made"
[[sources]]
id = "made"
text = "Made for tests."
certainty = "assumed"
[[statements]]
zh = "仅供科研/演示，不得用于临床诊断"
en = "For research and demonstration only; not for clinical diagnosis"
[cq]
method = "threshold"
baseline = "linear"
cycles = 45
signal = "normalised"
threshold = "calibrated"
gate = { shape = "typical", on_failure = "unreadable" }
[[targets]]
id = "M1"
aliases = ["Marker1"]
dye = "FAM"
role = "target"
threshold = 0.2
assigned_cq = 30
maximum_cq = 44
maximum_spread = 2
not_detected = { policy = "impute", value = 45 }
[[targets]]
id = "M2"
dye = "VIC"
role = "target"
threshold = 0.2
assigned_cq = 31
not_detected = { policy = "censor", maximum = 45 }
[[targets]]
id = "REF"
dye = "ROX"
role = "reference"
threshold = 0.2
assigned_cq = 26
[[targets]]
id = "IC"
dye = "CY5"
role = "internal_control"
kind = "exogenous"
threshold = 0.2
assigned_cq = 28
[[targets]]
id = "ACTB"
dye = "CY5"
tube = "2"
role = "internal_control"
kind = "endogenous"
threshold = 0.2
assigned_cq = 27
[[controls]]
id = "NTC"
kind = "no_template"
sample_names = ["NTC"]
wells = ["A1", "A2", "A3"]
minimum_count = 3
passing_count = 3
limits = [ { target = "M1", not_detected = true }, { target = "M2", absent_or_above = 45 }, { target = "IC", within = [24, 34] } ]
[[controls]]
id = "PC"
kind = "positive"
sample_names = ["PC"]
monitored = true
limits = [ { target = "M1", within = [25, 34] }, { target = "M2", at_most = 34 }, { target = "REF", below = 30 } ]
[[controls]]
id = "WPC"
kind = "weak_positive"
limits = [ { target = "M1", within = [33, 38] } ]
[[controls]]
id = "CAL"
kind = "calibrator"
limits = [ { target = "M1", within = [28, 32] }, { target = "M2", within = [28, 33] } ]
[[controls]]
id = "STD"
kind = "standard"
[[validity]]
id = "ic_late"
target = "IC"
at_most = 36
exception_beside = { target = "M1", at_most = 30 }
[[validity]]
id = "ref_late"
target = "REF"
at_most = 34
[[validity]]
id = "actb_window"
target = "ACTB"
within = [22, 32]
[[inhibition]]
id = "shift"
target = "IC"
against = "NTC"
maximum_shift = 3
maximum_shift_sd = 4
exception_beside = { target = "M1", at_most = 30 }
[replicates]
count = 3
minimum_valid = 2
discordance = "bounded"
outlier_beyond = 1.5
[[standard_curves]]
id = "run"
target = "M1"
unit = "{copies}"
minimum_levels = 4
minimum_r = 0.98
slope_window = [-3.6, -3.1]
lower_limit = 5
upper_limit = 1000000
[[standard_curves]]
id = "fixed"
target = "M2"
unit = "{copies}"
slope = -3.4
intercept = 38
[threshold_calibration]
calibrator = "CAL"
weak_positive = "WPC"
maximum_shift_factor = 1.5
tolerance = 0.3
bias_limit = 0.5
minimum_wells = 3
valid_days = 90
[[covariates]]
id = "sex"
kind = "category"
missing = "refuse"
coding = { male = 1, female = 0 }
[[covariates]]
id = "afp"
kind = "number"
missing = "indeterminate"
unit = "ng/mL"
conversions = [ { unit = "ug/dL", factor = 10 }, { unit = "k[IU]/L", factor = 1.21 } ]
minimum = 0
maximum = 100000
floor = 0.5
cap = 60000
transform = "log10"
maximum_age_days = 30
[[covariates]]
id = "plasma"
kind = "number"
missing = "refuse"
unit = "mL"
minimum = 1
maximum = 10
out_of_range = "invalid"
[[covariates]]
id = "tube"
kind = "category"
missing = "indeterminate"
coding = { edta = 1, heparin = 2 }
[[covariates]]
id = "kit_lot"
kind = "lot"
missing = "refuse"
[[acceptance]]
id = "volume"
covariate = "plasma"
at_least = 2
action = "review"
text = { zh = "血浆不足", en = "Too little plasma" }
[[acceptance]]
id = "edta_only"
covariate = "tube"
one_of = ["edta"]
text = { zh = "采血管不符", en = "Wrong tube" }
[[values]]
id = "d1"
kind = "delta_cq"
target = "M1"
references = ["REF"]
orientation = "falls_with_template"
unit = "{cycles}"
[[values]]
id = "d2"
kind = "delta_cq"
target = "M2"
references = ["REF"]
orientation = "falls_with_template"
[[values]]
id = "dd1"
kind = "delta_delta_cq"
value = "d1"
control = "CAL"
orientation = "falls_with_template"
[[values]]
id = "amount"
kind = "relative_amount"
value = "dd1"
base = 1.95
scale = 100
orientation = "rises_with_template"
[[values]]
id = "ratio"
kind = "pfaffl_ratio"
target = "M1"
references = ["REF"]
control = "CAL"
efficiency_bases = { M1 = 1.93, REF = 1.98 }
orientation = "rises_with_template"
[[values]]
id = "copies"
kind = "quantity"
target = "M1"
curve = "run"
orientation = "rises_with_template"
[[values]]
id = "copies2"
kind = "quantity"
target = "M2"
curve = "fixed"
orientation = "rises_with_template"
[[values]]
id = "pmr"
kind = "relative_to_control"
value = "copies"
control = "CAL"
scale = 100
unit = "%"
orientation = "rises_with_template"
[[values]]
id = "load"
kind = "product"
multiply = ["copies", { number = 50, unit = "uL" }]
divide = [{ number = 5, unit = "uL" }, "plasma"]
unit = "{copies}/mL"
[[values]]
id = "share"
kind = "fraction"
value = "copies"
values = ["copies2"]
scale = 100
unit = "%"
orientation = "rises_with_template"
[[values]]
id = "density"
kind = "poisson"
positives = "plasma"
total = "sex"
[[values]]
id = "lp"
kind = "linear"
intercept = 1
terms = { d1 = -0.5, sex = 0.2, afp = 0.4 }
[[values]]
id = "p"
kind = "logistic"
intercept = 1
terms = { d1 = -0.5, sex = 0.2, afp = 0.4 }
recalibration = { intercept = -0.2, slope = 1.1 }
[[values]]
id = "risk"
kind = "survival"
baseline_survival = 0.99
intercept = -2
terms = { sex = 0.5 }
[[values]]
id = "sig"
kind = "max_of_sigmoids"
scale = 100
sigmoids = [ { value = "d1", centre = 5, slope = -0.3 }, { value = "d2", centre = 5, slope = -0.3 } ]
[[values]]
id = "worst"
kind = "minimum"
values = ["d1", "d2"]
[[values]]
id = "points"
kind = "bands"
value = "plasma"
bands = [ { below = 2, value = 0 }, { at_most = 5, value = 1 }, { value = 2 } ]
[[values]]
id = "log_load"
kind = "transform"
value = "load"
transform = "log10"
floor = 1
[[rules]]
id = "r1"
value = "d1"
at_most = 9
unit = "{cycles}"
gray = [8, 10]
[[rules]]
id = "r2"
value = "d2"
below = 8
at_least_replicates = 2
[[rules]]
id = "r3"
value = "load"
at_least = 100
unit = "{copies}/mL"
[[rules]]
id = "rp"
value = "p"
at_least = 0.5
alternate = "r1"
[call]
positive = { any = ["r2", { all = ["r3", "rp"] }] }
[repeat]
maximum = 2
decision = "two_of_three"
requests = [ { cause = "gray", from = "pcr" }, { cause = "invalid", from = "extraction" } ]
[flags]
weak_positive = 1
neighbour_difference = 8
[outcomes]
positive = { zh = "阳性", en = "Positive" }
negative = { zh = "阴性", en = "Negative" }
indeterminate = { zh = "不确定", en = "Indeterminate" }
invalid = { zh = "无效", en = "Invalid" }
)toml";
}

}  // namespace assay_test
