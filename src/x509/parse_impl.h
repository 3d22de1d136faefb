#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "asn1/reader.h"
#include "base/bytes.h"
#include "base/result.h"
#include "x509/certificate.h"

// Shared by the parsers of this module; nobody else includes it.
namespace step::x509::impl {

/// GeneralName (RFC 5280 4.2.1.6).
inline constexpr asn1::Tag kEmailTag = asn1::context(1), kDnsTag = asn1::context(2),
                           kUriTag = asn1::context(6), kIpTag = asn1::context(7);

inline Error malformed(std::string_view what) {
    return Error{.code = Code::kInvalidArgument, .detail = std::string(what)};
}

/// The same result, for use within one expression; a failure says `what` to the client and keeps
/// its own words for the log.
template <class T>
Result<T>&& said(Result<T>&& result, std::string_view what) {
    if (!result) {
        Error error = std::move(result).error();
        error.cause = std::move(error.detail);
        error.detail = what;
        result = std::move(error);
    }
    return std::move(result);
}

/// AlgorithmIdentifier: reads the next element.
Result<Algorithm> read_algorithm(asn1::Reader& reader);

/// One Extension (RFC 5280 4.1): reads the next element into `extension`.
Status read_extension(asn1::Reader& reader, Extension& extension);

/// AuthorityKeyIdentifier (RFC 5280 4.2.1.1): the key identifier; none if it has only an issuer.
Result<std::optional<Bytes>> read_authority_key_id(const Extension& extension);

/// Fills the decoded members of `certificate` from its list of extensions.
Status decode_extensions(Certificate& certificate);

/// Checks the shape of a SubjectPublicKeyInfo as far as the algorithm is known: what Go refuses
/// while it parses a certificate, but for the test that a point lies on its curve.
Status check_spki(ByteView spki);

bool is_ascii(std::string_view text);

/// Go's domainNameValid: labels of visible ASCII, none empty, no dot at the end; a constraint may
/// begin with a dot; "" is fine.
bool is_domain_name(std::string_view name, bool constraint);

}  // namespace step::x509::impl
