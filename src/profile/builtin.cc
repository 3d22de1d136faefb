#include "profile/builtin.h"

#include <array>

#include "base/check.h"
#include "profile/decode_impl.h"
#include "profile/functions.h"

namespace step::profile {
namespace {

struct Text {
    bool ssh;
    std::string_view text;
};

constexpr std::array<Text, 11> kTexts = {{
    // kLeaf
    {false, R"({"subject": {{ toJson .Subject }},
 "sans": {{ toJson .SANs }},
 "keyUsage": [{{ if typeIs "*rsa.PublicKey" .Insecure.CR.PublicKey }}"keyEncipherment", {{ end }}"digitalSignature"],
 "extKeyUsage": ["serverAuth", "clientAuth"]})"},
    // kInstance
    {false, R"({"subject": {"commonName": {{ toJson .Insecure.CR.Subject.CommonName }}},
{{- if .SANs }}
 "sans": {{ toJson .SANs }},
{{- else }}
 "dnsNames": {{ toJson .Insecure.CR.DNSNames }},
 "emailAddresses": {{ toJson .Insecure.CR.EmailAddresses }},
 "ipAddresses": {{ toJson .Insecure.CR.IPAddresses }},
 "uris": {{ toJson .Insecure.CR.URIs }},
{{- end }}
 "keyUsage": [{{ if typeIs "*rsa.PublicKey" .Insecure.CR.PublicKey }}"keyEncipherment", {{ end }}"digitalSignature"],
 "extKeyUsage": ["serverAuth", "clientAuth"]})"},
    // kAdmin
    {false, R"({"subject": {{ toJson .Insecure.CR.Subject }},
 "dnsNames": {{ toJson .Insecure.CR.DNSNames }},
 "emailAddresses": {{ toJson .Insecure.CR.EmailAddresses }},
 "ipAddresses": {{ toJson .Insecure.CR.IPAddresses }},
 "uris": {{ toJson .Insecure.CR.URIs }},
 "keyUsage": [{{ if typeIs "*rsa.PublicKey" .Insecure.CR.PublicKey }}"keyEncipherment", {{ end }}"digitalSignature"],
 "extKeyUsage": ["serverAuth", "clientAuth"]})"},
    // kAttestedLeaf
    {false, R"({"subject": {{ toJson .Subject }},
 "sans": {{ toJson .SANs }},
 "keyUsage": [{{ if typeIs "*rsa.PublicKey" .Insecure.CR.PublicKey }}"keyEncipherment", {{ end }}"digitalSignature"],
 "extKeyUsage": ["clientAuth"]})"},
    // kRequest
    {false, R"({{ toJson .Insecure.CR }})"},
    // kIntermediate
    {false, R"({"subject": {{ toJson .Subject }},
 "keyUsage": ["certSign", "crlSign"],
 "basicConstraints": {"isCA": true, "maxPathLen": 0}})"},
    // kRoot
    {false, R"({"subject": {{ toJson .Subject }},
 "issuer": {{ toJson .Subject }},
 "keyUsage": ["certSign", "crlSign"],
 "basicConstraints": {"isCA": true, "maxPathLen": 1}})"},
    // kSshDefault
    {true, R"({"type": {{ toJson .Type }},
 "keyId": {{ toJson .KeyID }},
 "principals": {{ toJson .Principals }},
 "extensions": {{ toJson .Extensions }},
 "criticalOptions": {{ toJson .CriticalOptions }}})"},
    // kSshInstance
    {true, R"({"type": {{ toJson .Type }},
 "keyId": {{ toJson .KeyID }},
 "principals": {{ if .Insecure.CR.Principals }}{{ toJson .Insecure.CR.Principals }}{{ else }}{{ toJson .Principals }}{{ end }},
 "extensions": {{ toJson .Extensions }}})"},
    // kSshAdmin
    {true, R"({"type": {{ toJson .Insecure.CR.Type }},
 "keyId": {{ toJson .Insecure.CR.KeyID }},
{{- if eq .Insecure.CR.Type "user" }}
 "extensions": {{ toJson .Extensions }},
 "criticalOptions": {{ toJson .CriticalOptions }},
{{- end }}
 "principals": {{ toJson .Insecure.CR.Principals }}})"},
    // kSshRequest
    {true, R"({"type": {{ toJson .Insecure.CR.Type }},
 "keyId": {{ toJson .Insecure.CR.KeyID }},
{{- if eq .Insecure.CR.Type "user" }}
 "extensions": {"permit-X11-forwarding": "", "permit-agent-forwarding": "", "permit-port-forwarding": "",
  "permit-pty": "", "permit-user-rc": ""},
{{- end }}
 "principals": {{ toJson .Insecure.CR.Principals }}})"},
}};

const Text& text_of(Builtin builtin) {
    return kTexts[static_cast<std::size_t>(builtin)];
}

using Parsed = std::array<std::shared_ptr<const tmpl::Template>, kTexts.size()>;

Parsed parse_all() {
    Parsed all;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto parsed =
            tmpl::Template::parse("template", std::string(kTexts[i].text),
                                  kTexts[i].ssh ? ssh_functions() : certificate_functions());
        STEP_CHECK(parsed);
        all[i] = std::make_shared<const tmpl::Template>(*std::move(parsed));
    }
    return all;
}

// ---- the same without text

void make_leaf(CertificatePlan& plan, const crypto::PublicKey& key) {
    namespace usage = x509::key_usage;
    plan.key_usage =
        usage::kDigitalSignature |
        (key.kind() == crypto::KeyKind::kRsa ? usage::kKeyEncipherment : std::uint32_t{0});
    plan.extended_key_usage = {x509::oid::kServerAuth, x509::oid::kClientAuth};
}

void make_ca(CertificatePlan& plan, std::uint32_t path_length) {
    plan.key_usage = x509::key_usage::kCertSign | x509::key_usage::kCrlSign;
    plan.basic_constraints = x509::BasicConstraints{.ca = true, .path_length = path_length};
}

/// The subject of a request, as its JSON would come back.
Status take_subject(const x509::Csr& csr, CertificatePlan& plan) {
    plan.subject = x509::to_subject(csr.subject);
    for (x509::Attribute& attribute : impl::unnamed_attributes(csr.subject)) {
        if (attribute.type == x509::oid::kEmailAddress) {
            attribute.tag = asn1::Tag::kIa5String;
            if (!impl::is_ascii(attribute.value)) {
                return Error{.code = Code::kInvalidArgument,
                             .detail = std::string(impl::kBadIa5Attribute),
                             .reason = kBadContent};
            }
        }
        plan.extra_names.push_back(std::move(attribute));
    }
    return ok();
}

}  // namespace

std::string_view builtin_text(Builtin builtin) {
    return text_of(builtin).text;
}

std::shared_ptr<const tmpl::Template> builtin_template(Builtin builtin) {
    static const Parsed all = parse_all();
    return all[static_cast<std::size_t>(builtin)];
}

Result<CertificatePlan> builtin_plan(Builtin builtin, Given given, const crypto::PublicKey& key,
                                     const x509::Csr* csr) {
    CertificatePlan plan;
    switch (builtin) {
        case Builtin::kLeaf:
        case Builtin::kAttestedLeaf:
            plan.subject = std::move(given.subject);
            plan.names = std::move(given.names);
            make_leaf(plan, key);
            if (builtin == Builtin::kAttestedLeaf) {
                plan.extended_key_usage = {x509::oid::kClientAuth};
            }
            return plan;
        case Builtin::kInstance:
            STEP_CHECK(csr != nullptr);
            plan.subject.common_name = csr->subject.common_name();
            plan.names = given.names.empty() ? csr->names : given.names;
            make_leaf(plan, key);
            return plan;
        case Builtin::kAdmin:
            STEP_CHECK(csr != nullptr);
            STEP_TRY(take_subject(*csr, plan));
            plan.names = csr->names;
            make_leaf(plan, key);
            return plan;
        case Builtin::kIntermediate:
        case Builtin::kRoot:
            plan.subject = std::move(given.subject);
            make_ca(plan, builtin == Builtin::kRoot ? 1 : 0);
            return plan;
        default:
            break;
    }
    STEP_CHECK(false && "a built-in without a plan");
    return plan;
}

}  // namespace step::profile
