#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crypto/keygen.h"
#include "issuance/authority.h"
#include "x509/csr.h"
#include "x509/draft.h"

namespace step::test {

template <class T>
T must(Result<T> result) {
    REQUIRE_MESSAGE(static_cast<bool>(result),
                    (result ? std::string() : result.error().detail + " " + result.error().cause));
    return *std::move(result);
}

inline x509::Certificate make_ca(const std::string& name, const crypto::PublicKey& key,
                                 const std::string& issuer, const crypto::PrivateKey& issuer_key,
                                 std::optional<x509::NameConstraints> constraints = {}) {
    const auto named = [](const std::string& text) {
        return x509::encode_name(x509::to_name({.common_name = text}));
    };
    const x509::Draft draft{.subject_der = named(name),
                            .not_before = SysSeconds(std::chrono::seconds(1'600'000'000)),
                            .not_after = SysSeconds(std::chrono::seconds(2'500'000'000)),
                            .spki = key.spki(),
                            .key_usage = x509::key_usage::kCertSign | x509::key_usage::kCrlSign,
                            .basic_constraints = x509::BasicConstraints{.ca = true},
                            .subject_key_id = x509::key_id(key),
                            .authority_key_id = x509::key_id(issuer_key.public_key()),
                            .name_constraints = std::move(constraints)};
    const Bytes der = must(x509::sign_draft(draft, "\x01", named(issuer), issuer_key,
                                            crypto::default_scheme(issuer_key.public_key())));
    return must(x509::parse_certificate(der));
}

/// A root and an intermediate with fresh keys.
inline issuance::Authority make_authority(crypto::KeyKind kind = crypto::KeyKind::kEcP256,
                                          std::optional<x509::NameConstraints> constraints = {}) {
    const crypto::PrivateKey root_key = must(crypto::generate_key(kind));
    crypto::PrivateKey key = must(crypto::generate_key(kind));
    x509::Certificate root = make_ca("Test Root", root_key.public_key(), "Test Root", root_key);
    x509::Certificate intermediate = make_ca("Test Intermediate", key.public_key(), "Test Root",
                                             root_key, std::move(constraints));
    issuance::Authority authority{.key = std::move(key)};
    authority.chain.push_back(std::move(intermediate));
    authority.roots.push_back(std::move(root));
    return authority;
}

inline x509::Csr make_request(const std::string& common_name, const x509::AltNames& names,
                              const crypto::PrivateKey& key) {
    const x509::CsrDraft draft{.subject = x509::to_name({.common_name = common_name}),
                               .names = names};
    return must(x509::parse_csr(must(x509::make_csr(draft, key))));
}

}  // namespace step::test
