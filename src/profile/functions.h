#pragma once

#include <memory>

#include "tmpl/function.h"

namespace step::profile {

/// What templates of X.509 certificates can call. Made at the first call, then shared.
std::shared_ptr<const tmpl::Functions> certificate_functions();
/// What templates of SSH certificates can call.
std::shared_ptr<const tmpl::Functions> ssh_functions();

}  // namespace step::profile
