#include "webhook/config.h"

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "base/uri.h"
#include "json/decode.h"
#include "tmpl/template.h"

namespace step::webhook {
namespace {

constexpr std::pair<std::string_view, Kind> kKinds[] = {{"ENRICHING", Kind::kEnriching},
                                                        {"AUTHORIZING", Kind::kAuthorizing},
                                                        {"SCEPCHALLENGE", Kind::kScepChallenge},
                                                        {"NOTIFYING", Kind::kNotifying}};
constexpr std::pair<std::string_view, CertType> kCertTypes[] = {
    {"ALL", CertType::kAll}, {"X509", CertType::kX509}, {"SSH", CertType::kSsh}};

template <class T>
std::optional<T> by_name(std::span<const std::pair<std::string_view, T>> rows,
                         std::string_view name) {
    const auto found =
        std::ranges::find_if(rows, [&](const auto& row) { return equal_fold(row.first, name); });
    return found == rows.end() ? std::nullopt : std::optional(found->second);
}

template <class T>
std::string_view name_in(std::span<const std::pair<std::string_view, T>> rows, T value) {
    return std::ranges::find(rows, value, &std::pair<std::string_view, T>::second)->first;
}

Error invalid(std::string detail) {
    return {.code = Code::kInvalidArgument, .detail = std::move(detail)};
}

}  // namespace

std::string_view kind_name(Kind kind) {
    return name_in<Kind>(kKinds, kind);
}

std::string_view cert_type_name(CertType type) {
    return name_in<CertType>(kCertTypes, type);
}

std::vector<Entry> read_entries(const json::Value& value, const std::string& path,
                                std::vector<Error>& errors) {
    std::vector<Entry> entries;
    if (value.is_null()) {
        return entries;
    }
    const json::Array* list = value.as_array();
    if (list == nullptr) {
        errors.push_back(json::error_at(
            value.place(), fmt::format("cannot unmarshal {} into field {}", value.kind(), path)));
        return entries;
    }
    for (const json::Value& item : *list) {
        if (item.is_null()) {
            continue;  // The original ignores it, too.
        }
        Entry entry;
        json::Fields fields(item, path);
        fields.get("id", entry.id)
            .get("name", entry.name)
            .get("url", entry.url)
            .get("kind", entry.kind)
            .get("disableTLSClientAuth", entry.disable_tls_client_auth)
            .get("certType", entry.cert_type);
        errors.insert(errors.end(), fields.failures().begin(), fields.failures().end());
        entries.push_back(std::move(entry));
    }
    return entries;
}

json::Value show_entries(const std::vector<Entry>& entries) {
    json::Array shown;
    for (const Entry& entry : entries) {
        json::Object object{{"id", entry.id},
                            {"name", entry.name},
                            {"url", entry.url},
                            {"kind", to_upper(entry.kind)}};
        if (entry.disable_tls_client_auth) {
            object.push_back({"disableTLSClientAuth", true});
        }
        object.push_back({"certType", entry.cert_type});
        shown.emplace_back(std::move(object));
    }
    return shown;
}

std::vector<std::string_view> member_names() {
    return {"id", "name", "url", "kind", "disableTLSClientAuth", "certType"};
}

Status check_url(const std::string& url) {
    const Result<Uri> parsed = parse_uri(url);
    if (!parsed || parsed->host.empty()) {
        return invalid("webhook url is invalid");
    }
    if (parsed->scheme != "https") {
        return invalid("webhook url must use https");
    }
    // What stands before "@" may be empty.
    const std::size_t begin = url.find("://") + 3;
    if (url.substr(begin, url.find_first_of("/?#", begin) - begin).find('@') != std::string::npos) {
        return invalid("webhook url may not contain username or password");
    }
    return ok();
}

std::shared_ptr<const tmpl::Functions> url_functions() {
    static const auto shared = std::make_shared<const tmpl::Functions>(tmpl::all_functions());
    return shared;
}

Result<Webhook> to_webhook(const Entry& entry) {
    if (entry.name.empty()) {
        return invalid("webhook name is required");
    }
    STEP_TRY(check_url(entry.url));
    if (entry.url.find("{{") != std::string::npos) {
        if (auto parsed = tmpl::Template::parse("url", entry.url, url_functions()); !parsed) {
            return invalid("webhook url is invalid: " + parsed.error().detail);
        }
    }
    if (entry.kind.empty()) {
        return invalid("webhook kind is required");
    }
    const std::optional<Kind> kind = by_name<Kind>(kKinds, entry.kind);
    if (!kind) {
        return invalid("webhook kind is invalid");
    }
    const std::optional<CertType> type =
        entry.cert_type.empty() ? CertType::kAll : by_name<CertType>(kCertTypes, entry.cert_type);
    if (!type) {
        return invalid("webhook certType is invalid");
    }
    return Webhook{.id = entry.id,
                   .name = entry.name,
                   .url = entry.url,
                   .kind = *kind,
                   .cert_type = *type,
                   .disable_tls_client_auth = entry.disable_tls_client_auth};
}

Result<std::vector<Webhook>> to_webhooks(const std::vector<Entry>& entries) {
    std::vector<Webhook> webhooks;
    for (const Entry& entry : entries) {
        STEP_ASSIGN(Webhook webhook, to_webhook(entry));
        webhooks.push_back(std::move(webhook));
    }
    return webhooks;
}

}  // namespace step::webhook
