#include "asn1/reader.h"
#include "asn1/writer.h"
#include "crypto/key.h"

namespace step::crypto {
namespace {

Error bad_signature() {
    return Error{.code = Code::kInvalidArgument, .detail = "invalid ECDSA signature"};
}

/// Appends a positive INTEGER's contents as exactly `size` octets; false if it does not fit.
bool put_padded(ByteView integer, std::size_t size, Bytes& out) {
    if ((static_cast<unsigned char>(integer.front()) & 0x80U) != 0) {
        return false;
    }
    if (integer.front() == '\0') {
        integer.remove_prefix(1);
    }
    if (integer.size() > size) {
        return false;
    }
    out.append(size - integer.size(), '\0').append(integer);
    return true;
}

}  // namespace

Result<Bytes> ecdsa_to_raw(ByteView der, std::size_t field_bytes) {
    asn1::Reader reader(der);
    STEP_ASSIGN(asn1::Reader sequence, reader.enter());
    STEP_TRY(reader.finish());
    STEP_ASSIGN(const ByteView r, sequence.read_integer());
    STEP_ASSIGN(const ByteView s, sequence.read_integer());
    STEP_TRY(sequence.finish());
    Bytes raw;
    if (!put_padded(r, field_bytes, raw) || !put_padded(s, field_bytes, raw)) {
        return bad_signature();
    }
    return raw;
}

Result<Bytes> ecdsa_from_raw(ByteView raw) {
    const std::size_t half = raw.size() / 2;
    if (half == 0 || raw.size() % 2 != 0 || half > 66) {
        return bad_signature();
    }
    asn1::Writer writer;
    const auto sequence = writer.begin(asn1::Tag::kSequence);
    writer.unsigned_integer(raw.substr(0, half));
    writer.unsigned_integer(raw.substr(half));
    writer.end(sequence);
    return std::move(writer).take();
}

}  // namespace step::crypto
