#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step::lint {

/// What a rule says of a certificate, from harmless to grave. The first two: the rule does not
/// concern it, or is younger than the certificate.
enum class Verdict : unsigned char {
    kNotApplicable,
    kNotEffective,
    kPass,
    kNotice,
    kWarning,
    kError,
    kFatal  ///< The part of the certificate that the rule is about cannot be read.
};
/// "NA", "NE", "pass", "info", "warn", "error", "fatal": the words of zlint.
std::string_view word(Verdict verdict);

struct Finding {
    std::string_view rule{};  ///< zlint's name for it: "e_ext_san_no_entries".
    Verdict verdict = Verdict::kNotApplicable;
    std::string details{};  ///< For people; usually empty.
};

/// Holds a certificate in DER against every rule. One finding for each rule, sorted by name,
/// whatever the certificate looks like, so that who asks for a rule by name finds it. Reads with
/// more patience than x509::parse_certificate: what that refuses is what one lints for. Fails with
/// kInvalidArgument only on what is no certificate at all: not DER, or not of the shape of RFC 5280
/// 4.1. Does not look at the clock: that a certificate has expired is no fault of its.
Result<std::vector<Finding>> lint_certificate(ByteView der);

}  // namespace step::lint
