#include "policy/x509_policy.h"

#include "asn1/reader.h"
#include "policy/engine_impl.h"

namespace step::policy {
namespace {

// Contents of the OIDs of other names that are mail addresses in all but their tag: Microsoft's
// user principal name, id-on-xmppAddr (RFC 6120) and id-on-SmtpUTF8Mailbox (RFC 9598).
constexpr std::string_view kMailLike[] = {"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03",
                                          "\x2b\x06\x01\x05\x05\x07\x08\x05",
                                          "\x2b\x06\x01\x05\x05\x07\x08\x09"};

/// The address in a GeneralName that is one in all but its tag.
std::optional<std::string> mail_in(ByteView general_name) {
    asn1::Reader outer(general_name);
    Result<asn1::Reader> other = outer.enter(asn1::context_constructed(0));
    if (!other) {
        return std::nullopt;
    }
    const Result<ByteView> oid = other->read(asn1::Tag::kOid);
    Result<asn1::Reader> value = other->enter(asn1::context_constructed(0));
    if (!oid || !value || std::ranges::find(kMailLike, *oid) == std::end(kMailLike)) {
        return std::nullopt;
    }
    const Result<asn1::Reader::Element> text = value->read_any();
    return text ? std::optional(std::string(text->contents)) : std::nullopt;
}

}  // namespace

Status X509Policy::check(std::string_view common_name, const x509::AltNames& names) const {
    return check(common_name, x509::ParsedAltNames{.names = names});
}

Status X509Policy::check(std::string_view common_name, const x509::ParsedAltNames& all) const {
    if (engine_ == nullptr) {
        return ok();
    }
    const x509::AltNames& names = all.names;
    STEP_TRY(engine_->check(
        {.dns = names.dns, .ips = names.ips, .emails = names.emails, .uris = names.uris}));
    for (const Bytes& other : all.others) {
        if (const std::optional<std::string> mail = mail_in(other)) {
            STEP_TRY(engine_->check({.emails = std::span(&*mail, 1)}));
        } else {
            STEP_TRY(engine_->check_other("subject alternative name of another kind"));
        }
    }
    return engine_->check_common_name(std::string(common_name));
}

}  // namespace step::policy
