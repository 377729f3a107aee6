// Shipped maps, in the same words as those of users. Sources: docs/formats/mapped_table.md.
#include "instruments/mapped_table/layouts.hpp"

#include <string>
#include <string_view>

namespace qpcr::mapped_table {
namespace {

constexpr std::string_view slan = R"toml(
schema = "qpcr.columns/1"
name = "SLAN"
vendor = "Hongshi"
model = "SLAN-96"
sheets = "实验数据"
fill_down = ["well", "sample"]
no_cq = ["NoCt", "NoC"]
[columns]
well = ["反应孔", "孔位", "孔号"]
sample = ["样本名称", "样品名称", "样本", "样品", "样本编号", "样本ID", "Sample Name"]
target = ["靶标", "目标", "目标基因", "项目", "检测项目", "基因"]
dye = ["通道", "荧光通道", "染料", "荧光", "报告基团"]
role = ["类型", "样本类型", "样品类型", "样本属性", "属性"]
quantity = ["标准浓度", "标准品浓度", "给定浓度"]
vendor_quantity = ["浓度", "计算浓度", "定量结果", "样本浓度"]
cq = ["Ct", "Ct值", "Cq", "Cq值", "Ct(dR)"]
call = ["结果", "定性结果", "判定", "检测结果"]
threshold = ["阈值", "阈值线", "阈值荧光"]
note = ["备注"]
[cells]
software_version = "B1"
started_at = "B3"
)toml";

constexpr std::string_view ma6000 = R"toml(
schema = "qpcr.columns/1"
name = "MA-6000"
vendor = "Macylab"
model = "MA-6000"
sheets = "Data&Graph"
fill_down = ["well", "sample"]
[columns]
well = ["Well", "孔位", "反应孔"]
sample = ["Sample Name", "Sample", "Sample ID", "样本名称", "样品名称", "样本"]
target = ["Item", "Target", "Gene", "项目", "靶标"]
dye = ["Reporter", "Dye", "Channel", "通道", "染料"]
role = ["Type", "Sample Type", "Property", "类型", "样本类型"]
quantity = ["Std. Conc.", "Standard", "标准浓度"]
vendor_quantity = ["Conc.", "Concentration", "Qty", "浓度"]
cq = ["Ct", "Cq", "Ct值"]
call = ["Result", "结果"]
[cells]
started_at = "Protocol&Plate!B3"
)toml";

constexpr std::string_view bioer = R"toml(
schema = "qpcr.columns/1"
name = "Bioer"
vendor = "Bioer"
plate = "8x12"
recognised_by = ["Property", "Std. Con."]
cycle_header = "{n}"
block_mark = "Quan."
no_cq = ["NoCt", "No Ct"]
[columns]
well = "Well"
sample = ["Sample Name", "Sample"]
target = ["Target", "Gene"]
dye = ["Dye", "Channel"]
role = "Property"
quantity = ["Std. Con.", "Std. Con"]
cq = ["Ct", "Cq"]
vendor_quantity = ["Con.", "Concentration"]
[[blocks]]
name = "raw data"
curve_kind = "unknown"
[[blocks]]
name = "processed data"
read = false
[[blocks]]
name = "results"
)toml";

/// Header names that laboratories' exports use for the same things; also those of Tianlong and DAAN, of which no file
/// was to be had.
constexpr std::string_view generic = R"toml(
schema = "qpcr.columns/1"
name = "table"
generic = true
[columns]
well = ["Well", "Well Position", "Position", "Pos", "Pos.", "Well ID", "孔位", "反应孔", "孔号", "孔", "位置"]
sample = ["Sample Name", "Sample", "Sample ID", "Name", "样本名称", "样品名称", "样本", "样品", "样本编号", "样品编号", "样本ID", "姓名编号"]
target = ["Target", "Target Name", "Gene", "Gene Name", "Detector", "Assay", "靶标", "目标", "目标基因", "靶基因", "基因", "项目", "检测项目"]
dye = ["Dye", "Reporter", "Fluor", "Channel", "Fluorophore", "通道", "荧光通道", "染料", "荧光染料", "报告基团", "荧光"]
role = ["Task", "Type", "Sample Type", "Content", "Property", "类型", "样本类型", "样品类型", "样本属性", "属性"]
quantity = ["Standard Concentration", "Given Conc", "标准浓度", "标准品浓度", "给定浓度"]
vendor_quantity = ["Quantity", "Concentration", "Calc Conc", "浓度", "计算浓度", "定量结果"]
cq = ["Cq", "Ct", "Cp", "CT", "Cq值", "Ct值", "Ct Value", "Cq Value", "C(t)", "Threshold Cycle"]
threshold = ["Threshold", "Ct Threshold", "Cq Threshold", "阈值", "阈值线"]
call = ["Call", "Result", "结果", "定性结果", "判定", "检测结果", "结果判定"]
melting_temperature = ["Tm", "Tm1", "Tm值", "熔解温度"]
note = ["Comment", "Comments", "Note", "Well Note", "备注"]
cycle = ["Cycle", "Cycle Number", "循环", "循环数"]
fluorescence = ["Fluorescence", "Rn", "RFU", "荧光值", "荧光强度"]
)toml";

constexpr std::string_view gentier_head = R"toml(name = "Gentier"
vendor = "Tianlong"
model = "Gentier 96E"
recognised_by = "Gentier"
)toml";

constexpr std::string_view ags_head = R"toml(name = "AGS"
vendor = "DAAN"
model = "AGS"
recognised_by = "AGS"
)toml";

/// The header names of the generic map under an instrument's own signature.
ColumnMap with_signature(std::string_view head) {
  const std::string all(generic);
  const std::string_view columns = std::string_view(all).substr(all.find("[columns]"));
  return parse_column_map("schema = \"qpcr.columns/1\"\n" + std::string(head) + std::string(columns), "layouts");
}

}  // namespace

const std::vector<ColumnMap>& layouts() {
  static const std::vector<ColumnMap> all{
      parse_column_map(slan, "layouts"),  parse_column_map(ma6000, "layouts"),
      parse_column_map(bioer, "layouts"), with_signature(gentier_head),
      with_signature(ags_head),           parse_column_map(generic, "layouts"),
  };
  return all;
}

}  // namespace qpcr::mapped_table
