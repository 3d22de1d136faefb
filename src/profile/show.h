#pragma once

#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace step::profile {

// What the original shows others of a certificate that a template made: the template's JSON, read
// and written again. Members it does not know are gone, absent ones are there, values have their
// one form; validity is left out, for it is not the template's to say.

/// As x509util.Certificate. Fails as decode_certificate (plan.h).
Result<json::Object> show_certificate(std::string_view rendered);
/// As sshutil.Certificate. Fails as decode_ssh_certificate (ssh_plan.h).
Result<json::Object> show_ssh_certificate(std::string_view rendered);

}  // namespace step::profile
