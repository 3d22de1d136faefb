#pragma once

#include <cstdint>
#include <optional>

#include "asn1/oid.h"
#include "asn1/tag.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/runtime.h"

namespace step::asn1 {

/// Walks DER (X.690) from front to back. Aliases its input, which must outlive it and the
/// views it gives. Every failure is kInvalidArgument and leaves the reader where it was.
/// Strict: minimal lengths, minimal integers, BOOLEAN 00 or ff, no indefinite length, low tag
/// numbers. Not checked: the order of a SET OF.
class Reader {
public:
    explicit Reader(ByteView der) : rest_(der) {}

    bool at_end() const { return rest_.empty(); }
    /// What has not been read yet.
    ByteView rest() const { return rest_; }
    /// True if the next element has this tag.
    bool next_is(Tag tag) const;
    std::optional<Tag> peek() const;

    /// The contents of the next element, which must have this tag.
    Result<ByteView> read(Tag tag);
    /// The next element whatever it is: tag, contents, and the whole of it with its header.
    struct Element {
        Tag tag{};
        ByteView contents{}, whole{};
    };
    Result<Element> read_any();
    /// Contents if the next element has this tag, none (and nothing read) otherwise.
    Result<std::optional<ByteView>> read_optional(Tag tag);
    /// A reader over the contents of the next element.
    Result<Reader> enter(Tag tag = Tag::kSequence);

    Result<bool> read_boolean();
    /// Two's complement contents, minimal, at least one octet.
    Result<ByteView> read_integer();
    /// An INTEGER that fits.
    Result<std::int64_t> read_small_integer();
    Result<Oid> read_oid();
    /// A BIT STRING whose last octet is full: the octets without the leading count.
    Result<ByteView> read_bits();
    /// A BIT STRING of up to 32 named bits, bit 0 in the lowest place (KeyUsage). Unused bits
    /// must be zero; trailing zero bits are let pass, as Go does (X.690 11.2.2 forbids them).
    Result<std::uint32_t> read_named_bits();
    /// UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 has them (Z, seconds, no fraction).
    Result<SysSeconds> read_time();

    /// Fails unless everything has been read.
    Status finish() const;

private:
    ByteView rest_;
};

}  // namespace step::asn1
