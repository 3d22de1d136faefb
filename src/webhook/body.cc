#include "webhook/body.h"

#include "base/base64.h"
#include "base/time.h"
#include "json/write.h"
#include "profile/show.h"
#include "profile/template_data.h"
#include "tmpl/convert.h"
#include "x509/certificate.h"
#include "x509/csr.h"

namespace step::webhook {
namespace {

using issuance::HookRequest;

std::string_view algorithm_name(const crypto::PublicKey& key) {
    switch (key.kind()) {
        case crypto::KeyKind::kRsa:
            return "RSA";
        case crypto::KeyKind::kEd25519:
            return "Ed25519";
        default:
            return "ECDSA";
    }
}

/// The members of a JSON object as text, one after the other.
class Writer {
public:
    void text(std::string_view name, std::string_view value) {
        key(name);
        json::append_string(out_, value);
    }
    void octets(std::string_view name, ByteView value) {
        key(name);
        out_.append("\"").append(encode_base64(value)).append("\"");
    }
    /// JSON as it is.
    void raw(std::string_view name, std::string_view value) {
        key(name);
        out_ += value;
    }
    void key_of(const crypto::PublicKey& key) {
        octets("publicKey", key.spki());
        text("publicKeyAlgorithm", algorithm_name(key));
    }
    void validity(SysSeconds not_before, SysSeconds not_after) {
        text("notBefore", format_rfc3339(not_before));
        text("notAfter", format_rfc3339(not_after));
    }
    /// All members of a whole object.
    void members_of(std::string_view object) {
        if (object.size() > 2) {
            comma();
            out_ += object.substr(1, object.size() - 2);
        }
    }
    std::string object() const { return "{" + out_ + "}"; }
    const std::string& members() const { return out_; }

private:
    void comma() {
        if (!out_.empty()) {
            out_ += ',';
        }
    }
    void key(std::string_view name) {
        comma();
        out_.append("\"").append(name).append("\":");
    }

    std::string out_{};
};

Result<std::string> csr_object(const x509::Csr& csr, const Clock& clock, Random& random) {
    const tmpl::Surroundings around{.clock = clock, .random = random};
    tmpl::Context context(around);
    // Borrowed: the value does not outlive this function.
    const std::shared_ptr<const x509::Csr> borrowed(std::shared_ptr<void>(), &csr);
    STEP_ASSIGN(const std::string shown,
                tmpl::to_json(context, profile::request_value(borrowed).made()));
    Writer writer;
    writer.members_of(shown);
    writer.key_of(csr.key);
    writer.octets("raw", csr.der);
    return writer.object();
}

std::string ssh_object(const issuance::SshHookRequest& request) {
    json::Array principals(request.principals.begin(), request.principals.end());
    Writer writer;
    writer.octets("publicKey", request.public_key);
    writer.text("type", request.type);
    writer.text("keyID", request.key_id);
    writer.raw("principals",
               principals.empty() ? "null" : json::encode(json::Value(std::move(principals))));
    return writer.object();
}

Result<std::string> x5c_object(ByteView der) {
    STEP_ASSIGN(const x509::Certificate certificate, x509::parse_certificate(der));
    STEP_ASSIGN(const crypto::PublicKey key, certificate.public_key());
    Writer writer;
    writer.octets("raw", der);
    writer.key_of(key);
    writer.validity(certificate.not_before, certificate.not_after);
    return writer.object();
}

/// What every body has, around what this one is about.
template <class Middle>
Result<std::string> body(const HookRequest& request, Middle middle) {
    Writer writer;
    if (!request.provisioner.name.empty()) {
        writer.text("provisionerName", request.provisioner.name);
    }
    if (request.permanent_identifier) {
        Writer attested;
        attested.text("permanentIdentifier", *request.permanent_identifier);
        writer.raw("attestationData", attested.object());
    }
    STEP_TRY(middle(writer));
    if (!request.x5c_certificate.empty()) {
        STEP_ASSIGN(const std::string x5c, x5c_object(request.x5c_certificate));
        writer.raw("x5cCertificate", x5c);
    }
    if (!request.principal.empty()) {
        writer.text("authorizationPrincipal", request.principal);
    }
    return writer.members();
}

Status put_request(Writer& writer, const HookRequest& request, const Clock& clock, Random& random) {
    if (request.csr != nullptr) {
        STEP_ASSIGN(const std::string csr, csr_object(*request.csr, clock, random));
        writer.raw("x509CertificateRequest", csr);
    } else if (request.ssh != nullptr) {
        writer.raw("sshCertificateRequest", ssh_object(*request.ssh));
    }
    return ok();
}

}  // namespace

Result<std::string> request_body(const HookRequest& request, const Clock& clock, Random& random) {
    return body(request,
                [&](Writer& writer) { return put_request(writer, request, clock, random); });
}

Result<std::string> draft_body(const HookRequest& request, const issuance::X509HookDraft& draft) {
    return body(request, [&](Writer& writer) -> Status {
        STEP_ASSIGN(json::Object shown, profile::show_certificate(draft.rendered));
        Writer one;
        one.members_of(json::encode(json::Value(std::move(shown))));
        if (request.csr != nullptr) {
            one.key_of(request.csr->key);
        }
        one.validity(draft.not_before, draft.not_after);
        one.raw("raw", "null");
        writer.raw("x509Certificate", one.object());
        return ok();
    });
}

Result<std::string> draft_body(const HookRequest& request, const issuance::SshHookDraft& draft) {
    return body(request, [&](Writer& writer) -> Status {
        STEP_ASSIGN(json::Object shown, profile::show_ssh_certificate(draft.rendered));
        Writer one;
        one.members_of(json::encode(json::Value(std::move(shown))));
        if (request.ssh != nullptr) {
            one.octets("publicKey", request.ssh->public_key);
        }
        one.raw("signatureKey", "null");
        one.raw("validBefore", std::to_string(draft.valid_before));
        one.raw("validAfter", std::to_string(draft.valid_after));
        writer.raw("sshCertificate", one.object());
        return ok();
    });
}

Result<std::string> issued_body(const HookRequest& request, const issuance::X509HookIssued& issued,
                                const Clock& clock, Random& random) {
    return body(request, [&](Writer& writer) -> Status {
        STEP_TRY(put_request(writer, request, clock, random));
        Writer one;
        if (request.csr != nullptr) {
            one.key_of(request.csr->key);
        }
        one.validity(issued.not_before, issued.not_after);
        one.octets("raw", issued.certificate);
        writer.raw("x509Certificate", one.object());
        return ok();
    });
}

Result<std::string> issued_body(const HookRequest& request, const issuance::SshHookIssued& issued,
                                const Clock& clock, Random& random) {
    return body(request, [&](Writer& writer) -> Status {
        STEP_TRY(put_request(writer, request, clock, random));
        Writer one;
        if (request.ssh != nullptr) {
            one.octets("publicKey", request.ssh->public_key);
        }
        one.octets("signatureKey", issued.signature_key);
        one.raw("validBefore", std::to_string(issued.valid_before));
        one.raw("validAfter", std::to_string(issued.valid_after));
        one.octets("raw", issued.certificate);
        writer.raw("sshCertificate", one.object());
        return ok();
    });
}

std::string stamp(SysTime now, std::string_view rest) {
    return fmt::format("{{\"timestamp\":\"{}\"{}{}}}", format_rfc3339(now), rest.empty() ? "" : ",",
                       rest);
}

}  // namespace step::webhook
