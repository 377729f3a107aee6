// Words of exports, each in one table.
#include "instruments/base/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr {
namespace {

using RoleWord = std::pair<std::string_view, SampleRole>;

/// Folded: lower case, no blanks.
constexpr std::array<RoleWord, 60> role_words{{
    {"unkn", SampleRole::unknown},
    {"unk", SampleRole::unknown},
    {"unknown", SampleRole::unknown},
    {"sample", SampleRole::unknown},
    {"s", SampleRole::unknown},
    {"待测", SampleRole::unknown},
    {"待测样品", SampleRole::unknown},
    {"待测样本", SampleRole::unknown},
    {"待检样本", SampleRole::unknown},
    {"待检样品", SampleRole::unknown},
    {"样本", SampleRole::unknown},
    {"样品", SampleRole::unknown},
    {"未知", SampleRole::unknown},
    {"未知样品", SampleRole::unknown},
    {"未知样本", SampleRole::unknown},
    {"std", SampleRole::standard},
    {"standard", SampleRole::standard},
    {"quantitationstandard", SampleRole::standard},
    {"标准", SampleRole::standard},
    {"标准品", SampleRole::standard},
    {"定量标准品", SampleRole::standard},
    {"定量参考品", SampleRole::standard},
    {"ntc", SampleRole::no_template_control},
    {"notemplatecontrol", SampleRole::no_template_control},
    {"notemplate", SampleRole::no_template_control},
    {"空白对照", SampleRole::no_template_control},
    {"无模板对照", SampleRole::no_template_control},
    {"nac", SampleRole::no_amplification_control},
    {"noamplificationcontrol", SampleRole::no_amplification_control},
    {"nrt", SampleRole::no_reverse_transcriptase_control},
    {"nort", SampleRole::no_reverse_transcriptase_control},
    {"noreversetranscriptasecontrol", SampleRole::no_reverse_transcriptase_control},
    {"无逆转录对照", SampleRole::no_reverse_transcriptase_control},
    {"pos", SampleRole::positive_control},
    {"posctrl", SampleRole::positive_control},
    {"poscontrol", SampleRole::positive_control},
    {"pc", SampleRole::positive_control},
    {"positive", SampleRole::positive_control},
    {"positivecontrol", SampleRole::positive_control},
    {"阳性", SampleRole::positive_control},
    {"阳性对照", SampleRole::positive_control},
    {"阳性质控", SampleRole::positive_control},
    {"阳性质控品", SampleRole::positive_control},
    {"强阳性对照", SampleRole::positive_control},
    {"弱阳性对照", SampleRole::positive_control},
    {"临界阳性对照", SampleRole::positive_control},
    {"neg", SampleRole::negative_control},
    {"negctrl", SampleRole::negative_control},
    {"negcontrol", SampleRole::negative_control},
    {"nc", SampleRole::negative_control},
    {"negative", SampleRole::negative_control},
    {"negativecontrol", SampleRole::negative_control},
    {"阴性", SampleRole::negative_control},
    {"阴性对照", SampleRole::negative_control},
    {"阴性质控", SampleRole::negative_control},
    {"阴性质控品", SampleRole::negative_control},
    {"calibrator", SampleRole::calibrator},
    {"cal", SampleRole::calibrator},
    {"校准品", SampleRole::calibrator},
    {"校准", SampleRole::calibrator},
}};

constexpr std::array<std::string_view, 20> no_cq_words{
    "",    "-",    "--",   "---",  "undetermined", "n/a", "na",    "nan",  "noct", "nocq",
    "noc", "none", "null", "无ct", "无",           "neg", "noamp", "n.a.", "/",    "未检出"};

constexpr std::array<std::string_view, 8> no_words{"", "false", "no", "n", "0", "-", "included", "否"};

constexpr std::array<std::string_view, 9> yes_words{"true", "yes", "y", "1", "omit", "omitted", "x", "√", "是"};

std::optional<SampleRole> find_role(std::string_view folded) {
  const auto found =
      std::find_if(role_words.begin(), role_words.end(), [&](const RoleWord& word) { return word.first == folded; });
  return found == role_words.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<SampleRole> parse_role(std::string_view text) {
  std::string folded = fold_header(text);
  if (const std::optional<SampleRole> role = find_role(folded)) return role;
  // The number of a replicate group: "Unkn-01", "NTC 2".
  const std::size_t last = folded.find_last_not_of("0123456789");
  if (last == std::string::npos || last + 1 == folded.size()) return std::nullopt;
  folded.resize(last + 1);
  if (folded.ends_with('-')) folded.pop_back();
  // "S1" is a sample here and the first standard there.
  if (folded.size() <= 1) return std::nullopt;
  return find_role(folded);
}

bool is_no_cq(std::string_view text) {
  const std::string folded = fold_header(text);
  return std::find(no_cq_words.begin(), no_cq_words.end(), folded) != no_cq_words.end();
}

bool set_vendor_cq(VendorResult& vendor, std::string_view text, NumberFormat format) {
  text = trim(text);
  std::optional<double> value;
  if (!is_no_cq(text)) {
    value = parse_number(text, format);
    if (!value) return false;
    if (!(*value > 0)) value.reset();
  }
  vendor.cq_text = std::string(text);
  vendor.cq_cycles = value;
  vendor.cq_status = value ? CqStatus::found : CqStatus::no_amplification;
  return true;
}

bool is_no(std::string_view text) {
  const std::string folded = fold_header(text);
  return std::find(no_words.begin(), no_words.end(), folded) != no_words.end();
}

bool is_yes(std::string_view text) {
  const std::string folded = fold_header(text);
  return std::find(yes_words.begin(), yes_words.end(), folded) != yes_words.end();
}

}  // namespace qpcr
