#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "issuance/grant.h"
#include "json/value.h"
#include "tmpl/value.h"

namespace step::x509 {
struct Csr;
}

namespace step::issuance {

/// Error::reason, always with kForbidden: a server that was asked before the template said no or
/// gave no usable answer. The detail is for the client: "webhook server did not allow request",
/// the server's own "MESSAGE (CODE)", "Webhook server responded with 500".
inline constexpr const char* kEnrichRefused = "issuance.enrich_refused";
/// The same of a server that was asked before signing. Clients of the original see
/// "error creating certificate" instead of the detail.
inline constexpr const char* kAuthorizeRefused = "issuance.authorize_refused";

/// An SSH certificate request.
struct SshHookRequest {
    Bytes public_key{};  ///< As in the SSH wire format.
    std::string type{};  ///< "user" or "host"
    std::string key_id{};
    std::vector<std::string> principals{};
};

/// What the servers are told about a request. Either `csr` or `ssh` is set; both are borrowed for
/// the length of a call. The token is not among it on purpose: who had it could use it first.
struct HookRequest {
    ProvisionerRef provisioner{};  ///< Its webhooks are called.
    std::string request_id{};      ///< X-Request-Id.
    const x509::Csr* csr = nullptr;
    const SshHookRequest* ssh = nullptr;
    /// What the template sees, for templates in URLs: a map, or nil. Never the CSR.
    tmpl::Value data{};
    std::string principal{};  ///< Whom x5c or a cloud's token spoke for; may be empty.
    Bytes x5c_certificate{};  ///< DER of the certificate behind an x5c token; may be empty.
    std::optional<std::string> permanent_identifier{};  ///< Of an attested device.
};

/// A certificate that is decided and not yet signed.
struct X509HookDraft {
    /// What the template gave: JSON that profile::decode_certificate has accepted. Servers see it
    /// in the shape that the original gives it.
    std::string rendered{};
    SysSeconds not_before{}, not_after{};
};

struct SshHookDraft {
    std::string rendered{};  ///< The same, for profile::decode_ssh_certificate.
    std::uint64_t valid_after = 0, valid_before = 0;  ///< Unix time.
};

/// A certificate that is on record.
struct X509HookIssued {
    Bytes certificate{};  ///< DER.
    SysSeconds not_before{}, not_after{};
};

struct SshHookIssued {
    Bytes certificate{};  ///< As in the SSH wire format.
    Bytes signature_key{};
    std::uint64_t valid_after = 0, valid_before = 0;
};

/// Other servers that have a say in what is issued, or want to know. Calls block until the last
/// of them answered, at most 10 seconds each. Thread-safe.
class Hooks {
public:
    virtual ~Hooks() = default;

    /// Which of the calls below would reach a server: what is not wanted need not be prepared.
    struct Wanted {
        bool enrich = false, authorize = false, notify = false;
        bool any() const { return enrich || authorize || notify; }
    };
    enum class CertType : unsigned char { kX509, kSsh };
    virtual Wanted wanted(const ProvisionerRef& provisioner, CertType type) const = 0;

    /// Before the template: asks each, in the order of the configuration, and gives what they
    /// said by name of webhook, for `.Webhooks.<name>`. Fails with kEnrichRefused at the first
    /// that does not allow the request.
    using Answers = std::map<std::string, json::Value, std::less<>>;
    virtual Result<Answers> enrich(const HookRequest& request) = 0;

    /// After template and policy, before signing. Fails with kAuthorizeRefused at the first that
    /// does not allow the certificate.
    virtual Status authorize(const HookRequest& request, const X509HookDraft& draft) = 0;
    virtual Status authorize(const HookRequest& request, const SshHookDraft& draft) = 0;

    /// After the certificate is on record. Returns at once; what cannot be delivered is logged.
    virtual void notify(const HookRequest& request, const X509HookIssued& issued) noexcept = 0;
    virtual void notify(const HookRequest& request, const SshHookIssued& issued) noexcept = 0;
};

}  // namespace step::issuance
