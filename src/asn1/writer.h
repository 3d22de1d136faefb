#pragma once

#include <cstdint>

#include "asn1/oid.h"
#include "asn1/tag.h"
#include "base/bytes.h"
#include "base/runtime.h"

namespace step::asn1 {

/// Appends DER to one buffer. Nest with begin() and end(); cannot fail.
///
///     Writer w;
///     const auto sequence = w.begin(Tag::kSequence);
///     w.integer(1);
///     w.end(sequence);
///     Bytes der = std::move(w).take();
class Writer {
public:
    Writer() = default;
    /// With room for `expected` octets: what fits leaves no copies behind in freed memory, which
    /// matters for private keys.
    explicit Writer(std::size_t expected) { out_.reserve(expected); }

    struct Mark {
        std::size_t start = 0;
    };
    /// Opens an element; everything up to the matching end() is its contents.
    Mark begin(Tag tag);
    void end(Mark mark);

    /// A whole element from its contents.
    void element(Tag tag, ByteView contents);
    /// DER that is complete already.
    void raw(ByteView der);

    void boolean(bool value);
    void integer(std::int64_t value);
    /// A non-negative INTEGER from big-endian octets; leading zeros are dropped, a sign octet
    /// is added where needed. "" gives 0.
    void unsigned_integer(ByteView big_endian);
    void oid(const Oid& oid);
    void null();
    void octets(ByteView contents);
    /// A BIT STRING without unused bits.
    void bits(ByteView contents);
    /// A BIT STRING of named bits, bit 0 first (KeyUsage): trailing zero bits dropped
    /// (X.690 11.2.2).
    void named_bits(std::uint32_t bits);
    /// UTCTime through 2049, GeneralizedTime from 2050 and before 1950 (RFC 5280 4.1.2.5).
    /// Years before 0 and after 9999 have no encoding: the nearest moment that has one is written.
    void time(SysSeconds time);
    /// PrintableString if every character may be in one, UTF8String otherwise, as Go chooses
    /// ('*' and '&' are not allowed in what we write).
    void printable_or_utf8(std::string_view text);

    ByteView view() const { return out_; }
    Bytes take() && { return std::move(out_); }

private:
    Bytes out_;
};

/// True if Go's encoding/asn1 would write `text` as PrintableString.
bool is_printable(std::string_view text);

}  // namespace step::asn1
