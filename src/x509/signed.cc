#include <fmt/format.h>

#include "x509/signed_impl.h"

namespace step::x509::impl {

using crypto::KeyKind;
using crypto::SignatureScheme;

Status check_signature_by(const Signed& what, const Certificate& parent, Sha1 sha1) {
    const Result<crypto::PublicKey> key = parent.public_key();
    if (!key || !what.algorithm.scheme) {
        return refused("x509: cannot verify signature: algorithm unimplemented");
    }
    const SignatureScheme scheme = *what.algorithm.scheme;
    const bool is_sha1 =
        scheme == SignatureScheme::kEcdsaSha1 || scheme == SignatureScheme::kRsaSha1;
    if (is_sha1 && sha1 == Sha1::kRefuse) {
        return refused(
            fmt::format("x509: cannot verify signature: insecure algorithm {}",
                        scheme == SignatureScheme::kRsaSha1 ? "SHA1-RSA" : "ECDSA-SHA1"));
    }
    if (key->verify(scheme, what.tbs, what.signature)) {
        return ok();
    }
    switch (key->kind()) {
        case KeyKind::kRsa:
            return refused("crypto/rsa: verification error");
        case KeyKind::kEd25519:
            return refused("x509: Ed25519 verification failure");
        default:
            return refused("x509: ECDSA verification failure");
    }
}

Status check_signed_by(const Signed& what, const Certificate& parent, std::uint32_t usage,
                       Sha1 sha1) {
    const bool is_authority = parent.basic_constraints ? parent.is_ca() : parent.version < 3;
    const std::uint32_t allowed = parent.key_usage.value_or(0);
    if (!is_authority || (allowed != 0 && (allowed & usage) == 0)) {
        return refused(
            "x509: invalid signature: parent certificate cannot sign this kind of certificate");
    }
    return check_signature_by(what, parent, sha1);
}

}  // namespace step::x509::impl
