// Golden texts: blocks "== name" in one file, in the order of names.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace qpcr::test {

using GoldenBlocks = std::map<std::string, std::string>;

GoldenBlocks parse_golden(const std::string& text);
std::string render_golden(const GoldenBlocks& blocks);

/// Files whose projections are pinned, by folder: the corpus, and the public exports where they are at hand.
std::filesystem::path corpus_folder();
std::filesystem::path golden_folder();

/// Projections of every file below `folder`, "sub/name" → text.
GoldenBlocks project_folder(const std::filesystem::path& folder);

}  // namespace qpcr::test
