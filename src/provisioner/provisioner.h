#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "issuance/claims.h"
#include "issuance/grant.h"
#include "json/value.h"
#include "policy/compile.h"
#include "provisioner/acme.h"
#include "provisioner/token.h"
#include "provisioner/used_tokens.h"
#include "webhook/config.h"

namespace step::remote {
class Outside;
}

namespace step::provisioner {

/// What a provisioner may look at when it decides about a token.
struct Context {
    SysTime now{};
    const Audiences& audiences;
};

/// What a verified revocation token says.
struct RevokeGrant {
    std::string provisioner_id{};
    std::string serial{};    ///< The token's subject.
    std::string token_id{};  ///< jti, or what stands for it.
};

/// How a verified token is remembered as used.
struct OneUse {
    std::string key{};      ///< The text it is remembered under; empty: it may come again.
    bool for_ever = false;  ///< It stands for a machine, so that its `exp` does not end it.
    std::string advice{};   ///< For the log if it comes again.
};
/// What a verified token allows.
struct Allowed {
    issuance::Grant grant{};
    OneUse use{};
};

/// Verifies signature, issuer, times and audience of a token, then says what it allows. Fails
/// with kUnauthenticated, `cause` being the original's words.
using SignRule = std::function<Result<Allowed>(const Token&, const Context&)>;
using RevokeRule = std::function<Result<RevokeGrant>(const Token&, const Context&)>;

/// One configured provisioner: who it is, what it can do, how it is shown. What it cannot do it
/// does not have. Immutable.
struct Provisioner {
    std::string type{};       ///< As configured, any case.
    std::string type_name{};  ///< Canonical: "JWK".
    std::string name{};
    std::string id{};             ///< Unique; recorded with certificates.
    std::string token_id{};       ///< What a token finds it by.
    std::string key_id{};         ///< kid, for encrypted_key.
    std::string encrypted_key{};  ///< Compact JWE; empty if there is none.
    issuance::Claims claims{};
    std::shared_ptr<const issuance::Rules> rules{};  ///< Null: none.
    std::vector<webhook::Webhook> webhooks{};
    std::string failure{};  ///< Why it could not be set up; empty if it could.
    /// Why it cannot work at present, "" if it can; none if that never changes.
    std::function<std::string()> trouble{};
    std::function<void()> prepare{};  ///< Begins to get what takes its time; none: nothing does.
    std::string json{};  ///< As GET /provisioners shows it, without state and stateReason.

    std::optional<SignRule> sign{};
    std::optional<RevokeRule> revoke{};

    std::optional<AcmeSettings> acme{};  ///< Of type ACME; none if it could not be set up.

    issuance::ProvisionerRef ref() const { return {.id = id, .name = name, .type = type_name}; }
};

/// What an entry is read with.
struct Inherited {
    issuance::Claims claims{};  ///< What the authority says.
    /// What a path in an entry means (setup::StepPath::resolve); none: what it says.
    std::function<std::string(const std::string&)> resolve{};
    /// Where those that need other servers reach them; null: they refuse every token.
    std::shared_ptr<remote::Outside> outside{};
};

/// Error::reason of a token whose provisioner cannot be used: the detail is for the client.
inline constexpr const char* kDisabled = "provisioner.disabled";
/// `provisioner "NAME" is disabled due to an initialization error`, and why.
Error disabled(const std::string& name, std::string why);

/// Makes a provisioner from its entry in ca.json. A mistake in the entry gives a provisioner with
/// `failure` set: it is listed and refuses every token. Fails with kInvalidArgument and the place
/// only where the original cannot read the entry at all (a member of the wrong JSON type) or a
/// template does not parse, kUnsupported for a type this build does not have.
Result<Provisioner> make(const json::Value& entry, const Inherited& inherited);

/// A provisioner, and everything that is wrong with its entry.
struct Made {
    Provisioner provisioner{};
    std::vector<Error> unreadable{};      ///< What make() fails with: the first. With places.
    std::vector<std::string> failures{};  ///< The first is provisioner.failure.
};
Made make_all(const json::Value& entry, const Inherited& inherited);
/// The members an entry of this type may have; none if make() does not know the type.
std::vector<std::string_view> member_names(std::string_view type);

/// What a JWK provisioner would grant for this token if it were good, without limits or rules:
/// nothing is verified. For previews only.
Result<issuance::Grant> unverified_grant(const Token& token);

/// True if `type` (in any case) is one that make() knows.
bool is_supported_type(std::string_view type);
/// True if the original knows it. What not even the original knows is dropped, as it does.
bool is_original_type(std::string_view type);

}  // namespace step::provisioner
