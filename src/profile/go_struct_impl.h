#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "asn1/oid.h"
#include "crypto/key.h"
#include "tmpl/value.h"
#include "x509/name.h"
#include "x509/san.h"

// Go's types as templates see them, shared by the files of this module; nobody else includes it.
namespace step::profile::impl {

/// What JSON makes of a field.
enum class Tag : unsigned char {
    kAlways,    ///< Shown by the name of its tag.
    kNotEmpty,  ///< The same, unless it is empty.
    kNever,
    kMethod,  ///< No field: a method without arguments, which templates call in the same way.
};

struct Field {
    std::string_view name;  ///< A constant, as the next.
    std::string_view tag;   ///< Empty: the name itself.
    tmpl::Value value{};
    Tag shown = Tag::kAlways;
};

/// A struct whose fields are all there.
class Struct : public tmpl::Object {
public:
    explicit Struct(std::vector<Field> fields, std::string text = {})
        : fields_(std::move(fields)), text_(std::move(text)) {}

    std::optional<tmpl::Value> field(std::string_view name) const override;
    std::vector<std::pair<std::string, tmpl::Value>> fields() const override;
    std::vector<std::pair<std::string, tmpl::Value>> json_fields() const override;
    /// What String() gives, for types that have it.
    const std::string& text() const { return text_; }

private:
    std::vector<Field> fields_;
    std::string text_;
};

tmpl::Value make_struct(const tmpl::Type& type, std::vector<Field> fields, std::string text = {});

/// A slice of `type`, nil if it is empty.
tmpl::Value slice(const tmpl::Type& type, tmpl::List items);
/// A slice of strings, nil if it is empty.
tmpl::Value strings(const tmpl::Type& type, const std::vector<std::string>& texts);
inline tmpl::Value strings(const std::vector<std::string>& texts) {
    return strings(tmpl::types::kStrings, texts);
}
/// A []uint8, nil if it is empty.
tmpl::Value octets(const Bytes& bytes);

tmpl::Value ip_value(const Bytes& ip);
tmpl::Value url_value(const std::string& text);
/// *big.Int from INTEGER contents.
tmpl::Value big_int(ByteView contents);
/// The arcs; an arc above 2^63 shows as the largest number.
tmpl::List arcs(const asn1::Oid& oid);
std::string quoted(std::string_view text);

/// asn1.ObjectIdentifier, which has a String().
tmpl::Value oid_value(const asn1::Oid& oid);
tmpl::Value oid_values(const std::vector<asn1::Oid>& oids);
/// []net.IP and []*url.URL
tmpl::List ip_values(const std::vector<Bytes>& ips);
tmpl::List url_values(const std::vector<std::string>& uris);

/// crypto.PublicKey: *ecdsa.PublicKey, ed25519.PublicKey or *rsa.PublicKey.
tmpl::Value public_key_value(const crypto::PublicKey& key);
/// x509.PublicKeyAlgorithm
tmpl::Value key_algorithm(crypto::KeyKind kind);

}  // namespace step::profile::impl
