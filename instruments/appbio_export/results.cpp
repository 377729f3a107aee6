// Reads set-up, results and calls.
#include "instruments/appbio_export/results.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "instruments/base/vocabulary.hpp"
#include "libqpcr/core/error.hpp"
#include "libqpcr/core/text.hpp"
#include "libqpcr/tabular/header_text.hpp"

namespace qpcr::appbio_export {
namespace {

constexpr const char* omitted = "omitted in the instrument's software";

/// Columns that say whose row it is.
struct RowColumns {
  std::optional<std::size_t> sample;
  std::optional<std::size_t> target;
  std::optional<std::size_t> dye;
  std::optional<std::size_t> task;
  std::optional<std::size_t> omit;
  std::optional<std::size_t> quantity;
  std::optional<std::size_t> note;
};

RowColumns find_row_columns(Table& table) {
  RowColumns columns;
  columns.sample = table.find({"samplename", "sample"});
  columns.target = table.find({"targetname", "target", "detectorname", "detector"});
  columns.dye = table.find({"reporter", "dye", "reporterdye"});
  columns.task = table.find({"task"});
  columns.omit = table.find({"omit"});
  columns.quantity = table.find({"quantity"});
  columns.note = table.find({"comments", "comment"});
  return columns;
}

/// Tasks of these programs beside the words that all exports use.
SampleRole to_role(std::string_view task) {
  const std::string folded = fold_header(task);
  constexpr std::array<std::pair<std::string_view, SampleRole>, 15> words{{
      {"pcallele1", SampleRole::positive_control},
      {"pcallele2", SampleRole::positive_control},
      {"pcalleleboth", SampleRole::positive_control},
      {"positive1/1", SampleRole::positive_control},
      {"positive2/2", SampleRole::positive_control},
      {"positive1/2", SampleRole::positive_control},
      {"positivecontrolallele1/allele1", SampleRole::positive_control},
      {"positivecontrolallele2/allele2", SampleRole::positive_control},
      {"positivecontrolallele1/allele2", SampleRole::positive_control},
      {"blockedipc", SampleRole::no_amplification_control},
      {"ipcblocked", SampleRole::no_amplification_control},
      {"noampcontrol", SampleRole::no_amplification_control},
      {"endc", SampleRole::unknown},
      {"endogenouscontrol", SampleRole::unknown},
      {"targ", SampleRole::unknown},
  }};
  for (const auto& [word, role] : words) {
    if (word == folded) return role;
  }
  return parse_role(task).value_or(SampleRole::unspecified);
}

void set_row(const Table& table, std::size_t row, const RowColumns& columns, NumberFormat format, Measurement& m) {
  const std::string sample = text_of(table, row, columns.sample);
  if (!sample.empty()) m.sample = sample;
  const std::string task = text_of(table, row, columns.task);
  if (!task.empty()) {
    m.role_text = task;
    m.role = to_role(task);
  }
  if (is_yes(table.cells().text(row, columns.omit))) {
    m.excluded = true;
    m.exclusion_reason = omitted;
  }
  const std::string note = text_of(table, row, columns.note);
  if (!note.empty()) m.note = note;
  if (const std::optional<double> quantity = number_of(table, row, columns.quantity, format)) {
    // What the laboratory put into a standard, and what the program computed for anything else.
    (m.role == SampleRole::standard ? m.quantity : m.vendor.quantity) = quantity;
  }
}

/// Columns of one algorithm's Cq.
struct CqColumns {
  std::optional<std::size_t> cq;
  std::optional<std::size_t> threshold;
  std::string algorithm;
};

std::vector<CqColumns> find_cq_columns(Table& table, const std::string& stated) {
  std::vector<CqColumns> found;
  const std::optional<std::size_t> general_threshold = table.find({"threshold"});
  if (const auto ct = table.find({"ct"})) found.push_back({ct, table.find({"ctthreshold"}), "Ct"});
  if (const auto crt = table.find({"crt"})) found.push_back({crt, table.find({"crtthreshold"}), "CRT"});
  if (const auto cq = table.find({"cq"})) found.push_back({cq, table.find({"cqthreshold"}), stated});
  if (found.size() == 1 && !found.front().threshold) found.front().threshold = general_threshold;
  return found;
}

void set_cq(const Table& table, std::size_t row, const CqColumns& columns, NumberFormat format, bool excluded,
            VendorResult& vendor) {
  const std::string_view text = table.cells().text(row, columns.cq);
  vendor.algorithm = columns.algorithm;
  vendor.threshold = number_of(table, row, columns.threshold, format);
  if (text.empty()) {
    // These programs write "Undetermined" where there was no amplification; nothing is written where nothing was
    // analysed.
    vendor.cq_status = excluded ? CqStatus::excluded : CqStatus::not_measured;
    return;
  }
  if (!set_vendor_cq(vendor, text, format)) table.cells().fail(row, *columns.cq, "a number or 'Undetermined'");
}

/// Columns of quality flags: named in capitals, holding Y or N.
std::vector<std::size_t> find_flag_columns(Table& table) {
  std::vector<std::size_t> flags;
  for (std::size_t column = 0; column < table.column_count(); ++column) {
    const std::string_view name = table.cells().header(column);
    const bool capitals = name.size() >= 3 && std::all_of(name.begin(), name.end(), [](char c) {
                            return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                          });
    if (table.is_read(column) || !capitals) continue;
    bool holds_flags = true;
    bool any = false;
    for (const std::size_t row : table.rows()) {
      const std::string_view cell = table.cells().text(row, column);
      holds_flags = holds_flags && (cell.empty() || cell == "Y" || cell == "N");
      any = any || !cell.empty();
    }
    if (!holds_flags || !any) continue;
    table.claim(column);
    flags.push_back(column);
  }
  return flags;
}

std::vector<std::size_t> find_melting_temperatures(Table& table) {
  std::vector<std::size_t> columns;
  for (const std::string_view name : {"tm", "tm1", "tm2", "tm3", "tm4", "tm5", "tm6", "tm7", "tm8", "tm9"}) {
    if (const auto column = table.find({name})) columns.push_back(*column);
  }
  return columns;
}

[[noreturn]] void fail_twice(const Table& table, std::size_t row, const Measurement& m) {
  ErrorContext context;
  context.path = table.cells().grid().path();
  context.line = table.cells().grid().line(row);
  context.problem = fmt::format("well {}{}{} is there twice in '{}'", m.well.label,
                                m.target.empty() ? "" : " with target ", m.target, table.name());
  throw Error(ErrorCode::duplicate_entry, std::move(context));
}

/// The amplification status stays beside a call.
void set_call(Measurement& m, const std::string& call) {
  if (!m.vendor.call.empty() && m.vendor.call != call)
    m.vendor.flags.push_back(fmt::format("Amp Status: {}", m.vendor.call));
  m.vendor.call = call;
}

std::string allele_target(const std::string& assay, const std::string& allele) {
  return assay.empty() ? allele : fmt::format("{}-{}", assay, allele);
}

void read_allele_setup(Table& table, Draft& draft, const std::vector<std::size_t>& wells) {
  const RowColumns columns = find_row_columns(table);
  const auto assay = table.find({"snpassayname", "snpassay"});
  const std::array<std::optional<std::size_t>, 2> names{table.find({"allele1name"}), table.find({"allele2name"})};
  const std::array<std::optional<std::size_t>, 2> dyes{table.find({"allele1reporter"}),
                                                       table.find({"allele2reporter"})};
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::string assay_name = text_of(table, row, assay);
    if (assay_name.empty()) continue;
    for (std::size_t allele = 0; allele < names.size(); ++allele) {
      const std::string name = text_of(table, row, names[allele]);
      if (name.empty()) continue;
      Measurement& m = draft.at(wells[i], allele_target(assay_name, name), text_of(table, row, dyes[allele]));
      set_row(table, row, columns, draft.format, m);
      draft.alleles[{wells[i], static_cast<int>(allele)}] = m.target;
    }
  }
}

}  // namespace

void read_sample_setup(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  if (table.has({"allele1name"})) {
    read_allele_setup(table, draft, wells);
    keep_other_columns(table, draft);
    return;
  }
  const RowColumns columns = find_row_columns(table);
  std::set<const Measurement*> seen;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::string target = text_of(table, row, columns.target);
    const std::string sample = text_of(table, row, columns.sample);
    if (!sample.empty()) draft.samples.emplace(wells[i], sample);
    if (target.empty()) continue;
    set_row(table, row, columns, draft.format, draft.at(wells[i], target, text_of(table, row, columns.dye)));
  }
  keep_other_columns(table, draft);
}

void read_results(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  const std::vector<std::size_t> flags = find_flag_columns(table);
  const RowColumns columns = find_row_columns(table);
  const std::vector<CqColumns> cqs = find_cq_columns(table, draft.algorithm);
  const auto first_cycle = table.find({"baselinestart"});
  const auto last_cycle = table.find({"baselineend"});
  const auto confidence = table.find({"cqconf", "cqconfidence", "ctconf", "crtconf"});
  const auto status = table.find({"ampstatus", "amplificationstatus"});
  const auto call = table.find({"call", "targetcall"});
  const auto issues = table.find({"resultqualityissues"});
  const auto quality = table.find({"curvequality"});
  const std::vector<std::size_t> melting = find_melting_temperatures(table);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::string target = text_of(table, row, columns.target);
    const std::string dye = text_of(table, row, columns.dye);
    const std::string sample = text_of(table, row, columns.sample);
    if (!sample.empty()) draft.samples.emplace(wells[i], sample);
    const bool has_cq = std::any_of(cqs.begin(), cqs.end(),
                                    [&](const CqColumns& cq) { return !table.cells().text(row, cq.cq).empty(); });
    if (target.empty() && dye.empty() && !has_cq) continue;  // a well without a reaction
    Measurement& m =
        !target.empty() || dye.empty() ? draft.at(wells[i], target, dye) : draft.at_reporter(wells[i], dye);
    if (!seen.insert(fmt::format("{}\t{}\t{}", wells[i], target, target.empty() ? dye : std::string())).second)
      fail_twice(table, row, m);
    set_row(table, row, columns, draft.format, m);
    for (std::size_t k = 0; k < cqs.size(); ++k) {
      VendorResult& vendor = k == 0 ? m.vendor : m.other_vendor_results.emplace_back();
      set_cq(table, row, cqs[k], draft.format, m.excluded, vendor);
    }
    m.vendor.baseline_first_cycle = number_of(table, row, first_cycle, draft.format);
    m.vendor.baseline_last_cycle = number_of(table, row, last_cycle, draft.format);
    m.vendor.cq_confidence = number_of(table, row, confidence, draft.format);
    m.vendor.call = text_of(table, row, status);
    if (const std::string called = text_of(table, row, call); !called.empty()) m.vendor.call = called;
    for (const std::size_t column : melting) {
      if (const auto temperature = number_of(table, row, column, draft.format))
        m.vendor.melting_temperatures_celsius.push_back(*temperature);
    }
    for (const std::size_t column : flags) {
      if (table.cells().text(row, column) == "Y") m.vendor.flags.emplace_back(table.cells().header(column));
    }
    for (const auto& column : {quality, issues}) {
      const std::string_view text = table.cells().text(row, column);
      if (!is_no_cq(text)) m.vendor.flags.emplace_back(text);
    }
  }
  draft.has_results = draft.has_results || !cqs.empty();
  keep_other_columns(table, draft);
}

void read_genotyping_results(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  keep_whole_table(table, draft);
  const std::vector<std::size_t> flags = find_flag_columns(table);
  const RowColumns columns = find_row_columns(table);
  const auto assay = table.find({"snpassayname", "snpassay"});
  const auto call = table.find({"call"});
  struct Allele {
    std::vector<CqColumns> cqs;
    std::optional<std::size_t> first_cycle;
    std::optional<std::size_t> last_cycle;
    std::optional<std::size_t> confidence;
  };
  std::array<Allele, 2> alleles;
  const auto add_cq = [&](Allele& allele, FoldedNames cq, FoldedNames threshold, const char* algorithm) {
    if (const auto column = table.find(cq)) allele.cqs.push_back({column, table.find(threshold), algorithm});
  };
  add_cq(alleles[0], {"allele1ct"}, {"allele1ctthreshold"}, "Ct");
  add_cq(alleles[0], {"allele1crt"}, {"allele1crtthreshold"}, "CRT");
  add_cq(alleles[1], {"allele2ct"}, {"allele2ctthreshold"}, "Ct");
  add_cq(alleles[1], {"allele2crt"}, {"allele2crtthreshold"}, "CRT");
  alleles[0].first_cycle = table.find({"allele1baselinestart"});
  alleles[0].last_cycle = table.find({"allele1baselineend"});
  alleles[0].confidence = table.find({"allele1cqconf"});
  alleles[1].first_cycle = table.find({"allele2baselinestart"});
  alleles[1].last_cycle = table.find({"allele2baselineend"});
  alleles[1].confidence = table.find({"allele2cqconf"});
  std::set<std::string> seen;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::string assay_name = text_of(table, row, assay);
    if (assay_name.empty()) continue;
    for (std::size_t k = 0; k < alleles.size(); ++k) {
      const Allele& allele = alleles[k];
      const auto known = draft.alleles.find({wells[i], static_cast<int>(k)});
      const std::string target =
          known != draft.alleles.end() ? known->second : allele_target(assay_name, fmt::format("Allele {}", k + 1));
      Measurement& m = draft.at(wells[i], target);
      if (!seen.insert(fmt::format("{}\t{}", wells[i], target)).second) fail_twice(table, row, m);
      set_row(table, row, columns, draft.format, m);
      for (std::size_t n = 0; n < allele.cqs.size(); ++n) {
        VendorResult& vendor = n == 0 ? m.vendor : m.other_vendor_results.emplace_back();
        set_cq(table, row, allele.cqs[n], draft.format, m.excluded, vendor);
      }
      m.vendor.baseline_first_cycle = number_of(table, row, allele.first_cycle, draft.format);
      m.vendor.baseline_last_cycle = number_of(table, row, allele.last_cycle, draft.format);
      m.vendor.cq_confidence = number_of(table, row, allele.confidence, draft.format);
      m.vendor.call = text_of(table, row, call);
      for (const std::size_t column : flags) {
        if (table.cells().text(row, column) == "Y") m.vendor.flags.emplace_back(table.cells().header(column));
      }
    }
  }
  draft.has_results = draft.has_results || !alleles[0].cqs.empty();
}

void read_calls(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  keep_whole_table(table, draft);
  const RowColumns columns = find_row_columns(table);
  const auto assay = table.find({"snpassay", "snpassayname"});
  const auto call = table.find({"call", "targetcall", "finalcall"});
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    const std::string text = text_of(table, row, call);
    if (text.empty()) continue;
    const std::string target = text_of(table, row, columns.target);
    if (!target.empty()) {
      set_call(draft.at(wells[i], target, text_of(table, row, columns.dye)), text);
      continue;
    }
    const std::string start = text_of(table, row, assay) + "-";
    for (Measurement* m : draft.reactions(wells[i])) {
      if (start.size() > 1 && m->target.starts_with(start)) set_call(*m, text);
    }
  }
}

void read_further_results(Table& table, Draft& draft) {
  const std::vector<std::size_t> wells = draft.wells.resolve(table);
  keep_whole_table(table, draft);
  const RowColumns columns = find_row_columns(table);
  const auto call = table.find({"call", "targetcall", "finalcall"});
  if (!columns.target) return;
  for (std::size_t i = 0; i < wells.size(); ++i) {
    const std::size_t row = table.rows()[i];
    Measurement* m = draft.find(wells[i], table.cells().text(row, columns.target));
    if (m == nullptr) continue;
    if (const std::string text = text_of(table, row, call); !text.empty()) set_call(*m, text);
    const std::optional<double> quantity = number_of(table, row, columns.quantity, draft.format);
    if (!quantity) continue;
    std::optional<double>& field = m->role == SampleRole::standard ? m->quantity : m->vendor.quantity;
    if (!field) field = quantity;
  }
}

}  // namespace qpcr::appbio_export
