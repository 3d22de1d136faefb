#include "x509/locations.h"

#include "x509/inspect_parts.h"

namespace step::x509 {

Locations locations_of(const Certificate& certificate) {
    Locations locations;
    if (const Extension* const access = certificate.find(oid::kAuthorityInfoAccess)) {
        parts::AccessUrls urls = parts::access_urls(access->value);
        locations.ocsp = std::move(urls.ocsp);
        locations.issuers = std::move(urls.issuers);
    }
    if (const Extension* const points = certificate.find(oid::kCrlDistributionPoints)) {
        locations.lists = parts::distribution_points(points->value);
    }
    return locations;
}

}  // namespace step::x509
