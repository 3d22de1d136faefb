#pragma once

#include <vector>

#include "app/app.h"
#include "issuance/issue.h"

namespace step::app {

/// A certificate of the CA's own, with a fresh key, on no record.
struct OwnCertificate {
    crypto::PrivateKey key;
    std::vector<Bytes> chain{};  ///< DER, leaf first.
    SysSeconds not_before{}, not_after{};
};
/// kForbidden if the CA's own names break the name constraints of its chain.
Result<OwnCertificate> make_own_certificate(const setup::Config& config,
                                            const issuance::Issuer& issuer);

/// What App::make_tls() does, for an issuer that need not be part of an App.
Result<App::OwnTls> make_own_tls(const setup::Config& config, const issuance::Issuer& issuer);

}  // namespace step::app
