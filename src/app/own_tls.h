#pragma once

#include "app/app.h"
#include "issuance/issue.h"

namespace step::app {

/// What App::make_tls() does, for an issuer that need not be part of an App.
Result<App::OwnTls> make_own_tls(const setup::Config& config, const issuance::Issuer& issuer);

}  // namespace step::app
