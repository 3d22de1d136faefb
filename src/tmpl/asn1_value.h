#pragma once

#include <string_view>

#include "base/bytes.h"
#include "tmpl/function.h"

namespace step::tmpl {

/// Go's asn1.MarshalWithParams: DER of a boolean, whole number, text, time, list or struct.
/// `params` are divided by commas: utf8, ia5, printable, numeric, utc, generalized, set, tag:N,
/// explicit, application, private, optional, default:N, omitempty; others are ignored, as in Go.
/// Fails with Go's words for what has no such form.
Result<Bytes> marshal_asn1(Context& context, const Value& value, std::string_view params);

/// DER of a value written as text. `params` as above and besides the type: printable (also when
/// none is named), utf8, ia5, numeric, int, oid, bool, utc, generalized, or raw, which is base64 of
/// DER that is not looked at. Templates write "PARAMS:TEXT" (asn1Enc, and names of other types).
Result<Bytes> marshal_asn1_text(std::string_view text, std::string_view params);

}  // namespace step::tmpl
