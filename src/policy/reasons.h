#pragma once

namespace step::policy {

/// Reasons of a failed check. The original's sign API answers the first with 403 and `The request
/// was forbidden by the certificate authority: ` before the detail, at either level. The others
/// hide their detail: at the authority's level 500 `error creating certificate` (X.509) or
/// `authority.SignSSH: error creating ssh certificate`, at a provisioner's level 403 `error
/// validating certificate` or `error validating ssh certificate`.

/// kForbidden, `dns name "x" not allowed`.
inline constexpr const char* kNotAllowed = "policy.not_allowed";
/// kInternal: `cannot parse dns domain "x"`, `cannot parse email rfc822Name "x"`,
/// `error matching uri name "x" to constraint`.
inline constexpr const char* kCannotCheck = "policy.cannot_check";
/// kInternal: only the other kind of SSH certificate has rules, or a principal is of no kind that
/// such a certificate has.
inline constexpr const char* kWrongKind = "policy.wrong_kind";

}  // namespace step::policy
