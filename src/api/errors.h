#pragma once

#include <string>

#include "base/result.h"
#include "http/message.h"

namespace step::api {

/// Reasons raised here, for answers whose words differ from the rule of their Code.
inline constexpr const char* kRootNotFound = "api.root_not_found";
/// The original answers this 404 with the words it has for statuses it does not expect.
inline constexpr const char* kNoCrl = "api.no_crl";

/// The HTTP status of an error.
int status_of(const Error& error);

/// The answer of the JSON API: {"status":403,"message":"…"}, as the original's. `cause` goes into
/// the log field "error" only.
http::Response to_response(const Error& error);

}  // namespace step::api
