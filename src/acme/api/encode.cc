#include "acme/api/encode_impl.h"
#include "acme/api/problem_impl.h"
#include "acme/states.h"
#include "base/time.h"
#include "json/write.h"

namespace step::acme {
namespace {

/// Writes the members of one object.
class Object {
public:
    explicit Object(std::string& out) : out_(out) {}

    Object& text(std::string_view name, std::string_view value) {
        json::append_string(key(name), value);
        return *this;
    }
    /// Left out where it is empty.
    Object& some(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }
    Object& time(std::string_view name, SysSeconds value) {
        return text(name, format_rfc3339(value));
    }
    Object& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
    Object& raw(std::string_view name, std::string_view json) {
        key(name) += json;
        return *this;
    }
    template <class List, class Append>
    Object& list(std::string_view name, const List& values, Append append) {
        std::string& out = key(name);
        char separator = '[';
        for (const auto& value : values) {
            out += separator;
            append(out, value);
            separator = ',';
        }
        out += separator == '[' ? "[]" : "]";
        return *this;
    }
    Object& problem(std::string_view name, const Problem& value) {
        if (value) {
            append_problem(key(name), value);
        }
        return *this;
    }
    void close() { out_ += separator_ == '{' ? "{}" : "}"; }

private:
    std::string& key(std::string_view name) {
        out_ += separator_;
        out_.append("\"").append(name).append("\":");
        separator_ = ',';
        return out_;
    }
    std::string& out_;
    char separator_ = '{';
};

void append_text(std::string& out, std::string_view text) {
    json::append_string(out, text);
}

void append_challenge(std::string& out, const Challenge& challenge,
                      const Authorization& authorization, const Links& links) {
    Object object(out);
    object.text("type", name_of(challenge.type))
        .text("status", name_of(challenge.status))
        .text("token", authorization.token);
    if (challenge.validated) {
        object.time("validated", *challenge.validated);
    }
    object.text("url", links.challenge(authorization.id, challenge.type))
        .problem("error", challenge.error)
        .close();
}

/// Offered profiles and what they are: draft-ietf-acme-profiles 3.
std::string encode_profiles(const provisioner::AcmeSettings& settings) {
    std::string out;
    Object object(out);
    for (const auto& [name, profile] : settings.profiles) {
        std::string quoted;
        json::append_string(quoted, name);
        object.text(std::string_view(quoted).substr(1, quoted.size() - 2), profile.description);
    }
    object.close();
    return out;
}

/// "" if there is nothing to say, as in the original.
std::string encode_meta(const provisioner::AcmeSettings& settings) {
    if (settings.terms_of_service.empty() && settings.website.empty() &&
        settings.caa_identities.empty() && !settings.require_eab && settings.profiles.empty()) {
        return "";
    }
    std::string out;
    Object object(out);
    object.some("termsOfService", settings.terms_of_service).some("website", settings.website);
    if (!settings.caa_identities.empty()) {
        object.list("caaIdentities", settings.caa_identities, append_text);
    }
    if (settings.require_eab) {
        object.flag("externalAccountRequired", true);
    }
    if (!settings.profiles.empty()) {
        object.raw("profiles", encode_profiles(settings));
    }
    object.close();
    return out;
}

}  // namespace

std::string encode_directory(const provisioner::AcmeSettings& settings, const Links& links) {
    std::string out;
    Object object(out);
    object.text("newNonce", links.to("new-nonce"))
        .text("newAccount", links.to("new-account"))
        .text("newOrder", links.to("new-order"))
        .text("revokeCert", links.to("revoke-cert"))
        .text("keyChange", links.to("key-change"))
        .text("renewalInfo", links.to("renewal-info"));
    if (const std::string meta = encode_meta(settings); !meta.empty()) {
        object.raw("meta", meta);
    }
    object.close();
    return out + "\n";
}

std::string encode_account(const Account& account, std::string_view binding, const Links& links) {
    std::string out;
    Object object(out);
    if (!account.contacts.empty()) {
        object.list("contact", account.contacts, append_text);
    }
    object.text("status", name_of(account.status)).text("orders", links.orders(account.id));
    if (!binding.empty()) {
        object.raw("externalAccountBinding", binding);
    }
    object.close();
    return out + "\n";
}

std::string encode_order(const Service::OrderView& view, const Links& links) {
    const Order& order = view.order;
    std::string out;
    Object object(out);
    object.text("id", order.id)
        .text("status", name_of(view.status))
        .time("expires", order.expires)
        .list("identifiers", order.identifiers, append_identifier)
        .time("notBefore", order.not_before)
        .time("notAfter", order.not_after)
        .problem("error", order.error)
        .list("authorizations", order.authorization_ids,
              [&](std::string& to, const std::string& id) {
                  json::append_string(to, links.authorization(id));
              })
        .text("finalize", links.finalize(order.id));
    if (!order.serial.empty()) {
        object.text("certificate", links.certificate(certificate_id(order.serial)));
    }
    object.some("profile", order.profile).some("replaces", order.replaces).close();
    return out + "\n";
}

std::string encode_orders(const std::vector<std::string>& ids, const Links& links) {
    std::string out = "[";
    for (const std::string& id : ids) {
        out += out.size() == 1 ? "" : ",";
        json::append_string(out, links.order(id));
    }
    return out + "]\n";
}

std::string encode_authorization(const Service::AuthorizationView& view, const Links& links) {
    const Authorization& authorization = view.authorization;
    std::string out;
    Object object(out);
    std::string identifier;
    append_identifier(identifier, authorization.identifier);
    object.raw("identifier", identifier)
        .text("status", name_of(view.status))
        .list("challenges", authorization.challenges,
              [&](std::string& to, const Challenge& challenge) {
                  append_challenge(to, challenge, authorization, links);
              })
        .flag("wildcard", authorization.wildcard)
        .time("expires", authorization.expires)
        .close();
    return out + "\n";
}

std::string encode_challenge(const Challenge& challenge, const Authorization& authorization,
                             const Links& links) {
    std::string out;
    append_challenge(out, challenge, authorization, links);
    return out + "\n";
}

std::string encode_renewal_info(const Service::RenewalInfo& info) {
    std::string window;
    Object(window).time("start", info.start).time("end", info.end).close();
    std::string out;
    Object object(out);
    object.raw("suggestedWindow", window).some("explanationURL", info.explanation_url).close();
    return out + "\n";
}

}  // namespace step::acme
