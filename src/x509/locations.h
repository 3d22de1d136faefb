#pragma once

#include <string>
#include <vector>

#include "x509/certificate.h"

namespace step::x509 {

/// The URLs by which a certificate points elsewhere, in its order; whatever their scheme.
struct Locations {
    std::vector<std::string> ocsp{};     ///< Responders (RFC 5280 4.2.2.1).
    std::vector<std::string> issuers{};  ///< Where the issuer's certificate lies.
    std::vector<std::string> lists{};    ///< CRL distribution points (RFC 5280 4.2.1.13).
};
/// Cannot fail: what cannot be read is left out.
Locations locations_of(const Certificate& certificate);

}  // namespace step::x509
