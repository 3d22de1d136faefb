#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key.h"
#include "x509/certificate.h"

namespace step::x509 {

/// A certification request (RFC 2986) whose signature was good: it exists only if its sender
/// holds the key.
struct Csr {
    Bytes der{};
    Bytes subject_der{};
    Name subject{};
    crypto::PublicKey key;
    AltNames names{};
    std::vector<Bytes> other_names{};
    std::vector<Extension> extensions{};  ///< From the extensionRequest attribute.
    Algorithm algorithm{};
    Bytes signature{};
};

/// Why parse_csr failed, in Error::reason.
inline constexpr const char* kCsrMalformed = "x509.csr_malformed";
inline constexpr const char* kCsrBadSignature = "x509.csr_bad_signature";
inline constexpr const char* kCsrUnsupportedKey = "x509.csr_unsupported_key";
inline constexpr const char* kCsrTooManyNames = "x509.csr_too_many_names";

/// Decodes and checks the signature, once. Fails with kInvalidArgument and one of the reasons
/// above. At most 1,000 names are accepted.
Result<Csr> parse_csr(ByteView der);
Result<Csr> parse_csr_pem(std::string_view pem);

/// A request for these names, signed. The subject may be empty.
struct CsrDraft {
    Name subject{};
    Bytes subject_der{};  ///< If not empty, stands for `subject`.
    AltNames names{};
    /// Behind the alternative names, which are not made of `names` if there are some here.
    std::vector<Extension> extensions{};
    std::optional<crypto::SignatureScheme> scheme{};  ///< None: the key's default.
};
Result<Bytes> make_csr(const CsrDraft& draft, const crypto::PrivateKey& key);

}  // namespace step::x509
