#include <cstdlib>

#include "asn1/reader.h"
#include "asn1/writer.h"
#include "fuzz/fuzz.h"

namespace {

using namespace step;
using asn1::Reader;
using asn1::Tag;
using asn1::Writer;

constexpr unsigned kMaxDepth = 100;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

/// Decodes one element as its type and encodes the value; false if its contents are no DER.
bool rewrite(const Reader::Element& element, Writer& out) {
    Reader reader(element.whole);
    if (element.tag == Tag::kBoolean) {
        const auto value = reader.read_boolean();
        value ? out.boolean(*value) : void();
        return bool(value);
    }
    if (element.tag == Tag::kInteger) {
        Reader again = reader;
        const auto value = reader.read_integer();
        if (const auto small = again.read_small_integer()) {
            out.integer(*small);
        } else if (value && (static_cast<unsigned char>(value->front()) & 0x80U) == 0) {
            out.unsigned_integer(*value);
        } else {
            out.raw(element.whole);
        }
        return bool(value);
    }
    if (element.tag == Tag::kOid) {
        const auto value = reader.read_oid();
        if (value) {
            const auto again = asn1::Oid::from_text(value->text());
            require(again && *again == *value);
            out.oid(*again);
        }
        return bool(value);
    }
    if (element.tag == Tag::kBitString) {
        (void)Reader(reader).read_named_bits();
        const auto value = reader.read_bits();
        value ? out.bits(*value) : out.raw(element.whole);
        return true;
    }
    if (element.tag == Tag::kUtcTime || element.tag == Tag::kGeneralizedTime) {
        const auto value = reader.read_time();
        if (value) {
            Writer time;
            time.time(*value);
            // A GeneralizedTime that could have been a UTCTime comes back as one.
            const bool same_type = Reader(time.view()).next_is(element.tag);
            out.raw(same_type ? time.view() : element.whole);
        }
        return bool(value);
    }
    out.element(element.tag, element.contents);
    return true;
}

bool copy(Reader reader, Writer& out, unsigned depth) {
    while (!reader.at_end()) {
        const auto element = reader.read_any();
        if (!element || depth == kMaxDepth) {
            return false;
        }
        if ((static_cast<unsigned>(element->tag) & 0x20U) != 0) {
            const auto mark = out.begin(element->tag);
            if (!copy(Reader(element->contents), out, depth + 1)) {
                return false;
            }
            out.end(mark);
        } else if (!rewrite(*element, out)) {
            return false;
        }
    }
    return true;
}

}  // namespace

/// What the reader accepts, the writer spells the same way.
FUZZ_TARGET(asn1_reader) {
    const ByteView der(reinterpret_cast<const char*>(input.data()), input.size());
    Writer out;
    if (copy(Reader(der), out, 0)) {
        require(out.view() == der);
    }
}
