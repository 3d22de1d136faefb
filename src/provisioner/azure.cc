#include <algorithm>

#include "base/text.h"
#include "jose/strict.h"
#include "provisioner/azure_resource.h"
#include "provisioner/cloud_impl.h"
#include "provisioner/token_issuers.h"

namespace step::provisioner {
namespace {

constexpr int kExtensionType = 5;
constexpr const char* kDefaultAudience = "https://management.azure.com/";

struct Azure {
    Cloud cloud{};
    std::string tenant_id{}, audience{};
    List resource_groups{}, subscription_ids{}, object_ids{};
    std::shared_ptr<remote::KeySet> keys{};
};

/// What a verified token says.
struct Identity {
    AzureResource resource{};
    std::string object_id{}, resource_id{};
};

Error refuse(const std::string& cause, const char* where = "azure.authorizeToken") {
    return {.code = Code::kUnauthenticated, .cause = std::string(where) + "; " + cause};
}

Error refuse_claim(const char* why) {
    return refuse(std::string("azure token validation failed - ") + why);
}

/// Members that nobody asks for must have the right types all the same.
Status check_types(const json::Value& all) {
    std::string text;
    for (const char* name : {"appid", "appidacr", "idp", "ver"}) {
        STEP_TRY(jose::get_string(all, name, text));
    }
    return ok();
}

Result<Identity> read_identity(const Azure& azure, const Token& token) {
    Identity identity;
    const json::Value& all = token.claims.all;
    std::string tenant;
    STEP_TRY(check_types(all));
    STEP_TRY(jose::get_string(all, "oid", identity.object_id));
    STEP_TRY(jose::get_string(all, "xms_mirid", identity.resource_id));
    STEP_TRY(jose::get_string(all, "tid", tenant));
    if (tenant != azure.tenant_id) {
        return refuse_claim("invalid tenant id claim (tid)");
    }
    Result<AzureResource> resource = parse_azure_resource(identity.resource_id);
    if (!resource) {
        return refuse("error parsing xms_mirid claim - " + identity.resource_id);
    }
    identity.resource = *std::move(resource);
    return identity;
}

Status check_claims(const Azure& azure, const std::string& issuer, const Token& token,
                    SysTime now) {
    const auto& audience = token.claims.audience;
    const bool ours = std::find(audience.begin(), audience.end(), azure.audience) != audience.end();
    std::string why;
    if (token.claims.issuer == issuer && !ours) {
        why = "validation failed, invalid audience claim (aud)";
    } else if (const Status valid = jose::check_claims(token.claims, issuer, now); !valid) {
        why = words_of(valid.error());
    }
    return why.empty() ? ok() : refuse("failed to validate azure token payload: " + why);
}

Status check_filters(const Azure& azure, const Identity& identity) {
    if (!passes(azure.resource_groups, identity.resource.group)) {
        return refuse_claim("invalid resource group");
    }
    if (!passes(azure.subscription_ids, identity.resource.subscription)) {
        return refuse_claim("invalid subscription id");
    }
    if (!passes(azure.object_ids, identity.object_id)) {
        return refuse_claim("invalid identity object id");
    }
    return ok();
}

/// Everything that is asked of a token, whatever it is for: the filters are part of it.
Result<Identity> verify(const Azure& azure, const Token& token, const Context& context) {
    STEP_ASSIGN(const std::shared_ptr<const remote::Keys> keys,
                keys_for(azure.keys, azure.cloud, token));
    if (!remote::signed_by(keys->keys, token.jws)) {
        return refuse("cannot validate azure token");
    }
    STEP_TRY(check_claims(azure, keys->issuer, token, context.now));
    Result<Identity> identity = read_identity(azure, token);
    if (!identity) {
        const bool ours = identity.error().code == Code::kUnauthenticated;
        return ours ? identity.error()
                    : refuse("cannot validate azure token: " + words_of(identity.error()));
    }
    STEP_TRY(check_filters(azure, *identity));
    return identity;
}

Result<Allowed> authorize_sign(const Azure& azure, const Token& token, const Context& context) {
    STEP_ASSIGN(const Identity identity, verify(azure, token, context));
    const std::string& name = identity.resource.name;
    return allow(azure.cloud, token,
                 {.common_name = name,
                  .common_names = {name},
                  .any_common_name = !azure.cloud.disable_custom_sans,
                  .own_names = {name},
                  .credential_id = azure.tenant_id,
                  .principal = identity.object_id,
                  // The case of a resource id means nothing in Azure.
                  .unique = to_lower(identity.resource_id),
                  .what = "resource " + identity.resource_id,
                  .reusable = true});
}

}  // namespace

std::vector<std::string> find_failures_azure(Config& config, const Inherited& /*inherited*/) {
    std::vector<std::string> all = find_common_failures(config);
    if (config.tenant_id.empty()) {
        all.emplace_back("provisioner tenantId cannot be empty");
    }
    if (all.empty() && config.audience.empty()) {
        config.audience = kDefaultAudience;
    }
    return all;
}

void make_azure(const Config& config, const Inherited& inherited, Provisioner& out) {
    out.id = config.tenant_id;
    out.token_id = out.id;
    if (!out.failure.empty()) {
        return;
    }
    const auto azure = std::make_shared<const Azure>(Azure{
        .cloud = make_cloud(config, out, kExtensionType),
        .tenant_id = config.tenant_id,
        .audience = config.audience,
        .resource_groups = config.resource_groups,
        .subscription_ids = config.subscription_ids,
        .object_ids = config.object_ids,
        .keys = follow_keys(
            {.url = azure_discovery_url(config.tenant_id, config.audience), .is_discovery = true},
            inherited, out)});
    out.sign = [azure](const Token& token, const Context& context) {
        return authorize_sign(*azure, token, context);
    };
}

}  // namespace step::provisioner
