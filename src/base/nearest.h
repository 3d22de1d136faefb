#pragma once

#include <span>
#include <string_view>

namespace step {

/// The candidate that somebody who wrote `word` most probably meant: the one with the fewest
/// letters added, left out, changed or swapped, without regard to case. Empty if none is near (a
/// third of the letters, at least one) or `word` has more than 100 octets. The first of equals.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace step
