#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/program.h"

namespace step::cli {

struct Candidate {
    std::string word{};
    std::string brief{};
};

/// What may stand where a shell's cursor is.
struct Candidates {
    std::vector<Candidate> words{};
    bool files = false;  ///< The name of a file or folder; `words` is empty then.
};

/// Completes `current`, the word at the cursor ("" after a blank), given the words between the
/// program's name and it. Knows what the table knows: groups, commands, flags that are not
/// hidden, the fixed values of flags and arguments; everything else is a file. After "--flag="
/// the candidates are values without that prefix. All begin with what is typed. Never fails:
/// where nothing fits, there are no candidates.
Candidates complete(const Table& table, std::span<const std::string> words,
                    const std::string& current);

}  // namespace step::cli
