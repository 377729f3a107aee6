// Whether messages have values for every placeholder of their wording.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "libqpcr/assay/result.hpp"
#include "libqpcr/core/message.hpp"

namespace assay_test {

/// Whether a catalogue words this identifier.
bool is_worded(const std::string& id);

std::set<std::string> find_placeholders(const std::string& text);

/// Messages of other parts may be worded later; those that are worded must have their values.
void check_words(const std::vector<qpcr::Message>& messages);

void check_words(const qpcr::PlateResult& result);

}  // namespace assay_test
