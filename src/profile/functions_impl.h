#pragma once

#include <span>

#include "tmpl/function.h"

namespace step::profile {

/// sprig's functions that need X.509: genPrivateKey, genCA, genSelfSignedCert, genSignedCert, each
/// also WithKey, and buildCustomCert.
std::span<const tmpl::Entry> key_functions();

}  // namespace step::profile
