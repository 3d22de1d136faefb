#include "http/ranges.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace step::http {
namespace {

Error invalid(const char* detail) {
    return {.code = Code::kInvalidArgument, .detail = detail};
}

Result<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
    if (text.empty() || problem != std::errc{} || stop != text.data() + text.size() ||
        value > kMost) {
        return invalid("invalid range");
    }
    return value;
}

}  // namespace

Result<std::vector<ByteRange>> parse_ranges(std::string_view header, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    constexpr std::size_t kMostRanges = 64;
    if (!header.starts_with(kUnit)) {
        return invalid("invalid range");
    }
    std::vector<ByteRange> ranges;
    bool outside = false;
    for (const std::string& part : split(header.substr(kUnit.size()), ',')) {
        const std::string_view text = trim(part);
        if (text.empty()) {
            continue;
        }
        const std::size_t dash = text.find('-');
        if (dash == std::string_view::npos || ranges.size() == kMostRanges) {
            return invalid("invalid range");
        }
        const std::string_view first = trim(text.substr(0, dash));
        const std::string_view last = trim(text.substr(dash + 1));
        if (first.empty()) {
            // So many from the end.
            STEP_ASSIGN(const std::uint64_t count, number(last));
            const std::uint64_t length = std::min(count, size);
            ranges.push_back({.start = size - length, .length = length});
            continue;
        }
        STEP_ASSIGN(const std::uint64_t start, number(first));
        if (start >= size) {
            outside = true;
            continue;
        }
        std::uint64_t end = size - 1;
        if (!last.empty()) {
            STEP_ASSIGN(const std::uint64_t wanted, number(last));
            if (wanted < start) {
                return invalid("invalid range");
            }
            end = std::min(wanted, end);
        }
        ranges.push_back({.start = start, .length = end - start + 1});
    }
    if (outside && ranges.empty()) {
        return invalid("invalid range: failed to overlap");
    }
    return ranges;
}

}  // namespace step::http
