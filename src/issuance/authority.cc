#include "issuance/authority.h"

namespace step::issuance {

Status validate(const Authority& authority) {
    if (authority.chain.empty()) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "the certificate authority has no issuing certificate"};
    }
    STEP_ASSIGN(const crypto::PublicKey key, authority.chain.front().public_key());
    if (!(key == authority.key.public_key())) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = "x509: provided PrivateKey doesn't match parent's PublicKey"};
    }
    return ok();
}

crypto::SignatureScheme leaf_scheme(const Authority& authority) {
    using crypto::SignatureScheme;
    const crypto::PublicKey& key = authority.key.public_key();
    const auto above = authority.chain.front().algorithm.scheme;
    if (key.kind() == crypto::KeyKind::kRsa && above) {
        switch (*above) {
            case SignatureScheme::kRsaSha256:
            case SignatureScheme::kRsaSha384:
            case SignatureScheme::kRsaSha512:
            case SignatureScheme::kRsaPssSha256:
            case SignatureScheme::kRsaPssSha384:
            case SignatureScheme::kRsaPssSha512:
                return *above;
            default:
                break;
        }
    }
    return crypto::default_scheme(key);
}

std::vector<x509::NameConstraints> leaf_constraints(const Authority& authority) {
    std::vector<x509::NameConstraints> all;
    const auto collect = [&all](const x509::Certificate& ca) {
        if (ca.name_constraints) {
            all.push_back(*ca.name_constraints);
        }
    };
    for (const x509::Certificate& ca : authority.chain) {
        collect(ca);
    }
    const x509::Certificate& last = authority.chain.back();
    for (const x509::Certificate& root : authority.roots) {
        if (root.subject_der != last.issuer_der || root.der == last.der) {
            continue;
        }
        const Result<crypto::PublicKey> key = root.public_key();
        if (key && x509::check_signature(last, *key)) {
            collect(root);
            break;
        }
    }
    return all;
}

}  // namespace step::issuance
