#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "tests/support/data.h"

namespace step::test {

/// True if tests/data/inspect_waiting.txt says that we do not yet show this folder of
/// tests/data/inspect/ as the original does. A folder on the list that passes fails its test:
/// the list may only shrink.
inline bool is_waiting(const std::string& folder) {
    const std::vector<std::string> lines = split(data("inspect_waiting.txt"), '\n');
    return std::find(lines.begin(), lines.end(), folder) != lines.end();
}

}  // namespace step::test
