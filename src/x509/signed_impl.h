#pragma once

#include "x509/certificate.h"

// Shared by those who check what an issuer signed; nobody else includes it.
namespace step::x509::impl {

inline Error refused(std::string detail) {
    return Error{.code = Code::kUnauthenticated, .detail = std::move(detail)};
}

/// A certificate, a revocation list or an OCSP answer. Borrowed.
struct Signed {
    const Algorithm& algorithm;
    ByteView tbs{}, signature{};
};

enum class Sha1 : unsigned char { kRefuse, kAllow };

/// ok() if the key of `parent` made the signature; kUnauthenticated and Go's words if not.
Status check_signature_by(const Signed& what, const Certificate& parent, Sha1 sha1);

/// Go's CheckSignatureFrom: besides, `parent` is a CA and its key usage, if any, has the bit
/// `usage`.
Status check_signed_by(const Signed& what, const Certificate& parent, std::uint32_t usage,
                       Sha1 sha1);

}  // namespace step::x509::impl
