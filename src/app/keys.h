#pragma once

#include <string>
#include <vector>

#include "app/app.h"
#include "base/result.h"
#include "crypto/key.h"
#include "x509/certificate.h"

namespace step::app {

/// Every certificate of each PEM file, in order. Fails with
/// `error reading "FILE": no such file or directory` or "error parsing FILE: …".
Result<std::vector<x509::Certificate>> read_certificates(const std::vector<std::string>& files);

/// Error::reason of an encrypted key for which nobody gave a password, nor is there whom to ask.
inline constexpr const char* kNoPassword = "app.no_password";

/// A private key in any form that crypto::parse_private_key knows. Fails as above, and with
/// "error decrypting FILE: x509: decryption password incorrect".
Result<crypto::PrivateKey> read_key(const std::string& file, const std::string& fallback_password,
                                    const KeyPassword& password);

}  // namespace step::app
