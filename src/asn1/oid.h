#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace step::asn1 {

/// An OBJECT IDENTIFIER, kept as its DER contents: cheap to compare, any number of arcs of up to
/// 128 bits each (a UUID of X.667 needs them all).
class Oid {
public:
    Oid() = default;
    /// Contents octets of a valid identifier. Fails with kInvalidArgument otherwise.
    static Result<Oid> from_der(ByteView contents);
    /// "1.2.840.113549". Fails with kInvalidArgument on anything else.
    static Result<Oid> from_text(std::string_view dotted);
    /// For constants only: `contents` must be right.
    static Oid constant(std::string_view contents) { return Oid(contents); }

    ByteView der() const { return contents_; }
    /// Dotted decimal.
    std::string text() const;

    bool operator==(const Oid&) const = default;
    auto operator<=>(const Oid&) const = default;

private:
    explicit Oid(std::string_view contents) : contents_(contents) {}
    Bytes contents_;
};

}  // namespace step::asn1
