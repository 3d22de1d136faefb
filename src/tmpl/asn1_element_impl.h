#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "tmpl/value.h"

namespace step::tmpl::asn1_go {

// Universal tags of X.680 8.4.
inline constexpr int kInteger = 2, kUtf8 = 12, kSequence = 16, kSet = 17, kNumeric = 18,
                     kPrintable = 19, kIa5 = 22, kUtcTime = 23, kGeneralizedTime = 24;

/// What stands in Go's `asn1:"…"` tags.
struct Params {
    bool optional = false, is_explicit = false, set = false, application = false;
    bool is_private = false, omit_empty = false;
    int time_type = 0, string_type = 0;
    std::optional<std::int64_t> tag{}, otherwise{};
};

/// Reads "utf8,explicit,tag:0"; ignores what it does not know.
Params parse_params(std::string_view text);

/// The element of a value whose type and contents are known.
Bytes element(const Params& params, int tag, bool compound, const Bytes& body);
/// Fails on parameters that belong to types of Go other than the one at hand.
Status check_params(const Params& params, int tag);
Error structure(std::string_view text);
/// A value that is no list and no struct, so needs no limits.
Result<Bytes> marshal_scalar(const Value& value, const Params& params);

}  // namespace step::tmpl::asn1_go
