// The findings of a study's checks as the list that a coordinator sends to a centre.
#pragma once

#include <string>

#include "libqpcr/report/catalogue.hpp"
#include "libqpcr/study/conduct/finding.hpp"

namespace qpcr {

/// `query,severity,check,centre,subject,sample,run,well,file,line,zh,en,answer`, the last empty for the centre to fill
/// in; text cells guarded against formulas. Notes are left out: nothing is asked. With a centre, its findings alone.
std::string render_query_csv(const StudyFindings& findings, const std::string& centre = {});

/// One line a finding: "[query 1a2b3c4d] C01 R7 A5: …".
std::string render_findings_text(const StudyFindings& findings, Language language);

}  // namespace qpcr
