#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key.h"

namespace step::provisioner {

/// The keys that sign instance identity documents. Bare keys: the certificates they are published
/// in are their own roots, most may not even sign, and old ones have run out while their keys have
/// not; nobody builds a chain or looks at dates. RSA-1024 is what AWS signs with.
class AwsKeys {
public:
    struct Key {
        crypto::PublicKey key;
        std::vector<std::string> regions{};  ///< Of the line above the certificate; may be empty.
    };

    /// The published ones that come with the program (aws_certificates.pem).
    static Result<AwsKeys> published();
    /// Those of a PEM text. Fails with kInvalidArgument and the original's words if there is no
    /// certificate or one cannot be read. Of certificates with one key, one key is kept.
    static Result<AwsKeys> read(std::string_view pem);

    /// Whether one of the keys made this signature (RSA, PKCS#1 v1.5, SHA-256). `region` only says
    /// which to try first.
    bool signed_by_any(ByteView document, ByteView signature, std::string_view region) const;

    const std::vector<Key>& all() const { return keys_; }

private:
    std::vector<Key> keys_{};
};

}  // namespace step::provisioner
