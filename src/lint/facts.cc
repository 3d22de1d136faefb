#include "lint/facts.h"

#include "crypto/key.h"
#include "lint/extensions.h"
#include "x509/algorithm.h"

namespace step::lint {
namespace {

using asn1::Reader;
using asn1::Tag;

Error no_certificate(std::string_view what) {
    return {.code = Code::kInvalidArgument,
            .detail = "x509: malformed certificate: " + std::string(what)};
}

/// An unreadable part ends it.
DistinguishedName read_name(ByteView whole) {
    DistinguishedName name;
    Reader outer(whole);
    auto rdns = outer.enter();
    if (!rdns) {
        return name;
    }
    while (!rdns->at_end()) {
        auto rdn = rdns->enter(Tag::kSet);
        if (!rdn) {
            return name;
        }
        name.rdns.emplace_back();
        while (!rdn->at_end()) {
            auto pair = rdn->enter();
            const auto type = pair ? pair->read(Tag::kOid) : Result<ByteView>(pair.error());
            const auto value = type ? pair->read_any() : Result<Reader::Element>(type.error());
            if (!value) {
                return name;
            }
            name.rdns.back().push_back(
                {.type = *type, .tag = value->tag, .value = value->contents});
        }
    }
    name.readable = true;
    return name;
}

Result<TimeFacts> read_time(Reader& validity) {
    Reader again = validity;
    STEP_ASSIGN(const Reader::Element element, validity.read_any());
    TimeFacts facts{.tag = element.tag, .text = element.contents};
    if (const auto time = again.read_time()) {
        facts.time = *time;
    }
    return facts;
}

Result<ExtensionFacts> read_extension(Reader& list) {
    ExtensionFacts extension;
    STEP_ASSIGN(Reader fields, list.enter());
    STEP_ASSIGN(extension.id, fields.read(Tag::kOid));
    if (fields.next_is(Tag::kBoolean)) {
        STEP_ASSIGN(extension.critical, fields.read_boolean());
        extension.critical_spelled_out = !extension.critical;
    }
    STEP_ASSIGN(extension.value, fields.read(Tag::kOctetString));
    return extension;
}

Status read_key(Reader& tbs, Facts& facts) {
    STEP_ASSIGN(Reader spki, tbs.enter());
    STEP_ASSIGN(const Reader::Element algorithm, spki.read_any());
    facts.key_algorithm = algorithm.whole;
    if (const auto id = Reader(algorithm.contents).read(Tag::kOid)) {
        facts.key_algorithm_id = *id;
    }
    if (const auto bits = spki.read_bits()) {
        facts.key_bits = *bits;
    }
    return ok();
}

bool signed_by_itself(const Facts& facts, ByteView issuer, ByteView subject, ByteView spki,
                      ByteView signature) {
    if (issuer != subject) {
        return false;
    }
    const auto scheme = x509::known_scheme(facts.algorithm);
    const auto key = crypto::PublicKey::from_spki(spki);
    // What we cannot check, such as MD5, is taken at its word.
    return !scheme || !key || key->verify(*scheme, facts.tbs, signature);
}

Status read_tbs(Reader& certificate, Facts& facts) {
    STEP_ASSIGN(const Reader::Element whole, certificate.read_any());
    facts.tbs = whole.whole;
    STEP_ASSIGN(const Reader::Element algorithm, certificate.read_any());
    facts.algorithm = algorithm.whole;
    STEP_ASSIGN(const ByteView signature, certificate.read_bits());

    if (whole.tag != Tag::kSequence || algorithm.tag != Tag::kSequence) {
        return Error{.code = Code::kInvalidArgument, .detail = "not a sequence"};
    }
    Reader tbs(whole.contents);
    if (tbs.next_is(asn1::context_constructed(0))) {
        STEP_ASSIGN(Reader version, tbs.enter(asn1::context_constructed(0)));
        STEP_ASSIGN(facts.version, version.read_small_integer());
        ++facts.version;
    }
    STEP_ASSIGN(facts.serial, tbs.read_integer());
    STEP_ASSIGN(const Reader::Element inner_algorithm, tbs.read_any());
    facts.tbs_algorithm = inner_algorithm.whole;
    STEP_ASSIGN(const Reader::Element issuer, tbs.read_any());
    facts.issuer = read_name(issuer.whole);
    STEP_ASSIGN(Reader validity, tbs.enter());
    STEP_ASSIGN(facts.not_before, read_time(validity));
    STEP_ASSIGN(facts.not_after, read_time(validity));
    STEP_ASSIGN(const Reader::Element subject, tbs.read_any());
    facts.subject = read_name(subject.whole);
    const ByteView spki_on = tbs.rest();
    STEP_TRY(read_key(tbs, facts));
    facts.self_signed =
        signed_by_itself(facts, issuer.whole, subject.whole,
                         spki_on.substr(0, spki_on.size() - tbs.rest().size()), signature);
    for (const unsigned tag : {1U, 2U}) {
        STEP_ASSIGN(const auto primitive, tbs.read_optional(asn1::context(tag)));
        facts.has_unique_id |= primitive.has_value();
    }
    if (!tbs.at_end()) {
        STEP_ASSIGN(Reader wrapper, tbs.enter(asn1::context_constructed(3)));
        STEP_ASSIGN(Reader list, wrapper.enter());
        while (!list.at_end()) {
            STEP_ASSIGN(ExtensionFacts extension, read_extension(list));
            facts.extensions.push_back(extension);
        }
    }
    return ok();
}

}  // namespace

std::vector<NamePart> DistinguishedName::parts() const {
    std::vector<NamePart> all;
    for (const auto& rdn : rdns) {
        all.insert(all.end(), rdn.begin(), rdn.end());
    }
    return all;
}

std::vector<std::string_view> DistinguishedName::values(std::string_view type) const {
    std::vector<std::string_view> found;
    for (const auto& rdn : rdns) {
        for (const NamePart& part : rdn) {
            if (part.type == type) {
                found.push_back(part.value);
            }
        }
    }
    return found;
}

std::vector<std::string_view> GeneralNames::of(unsigned kind) const {
    std::vector<std::string_view> found;
    for (const GeneralName& name : names) {
        if (name.kind == kind) {
            found.push_back(name.contents);
        }
    }
    return found;
}

const ExtensionFacts* Facts::find(std::string_view id) const {
    for (const ExtensionFacts& extension : extensions) {
        if (extension.id == id) {
            return &extension;
        }
    }
    return nullptr;
}

std::string_view Facts::common_name() const {
    const auto names = subject.values(oid::kCommonName);
    return names.empty() ? std::string_view{} : names.back();
}

Result<Facts> read_facts(ByteView der) {
    Facts facts;
    Reader outer(der);
    auto certificate = outer.enter();
    if (!certificate) {
        return no_certificate("not a sequence");
    }
    if (const Status read = read_tbs(*certificate, facts); !read) {
        return no_certificate(read.error().detail);
    }
    if (!certificate->at_end() || !outer.at_end()) {
        return no_certificate("something follows it");
    }
    decode_extensions(facts);
    return facts;
}

}  // namespace step::lint
