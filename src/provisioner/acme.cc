#include "provisioner/acme.h"

#include <algorithm>
#include <array>

#include "base/pem.h"
#include "base/text.h"
#include "base/time.h"
#include "json/decode.h"
#include "provisioner/fields_impl.h"
#include "x509/certificate.h"

namespace step::provisioner {
namespace {

constexpr std::array<std::string_view, 3> kChallenges = {"http-01", "dns-01", "tls-alpn-01"};
/// What the original has and this build has not: an entry that wants it is refused, not ignored.
constexpr std::array<std::string_view, 3> kOtherChallenges = {"device-attest-01", "wire-oidc-01",
                                                              "wire-dpop-01"};
constexpr std::array<std::string_view, 4> kFormats = {"apple", "step", "tpm", "android-key"};

constexpr std::int64_t kMostPerPeriod = 1'000'000;

bool is_one_of(std::string_view text, std::span<const std::string_view> names) {
    return std::ranges::any_of(names,
                               [&](std::string_view name) { return equal_fold(text, name); });
}

std::string attestation_roots_failure(std::string_view text) {
    const auto blocks = parse_pem(text);
    if (!blocks || blocks->empty()) {
        return "error parsing attestationRoots: no certificates found";
    }
    const bool good = std::ranges::all_of(
        *blocks, [](const PemBlock& block) { return bool(x509::parse_certificate(block.bytes)); });
    return good ? "" : "error parsing attestationRoots: malformed certificate";
}

/// Reads an object of ours: what is not known is a mistake, for it would never happen and nobody
/// would notice.
class Extras {
public:
    Extras(const json::Value& object, std::string path, std::vector<std::string_view> names,
           std::vector<Error>& errors)
        : object_(object), path_(std::move(path)), errors_(errors), fields_(object, path_) {
        if (object_.as_object() == nullptr) {
            fail(object_, path_ + " must be an object");
            return;
        }
        for (const json::Member& member : *object_.as_object()) {
            if (!is_one_of(member.name, names)) {
                fail(member.value, path_ + " has no member " + quote(member.name));
            }
        }
    }
    Extras(const Extras&) = delete;
    Extras& operator=(const Extras&) = delete;
    ~Extras() {
        errors_.insert(errors_.end(), fields_.failures().begin(), fields_.failures().end());
    }

    json::Fields& fields() { return fields_; }
    const json::Value* child(std::string_view name) const {
        return object_.as_object() == nullptr ? nullptr : fields_.child(name);
    }
    std::string path_of(std::string_view name) const { return fields_.path_of(name); }
    void fail(const json::Value& at, std::string what) {
        errors_.push_back(json::error_at(at.place(), std::move(what)));
    }
    std::vector<Error>& errors() { return errors_; }

    void get(std::string_view name, SysSeconds& out) {
        std::string text;
        fields_.get(name, text);
        const auto time = parse_rfc3339(text);
        if (time) {
            out = std::chrono::floor<std::chrono::seconds>(*time);
        } else if (const json::Value* value = child(name)) {
            fail(*value, path_of(name) + " must be a time such as 2026-01-31T00:00:00Z");
        } else {
            fail(object_, path_of(name) + " is missing");
        }
    }

private:
    const json::Value& object_;
    std::string path_;
    std::vector<Error>& errors_;
    json::Fields fields_;
};

void read_limit(Extras& above, std::string_view name, RateLimit& out) {
    const json::Value* value = above.child(name);
    if (value == nullptr) {
        return;
    }
    Extras extras(*value, above.path_of(name), {"most", "per"}, above.errors());
    std::int64_t most = 0;
    std::string per = "1h";
    extras.fields().get("most", most).get("per", per);
    const auto period = parse_duration(per);
    if (most < 0 || most > kMostPerPeriod) {
        extras.fail(*value,
                    extras.path_of("most") + " must be between 1 and 1000000, or 0 for no limit");
    } else if (!period || *period < std::chrono::seconds(1) ||
               *period > std::chrono::hours(24 * 30)) {
        extras.fail(*value, extras.path_of("per") + " must be a duration from 1s to 720h");
    } else {
        out = {.most = static_cast<unsigned>(most),
               .per = std::chrono::floor<std::chrono::seconds>(*period)};
    }
}

void read_replacement(Extras& above, AcmeSettings& out) {
    const json::Value* value = above.child("replacement");
    if (value == nullptr) {
        return;
    }
    Extras extras(*value, above.path_of("replacement"),
                  {"issuedBefore", "start", "end", "explanationURL"}, above.errors());
    MassReplacement replacement;
    const std::size_t before = above.errors().size();
    extras.get("issuedBefore", replacement.issued_before);
    extras.get("start", replacement.start);
    extras.get("end", replacement.end);
    extras.fields().get("explanationURL", replacement.explanation_url);
    if (above.errors().size() == before && replacement.end <= replacement.start) {
        extras.fail(*value, extras.path_of("end") + " must lie behind start");
    }
    out.replacement = std::move(replacement);
}

void read_profiles(Extras& above, const Config& config, const Inherited& inherited,
                   const Provisioner& provisioner, AcmeSettings& out) {
    const json::Value* value = above.child("profiles");
    if (value == nullptr) {
        return;
    }
    if (value->as_object() == nullptr) {
        above.fail(*value, above.path_of("profiles") + " must be an object");
        return;
    }
    for (const json::Member& member : *value->as_object()) {
        const std::string path = above.path_of("profiles") + "." + member.name;
        Extras extras(member.value, path, {"description", "claims", "options"}, above.errors());
        AcmeProfile profile{.claims = provisioner.claims};
        extras.fields().get("description", profile.description);
        if (const json::Value* claims = extras.child("claims")) {
            profile.claims =
                issuance::inherit(issuance::read_claims(*claims, path + ".claims", above.errors()),
                                  provisioner.claims);
            for (Error& mistake : issuance::find_mistakes(profile.claims)) {
                extras.fail(*claims, path + ": " + mistake.detail);
            }
        }
        OptionsEntry options =
            read_options(extras.child("options"), path + ".options", above.errors());
        if (!options.webhooks.empty() || !options.ssh.is_null()) {
            extras.fail(member.value, path + ".options may have x509 only");
        }
        // Policy and, without a template of its own, the template are the provisioner's.
        if (options.x509.is_null()) {
            options.x509 = config.options.x509;
        }
        profile.rules =
            make_rules(options, config.policies, path + ".options", inherited, above.errors());
        out.profiles.emplace(member.name, std::move(profile));
    }
}

}  // namespace

std::vector<std::string> find_failures_acme(Config& config, const Inherited& /*inherited*/) {
    std::vector<std::string> all;
    if (config.type.empty()) {
        all.emplace_back("provisioner type cannot be empty");
    }
    if (config.name.empty()) {
        all.emplace_back("provisioner name cannot be empty");
    }
    for (const std::string& challenge : config.challenges) {
        if (!is_one_of(challenge, kChallenges) && !is_one_of(challenge, kOtherChallenges)) {
            all.push_back("acme challenge " + quote(challenge) + " is not supported");
        }
    }
    for (const std::string& format : config.attestation_formats) {
        if (!is_one_of(format, kFormats)) {
            all.push_back("acme attestation format " + quote(format) + " is not supported");
        }
    }
    if (!config.attestation_roots.empty()) {
        if (std::string failure = attestation_roots_failure(config.attestation_roots);
            !failure.empty()) {
            all.push_back(std::move(failure));
        }
    }
    return all;
}

void make_acme(const Config& config, const Inherited& /*inherited*/, Provisioner& out) {
    out.id = "acme/" + config.name;
    out.token_id = out.id;
    if (!out.failure.empty()) {
        return;
    }
    AcmeSettings& settings = out.acme.emplace();
    settings.force_cn = config.force_cn;
    settings.require_eab = config.require_eab;
    settings.terms_of_service = config.terms_of_service;
    settings.website = config.website;
    settings.caa_identities = config.caa_identities;
    if (!config.challenges.empty()) {
        settings.challenges.clear();
        for (const std::string& challenge : config.challenges) {
            settings.challenges.insert(to_lower(challenge));
        }
    }
}

void read_acme_extras(const Config& config, const Inherited& inherited, Provisioner& out,
                      std::vector<Error>& errors) {
    const std::string path = "authority.provisioners[" + quote(config.name) + "]";
    for (const std::string& challenge : config.challenges) {
        if (is_one_of(challenge, kOtherChallenges)) {
            errors.push_back(
                {.code = Code::kUnsupported,
                 .detail = fmt::format("{}.challenges: {} is not supported yet; remove "
                                       "it from the list",
                                       path, challenge)});
        }
    }
    if (config.acme.is_null()) {
        return;
    }
    AcmeSettings unused;
    AcmeSettings& settings = out.acme ? *out.acme : unused;
    Extras extras(config.acme, path + ".acme",
                  {"reuseAuthorizations", "profiles", "newAccountsPerAddress",
                   "newOrdersPerAccount", "replacement"},
                  errors);
    extras.fields().get("reuseAuthorizations", settings.reuse_authorizations);
    read_limit(extras, "newAccountsPerAddress", settings.new_accounts);
    read_limit(extras, "newOrdersPerAccount", settings.new_orders);
    read_replacement(extras, settings);
    read_profiles(extras, config, inherited, out, settings);
}

}  // namespace step::provisioner
