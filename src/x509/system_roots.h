#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/system.h"
#include "x509/certificate.h"

namespace step::x509 {

/// Whom this machine trusts: SSL_CERT_FILE and SSL_CERT_DIR, or the places where Go looks on
/// Linux. Costs some 10 ms: only for who needs it.
std::vector<Certificate> system_roots(const Environment& environment);

/// Adds what a PEM file holds; blocks that are no certificate are passed over, as Go does.
void add_certificates(std::vector<Certificate>& certificates, ByteView pem);
/// The paths of the regular files in a folder, sorted; none if it cannot be read.
std::vector<std::string> files_of_folder(const std::string& folder);

}  // namespace step::x509
