#include <algorithm>

#include "jose/strict.h"
#include "json/decode.h"
#include "provisioner/cloud_impl.h"
#include "provisioner/token_issuers.h"
#include "remote/google.h"

namespace step::provisioner {
namespace {

constexpr int kExtensionType = 3;
constexpr std::string_view kIssuer = "https://accounts.google.com";

struct Gcp {
    Cloud cloud{};
    List service_accounts{}, project_ids{};
    std::string organization_id{};
    std::shared_ptr<remote::KeySet> keys{};
    std::shared_ptr<remote::GoogleProjects> projects{};
};

/// The claims beside the registered ones, `google.compute_engine` first of all.
struct GcpClaims {
    std::string email{};
    std::string instance_id{}, instance_name{}, project_id{}, zone{};
    std::optional<SysTime> created{};

    std::vector<std::string> dns_names() const {
        return {instance_name + ".c." + project_id + ".internal",
                instance_name + "." + zone + ".c." + project_id + ".internal"};
    }
};

Error refuse(const std::string& cause) {
    return {.code = Code::kUnauthenticated, .cause = "gcp.authorizeToken; " + cause};
}

/// The member of this name if it is an object; null if it is absent or null.
Result<const json::Value*> object_in(const json::Value* object, std::string_view name) {
    const json::Value* member = object != nullptr ? object->find_exact(name) : nullptr;
    if (member == nullptr || member->is_null()) {
        return static_cast<const json::Value*>(nullptr);
    }
    if (member->as_object() == nullptr) {
        return jose::invalid("claim " + std::string(name) + " is no object");
    }
    return member;
}

/// A time that a sane machine could have been made at; others overflow where they are compared.
SysTime bounded(SysSeconds time) {
    constexpr std::chrono::seconds kFar(1'000'000'000'000);
    return SysTime(std::clamp(time.time_since_epoch(), -kFar, kFar));
}

Result<GcpClaims> read_claims(const json::Value& all) {
    GcpClaims claims;
    bool verified = false;
    std::string party;
    STEP_TRY(jose::get_string(all, "azp", party));
    STEP_TRY(jose::get_string(all, "email", claims.email));
    STEP_TRY(json::Fields(all, "token").get("email_verified", verified).status());
    STEP_ASSIGN(const json::Value* const google, object_in(&all, "google"));
    STEP_ASSIGN(const json::Value* const engine, object_in(google, "compute_engine"));
    if (engine == nullptr) {
        return claims;
    }
    STEP_TRY(jose::get_string(*engine, "instance_id", claims.instance_id));
    STEP_TRY(jose::get_string(*engine, "instance_name", claims.instance_name));
    STEP_TRY(jose::get_string(*engine, "project_id", claims.project_id));
    STEP_TRY(jose::get_string(*engine, "zone", claims.zone));
    // Nobody asks for them, but they must be what they should.
    std::int64_t number = 0;
    std::vector<std::string> licenses;
    STEP_TRY(json::Fields(*engine, "token.google.compute_engine")
                 .get("project_number", number)
                 .get("license_id", licenses)
                 .status());
    std::optional<SysSeconds> created;
    STEP_TRY(jose::get_date(*engine, "instance_creation_timestamp", created));
    if (created) {
        claims.created = bounded(*created);
    }
    return claims;
}

/// The signature comes first: nothing a stranger wrote is acted upon.
Result<GcpClaims> verify_signature(const Gcp& gcp, const Token& token) {
    STEP_ASSIGN(const std::shared_ptr<const remote::Keys> keys,
                keys_for(gcp.keys, gcp.cloud, token));
    if (!remote::signed_by(keys->keys, token.jws)) {
        return refuse("failed to validate gcp token payload - cannot find key for kid " +
                      token.jws.key_id);
    }
    Result<GcpClaims> claims = read_claims(token.claims.all);
    if (!claims) {
        return refuse("failed to validate gcp token payload - " + words_of(claims.error()));
    }
    return claims;
}

Status check_project(const Gcp& gcp, const std::string& project) {
    if (!passes(gcp.project_ids, project)) {
        return refuse("invalid gcp token - invalid project id");
    }
    if (gcp.organization_id.empty()) {
        return ok();
    }
    if (project.empty()) {
        return refuse("gcp token google.compute_engine.project_id cannot be empty");
    }
    Result<std::string> organization = gcp.projects->organization_of(project);
    if (!organization) {
        return std::move(organization).error().with("gcp.authorizeToken");
    }
    if (*organization != gcp.organization_id) {
        return refuse("invalid gcp token - project does not belong to organization");
    }
    return ok();
}

Status check_complete(const GcpClaims& claims) {
    const std::pair<const char*, const std::string&> needed[] = {
        {"instance_id", claims.instance_id},
        {"instance_name", claims.instance_name},
        {"project_id", claims.project_id},
        {"zone", claims.zone}};
    for (const auto& [name, said] : needed) {
        if (said.empty()) {
            return refuse(std::string("gcp token google.compute_engine.") + name +
                          " cannot be empty");
        }
    }
    return ok();
}

/// Everything that is asked of a token, whatever it is for.
Result<GcpClaims> verify(const Gcp& gcp, const Token& token, const Context& context) {
    STEP_ASSIGN(GcpClaims claims, verify_signature(gcp, token));
    if (const Status valid = jose::check_claims(token.claims, kIssuer, context.now); !valid) {
        return refuse("invalid gcp token payload: " + words_of(valid.error()));
    }
    if (!audience_matches(token.claims.audience, context.audiences.sign, gcp.cloud.token_id)) {
        return refuse("invalid gcp token - invalid audience claim (aud)");
    }
    if (!passes(gcp.service_accounts, token.claims.subject) &&
        !passes(gcp.service_accounts, claims.email)) {
        return refuse("invalid gcp token - invalid subject claim");
    }
    STEP_TRY(check_project(gcp, claims.project_id));
    if (is_too_old(gcp.cloud, claims.created, context.now)) {
        return refuse("token google.compute_engine.instance_creation_timestamp is too old");
    }
    STEP_TRY(check_complete(claims));
    return claims;
}

Result<Allowed> authorize_sign(const Gcp& gcp, const Token& token, const Context& context) {
    STEP_ASSIGN(const GcpClaims claims, verify(gcp, token, context));
    Instance instance{
        .common_name = claims.instance_name,
        .any_common_name = !gcp.cloud.disable_custom_sans,
        .own_names = claims.dns_names(),
        .credential_id = token.claims.subject,
        .key_values = {"InstanceID", claims.instance_id, "InstanceName", claims.instance_name},
        .principal = claims.instance_id,
        .unique = gcp.cloud.token_id + "." + claims.instance_id,
        .what = "instance " + claims.instance_id + " (" + claims.instance_name + ") of project " +
                claims.project_id};
    instance.common_names = {claims.instance_name, claims.instance_id};
    instance.common_names.insert(instance.common_names.end(), instance.own_names.begin(),
                                 instance.own_names.end());
    return allow(gcp.cloud, token, std::move(instance));
}

}  // namespace

std::vector<std::string> find_failures_gcp(Config& config, const Inherited& /*inherited*/) {
    std::vector<std::string> all = find_common_failures(config);
    if (config.project_ids && !config.project_ids->empty() && !config.organization_id.empty()) {
        all.emplace_back("provisioner cannot have both `projectIDs` and `organizationID` set");
    }
    return all;
}

void make_gcp(const Config& config, const Inherited& inherited, Provisioner& out) {
    out.id = "gcp/" + config.name;
    out.token_id = out.id;
    if (!out.failure.empty()) {
        return;
    }
    const auto gcp =
        std::make_shared<Gcp>(Gcp{.cloud = make_cloud(config, out, kExtensionType),
                                  .service_accounts = config.service_accounts,
                                  .project_ids = config.project_ids,
                                  .organization_id = config.organization_id,
                                  .keys = follow_keys({.url = kGoogleKeysUrl}, inherited, out)});
    if (inherited.outside != nullptr) {
        gcp->projects = inherited.outside->google_projects();
    }
    out.sign = [gcp](const Token& token, const Context& context) {
        return authorize_sign(*gcp, token, context);
    };
}

}  // namespace step::provisioner
