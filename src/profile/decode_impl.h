#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asn1/oid.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"
#include "json/value.h"
#include "profile/plan.h"

// Reading of a template's output, shared by the files of this module; nobody else includes it.
// Details are the original's, without the "error unmarshaling certificate: " before all of them.
namespace step::profile::impl {

/// An error at a place of the output, reason kBadOutput.
Error mistake(const json::Value& at, std::string detail);
/// The same of what the JSON asks for, reason kBadContent: the detail is whole.
Error unfit(const json::Value& at, std::string detail);
/// "json: cannot unmarshal number into INTO".
Error cannot_unmarshal(const json::Value& at, std::string_view into);
/// The same error with "error unmarshaling json: " before it, `times` times.
Error wrap(Error error, int times = 1);

/// Something the original's decoder reads with methods of its own, as `read` does here; absent:
/// `out` is left alone.
template <class T, class Read>
Status get(const json::Value& object, std::string_view name, T& out, Read read) {
    if (const json::Value* value = object.find(name)) {
        STEP_ASSIGN(out, read(*value));
    }
    return ok();
}

/// A string for a Go field `into` ("Go struct field Name.commonName of type string"); null: "".
Result<std::string> read_string(const json::Value& value, std::string_view into);
/// A flag, or null for false.
Result<bool> read_flag(const json::Value& value, std::string_view into);
/// base64, a list of numbers, or null for none.
Result<Bytes> read_octets(const json::Value& value, std::string_view into);
/// A string, a list of strings, or null for none.
Result<std::vector<std::string>> read_strings(const json::Value& value);
/// The same for a list of things that are written as strings: the errors of both stages.
Result<std::vector<std::string>> read_list(const json::Value& value);
/// What Go says of an identifier that has no DER.
inline constexpr std::string_view kBadOid = "asn1: structure error: invalid object identifier";
/// "" gives an empty identifier.
Result<asn1::Oid> read_oid(const json::Value& value);
Result<asn1::Oid> parse_oid(const json::Value& at, std::string_view text);
bool is_ascii(std::string_view text);
/// "error creating certificate: x509: … cannot be encoded as an IA5String" for what is not ASCII.
Status check_ascii(const json::Value& at, std::string_view text);
/// RFC 3339. null and Go's zero time: none.
Result<std::optional<SysSeconds>> read_time(const json::Value& value);

/// A name: an object, or a string for the common name alone.
struct NameParts {
    x509::Subject subject{};
    std::vector<x509::Attribute> extra{};
};
inline constexpr std::string_view kBadIa5Attribute =
    "error parsing certificate: x509: invalid RDNSequence: invalid attribute value: invalid "
    "IA5String";
Result<NameParts> read_name(const json::Value& value);
/// The name in the original's order. A type among the extra ones stands for its whole field.
x509::Name assemble_name(const x509::Subject& subject, const std::vector<x509::Attribute>& extra);

/// The attributes of types that x509::Subject has no field for, as UTF-8.
std::vector<x509::Attribute> unnamed_attributes(const x509::Name& name);

/// `dnsNames`, `emailAddresses`, `ipAddresses`, `uris` and `sans`, in this order; if some are of a
/// kind that AltNames does not have, an extension with all of them is put before the others. Wants
/// subject and extensions of the plan to be there.
Status read_alt_names(const json::Value& certificate, CertificatePlan& plan);

/// Whether a certificate of the plan can be read again: "error parsing certificate: …",
/// kBadContent.
Status check_certificate(const CertificatePlan& plan);

/// The name by which templates ask for a scheme: "ECDSA-SHA256".
std::string_view scheme_name(crypto::SignatureScheme scheme);

Result<x509::NameConstraints> read_name_constraints(const json::Value& value);

/// The first value in `text`, or kBadOutput.
Result<json::Value> parse_output(std::string_view text);
/// Fills in the line of `text` that the error is about, and what stands before its detail.
Error show(Error error, std::string_view text);

}  // namespace step::profile::impl
