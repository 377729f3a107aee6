// The findings of a study's checks as the list that a coordinator sends to a centre.
#pragma once

#include <map>
#include <string>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/study/conduct/finding.hpp"
#include "libqpcr/study/conduct/study_log.hpp"

namespace qpcr {

/// `query,severity,check,centre,subject,sample,run,well,file,line,zh,en,resolution,answer`, the last two for the
/// centre to fill in, with what was answered so far; text cells guarded against formulas. Notes are left out: nothing
/// is asked. With a centre, its findings alone.
std::string render_query_csv(const StudyFindings& findings, const std::map<std::string, QueryAnswer>& answers,
                             const std::string& centre = {});

/// One line a finding: "[query 1a2b3c4d] C01 R7 A5: …", with its answer behind it.
std::string render_findings_text(const StudyFindings& findings, const std::map<std::string, QueryAnswer>& answers,
                                 Language language);

}  // namespace qpcr
