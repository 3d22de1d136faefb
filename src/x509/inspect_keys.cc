// Names of algorithms and keys.
#include <array>

#include "asn1/reader.h"
#include "x509/inspect_parts.h"

namespace step::x509::parts {

using asn1::Reader;
using asn1::Tag;

namespace {

/// What Go's crypto/x509 names besides PSS; the last column is how zcrypto spells the
/// identifier, where it differs.
struct Signature {
    std::string_view oid, name, json_oid;
};
constexpr Signature kSignatures[] = {
    {"1.2.840.113549.1.1.4", "MD5-RSA", ""},
    {"1.2.840.113549.1.1.5", "SHA1-RSA", "1.3.14.3.2.29"},
    {"1.3.14.3.2.29", "SHA1-RSA", ""},
    {"1.2.840.113549.1.1.11", "SHA256-RSA", ""},
    {"1.2.840.113549.1.1.12", "SHA384-RSA", ""},
    {"1.2.840.113549.1.1.13", "SHA512-RSA", ""},
    {"1.2.840.10040.4.3", "DSA-SHA1", ""},
    {"2.16.840.1.101.3.4.3.2", "DSA-SHA256", ""},
    {"1.2.840.10045.4.1", "ECDSA-SHA1", ""},
    {"1.2.840.10045.4.3.2", "ECDSA-SHA256", ""},
    {"1.2.840.10045.4.3.3", "ECDSA-SHA384", ""},
    {"1.2.840.10045.4.3.4", "ECDSA-SHA512", ""},
    {"1.3.101.112", "Ed25519", ""},
};

/// FIPS 204 and FIPS 205: arcs 17 to 46 of 2.16.840.1.101.3.4.3, in order.
constexpr std::string_view kLatticeArc = "2.16.840.1.101.3.4.3.";
constexpr std::array<std::string_view, 30> kLattice = {"ML-DSA-44",
                                                       "ML-DSA-65",
                                                       "ML-DSA-87",
                                                       "SLH-DSA-SHA2-128s",
                                                       "SLH-DSA-SHA2-128f",
                                                       "SLH-DSA-SHA2-192s",
                                                       "SLH-DSA-SHA2-192f",
                                                       "SLH-DSA-SHA2-256s",
                                                       "SLH-DSA-SHA2-256f",
                                                       "SLH-DSA-SHAKE-128s",
                                                       "SLH-DSA-SHAKE-128f",
                                                       "SLH-DSA-SHAKE-192s",
                                                       "SLH-DSA-SHAKE-192f",
                                                       "SLH-DSA-SHAKE-256s",
                                                       "SLH-DSA-SHAKE-256f",
                                                       "HashML-DSA-44",
                                                       "HashML-DSA-65",
                                                       "HashML-DSA-87",
                                                       "HashSLH-DSA-SHA2-128s",
                                                       "HashSLH-DSA-SHA2-128f",
                                                       "HashSLH-DSA-SHA2-192s",
                                                       "HashSLH-DSA-SHA2-192f",
                                                       "HashSLH-DSA-SHA2-256s",
                                                       "HashSLH-DSA-SHA2-256f",
                                                       "HashSLH-DSA-SHAKE-128s",
                                                       "HashSLH-DSA-SHAKE-128f",
                                                       "HashSLH-DSA-SHAKE-192s",
                                                       "HashSLH-DSA-SHAKE-192f",
                                                       "HashSLH-DSA-SHAKE-256s",
                                                       "HashSLH-DSA-SHAKE-256f"};

std::string other_algorithm(const std::string& dotted) {
    if (dotted.starts_with(kLatticeArc)) {
        for (std::size_t i = 0; i < kLattice.size(); ++i) {
            if (dotted.substr(kLatticeArc.size()) == std::to_string(i + 17)) {
                return std::string(kLattice[i]);
            }
        }
    }
    return dotted;
}

/// The hash of an AlgorithmIdentifier whose parameters are NULL, "" otherwise.
std::string hash_with_null(Reader& reader) {
    auto sequence = reader.enter();
    if (!sequence) {
        return {};
    }
    const auto id = sequence->read_oid();
    const auto null = sequence->read(Tag::kNull);
    if (!id || !null || !sequence->at_end()) {
        return {};
    }
    return id->text();
}

/// RFC 4055 3.1, held to what Go accepts: MGF1 with the same hash, salt as long as the hash,
/// the usual trailer. "" for anything else.
std::string_view pss_name(Reader parameters) {
    constexpr std::string_view kMgf1 = "1.2.840.113549.1.1.8";
    struct Kind {
        std::string_view hash, name;
        std::int64_t salt;
    };
    constexpr Kind kKinds[] = {{"2.16.840.1.101.3.4.2.1", "SHA256-RSAPSS", 32},
                               {"2.16.840.1.101.3.4.2.2", "SHA384-RSAPSS", 48},
                               {"2.16.840.1.101.3.4.2.3", "SHA512-RSAPSS", 64}};
    auto sequence = parameters.enter();
    if (!sequence) {
        return {};
    }
    auto hash_field = sequence->enter(asn1::context_constructed(0));
    auto mgf_field = sequence->enter(asn1::context_constructed(1));
    auto salt_field = sequence->enter(asn1::context_constructed(2));
    if (!hash_field || !mgf_field || !salt_field) {
        return {};
    }
    const std::string hash = hash_with_null(*hash_field);
    auto mgf = mgf_field->enter();
    if (!mgf) {
        return {};
    }
    const auto mgf_id = mgf->read_oid();
    const auto salt = salt_field->read_small_integer();
    if (!mgf_id || mgf_id->text() != kMgf1 || hash_with_null(*mgf) != hash || !salt) {
        return {};
    }
    if (auto trailer = sequence->enter(asn1::context_constructed(3))) {
        const auto value = trailer->read_small_integer();
        if (!value || *value != 1) {
            return {};
        }
    }
    for (const Kind& kind : kKinds) {
        if (hash == kind.hash && *salt == kind.salt) {
            return kind.name;
        }
    }
    return {};
}

std::optional<KeyView::Dsa> parse_dsa(Reader parameters, ByteView bits) {
    const auto y = whole(bits, Tag::kInteger);
    auto numbers = parameters.enter();
    if (!y || !numbers) {
        return std::nullopt;
    }
    const auto p = numbers->read_integer();
    const auto q = numbers->read_integer();
    const auto g = numbers->read_integer();
    if (!p || !q || !g) {
        return std::nullopt;
    }
    const auto magnitude = [](ByteView integer) {
        return Bytes(integer.starts_with('\0') ? integer.substr(1) : integer);
    };
    return KeyView::Dsa{magnitude(*y), magnitude(*p), magnitude(*q), magnitude(*g)};
}

}  // namespace

AlgorithmNames algorithm_names(ByteView algorithm_identifier) {
    constexpr std::string_view kPss = "1.2.840.113549.1.1.10";
    Reader outer(algorithm_identifier);
    auto reader = outer.enter();
    const auto id = reader ? reader->read_oid() : Result<asn1::Oid>(Error{});
    if (!id) {
        return {"Unknown", "0", ""};
    }
    const std::string dotted = id->text();
    if (dotted == kPss) {
        if (const auto name = pss_name(*reader); !name.empty()) {
            return {std::string(name), std::string(name), dotted};
        }
        return {dotted, "0", ""};
    }
    for (const Signature& known : kSignatures) {
        if (dotted == known.oid) {
            return {std::string(known.name), std::string(known.name),
                    known.json_oid.empty() ? dotted : std::string(known.json_oid)};
        }
    }
    return {other_algorithm(dotted), "0", ""};
}

std::string_view curve_name(crypto::KeyKind kind) {
    switch (kind) {
        case crypto::KeyKind::kEcP256:
            return "P-256";
        case crypto::KeyKind::kEcP384:
            return "P-384";
        case crypto::KeyKind::kEcP521:
            return "P-521";
        case crypto::KeyKind::kEd25519:
        case crypto::KeyKind::kRsa:
            break;
    }
    return "";
}

KeyView view_key(ByteView spki) {
    constexpr std::string_view kDsa = "1.2.840.10040.4.1";
    KeyView view;
    if (auto key = crypto::PublicKey::from_spki(spki)) {
        const auto kind = key->kind();
        view.algorithm = kind == crypto::KeyKind::kRsa       ? "RSA"
                         : kind == crypto::KeyKind::kEd25519 ? "Ed25519"
                                                             : "ECDSA";
        view.bits = Bytes(key->key_bits());
        view.key = *std::move(key);
        return view;
    }
    view.algorithm = "Unknown";
    Reader outer(spki);
    auto reader = outer.enter();
    if (!reader) {
        return view;
    }
    auto algorithm = reader->enter();
    const auto id = algorithm ? algorithm->read_oid() : Result<asn1::Oid>(Error{});
    const auto bits = reader->read_bits();
    if (!id || !bits) {
        return view;
    }
    view.algorithm = other_algorithm(id->text());
    view.bits = Bytes(*bits);
    if (id->text() == kDsa) {
        view.dsa = parse_dsa(*algorithm, *bits);
        if (view.dsa) {
            view.algorithm = "DSA";
        }
    }
    return view;
}

std::string short_key_label(const KeyView& view) {
    if (view.key) {
        switch (view.key->kind()) {
            case crypto::KeyKind::kRsa:
                return "RSA " + std::to_string((view.key->bits() + 7) / 8 * 8);
            case crypto::KeyKind::kEd25519:
                return "Ed25519 256";
            default:
                return "ECDSA " + std::string(curve_name(view.key->kind()));
        }
    }
    if (view.dsa) {
        return "DSA " + std::to_string(view.dsa->q.size() * 8);
    }
    return view.algorithm;
}

}  // namespace step::x509::parts
