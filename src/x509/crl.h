#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "x509/certificate.h"

namespace step::x509 {

/// One line of a revocation list (RFC 5280 5.1.2.6).
struct RevokedCertificate {
    Bytes serial{};  ///< INTEGER contents, as Certificate::serial.
    SysSeconds revoked_at{};
    std::vector<Extension> extensions{};
};

/// IssuingDistributionPoint (RFC 5280 5.2.5): which certificates a list speaks of.
struct IssuingDistributionPoint {
    /// A GeneralName: context tag number and contents.
    struct Location {
        unsigned kind = 0;
        Bytes contents{};
        bool operator==(const Location&) const = default;
    };
    bool named = false;                 ///< Speaks only of certificates that name this point.
    std::vector<Location> locations{};  ///< Its full names; none if it has a relative one.
    bool only_user = false, only_ca = false, only_attribute = false, indirect = false;
    std::optional<Bytes> only_some_reasons{};  ///< Octets of the BIT STRING.
};

/// A certificate revocation list of version 2 (RFC 5280 5), decoded. Value type; owns its bytes.
struct RevocationList {
    Bytes der{};
    Bytes tbs{};  ///< TBSCertList, whole element.
    Algorithm algorithm{};
    Bytes issuer_der{};
    Name issuer{};
    SysSeconds this_update{};
    std::optional<SysSeconds> next_update{};
    std::vector<RevokedCertificate> revoked{};
    std::vector<Extension> extensions{};
    Bytes signature{};  ///< BIT STRING contents.

    // Decoded extensions; none if absent.
    std::optional<Bytes> number{};  ///< INTEGER contents.
    std::optional<Bytes> authority_key_id{};
    std::optional<IssuingDistributionPoint> distribution_point{};
    bool delta = false;  ///< Has a delta CRL indicator.
    /// A critical extension, of the list or of an entry, that nobody here evaluates.
    bool unhandled_critical = false;
};

/// Reads a list: what Go's x509.ParseRevocationList refuses is refused with its words,
/// kInvalidArgument, and so is anything after the list. An issuing distribution point that cannot
/// be read is no failure but an unhandled extension. Checks neither signature nor time.
Result<RevocationList> parse_crl(ByteView der);
/// The first block if `text` begins with a PEM block "X509 CRL", else `text` as DER.
Result<RevocationList> parse_crl_file(ByteView text);
std::string encode_crl_pem(ByteView der);

/// ok() if the key of `issuer` made the signature of `list`; nothing else is checked.
Status check_signature(const RevocationList& list, const Certificate& issuer);

/// What `step crl inspect` says of a signature.
struct CrlVerdict {
    bool valid = false;
    std::string reason{};  ///< Why not; empty too if there was nobody to ask.
};
/// Asks each of `issuers` that may sign lists and has the key identifier that the list names, if it
/// names one. For showing only: neither the names nor what the list speaks of are compared; use
/// look_up() to decide anything.
CrlVerdict judge_signature(const RevocationList& list, std::span<const Certificate> issuers,
                           SysSeconds now);

struct CrlCheck {
    SysSeconds now{};
    bool skip_signature = false;
    /// A person chose this list: it need not be of a distribution point that the certificate names,
    /// if that names none.
    bool chosen = false;
};
/// What `list` says of `certificate`, which `issuer` issued: the entry that revokes it, or null:
/// the list vouches for it. Fails with kUnauthenticated if it can say neither: it was not signed by
/// that issuer, which may sign lists (RFC 5280 6.3.3 f, g; SHA-1 signatures do not count), not
/// issued in its name, is indirect; or does not name the certificate, and is out of date, a delta,
/// of other certificates or reasons, or has critical extensions that we do not know.
Result<const RevokedCertificate*> look_up(const RevocationList& list,
                                          const Certificate& certificate, const Certificate& issuer,
                                          const CrlCheck& check);

/// The entry for this serial number, null if there is none. An entry whose reason is
/// removeFromCRL counts as none.
const RevokedCertificate* find_revoked(const RevocationList& list, ByteView serial);

/// CRLReason (RFC 5280 5.3.1); none if the entry gives none.
std::optional<std::int64_t> reason_code(const RevokedCertificate& entry);

}  // namespace step::x509
