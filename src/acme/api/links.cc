#include "acme/api/links_impl.h"
#include "base/text.h"
#include "base/uri.h"

namespace step::acme {
namespace {

constexpr std::string_view kScheme = "https://";

/// A segment of a path as Go's URL.String writes it, but for the slash, which Go would leave as
/// it is: nothing could be reached behind it.
std::string escape_segment(std::string_view segment) {
    return replace_all(replace_all(path_escape(segment), "%2C", ","), "%3B", ";");
}

/// What follows the host of an https URL; empty if it is none.
std::string_view path_of(std::string_view url, std::string_view* host = nullptr) {
    if (!url.starts_with(kScheme)) {
        return {};
    }
    url.remove_prefix(kScheme.size());
    const std::size_t slash = url.find('/');
    if (slash == std::string_view::npos) {
        return {};
    }
    if (host != nullptr) {
        *host = url.substr(0, slash);
    }
    return url.substr(slash);
}

}  // namespace

Links::Links(std::string_view host, std::string_view provisioner_name)
    : host_(host), path_("/acme/" + escape_segment(provisioner_name) + "/") {}

std::string Links::to(std::string_view what) const {
    return std::string(kScheme).append(host_).append(path_).append(what);
}
std::string Links::account(std::string_view id) const {
    return to("account/").append(id);
}
std::string Links::orders(std::string_view account_id) const {
    return account(account_id) + "/orders";
}
std::string Links::order(std::string_view id) const {
    return to("order/").append(id);
}
std::string Links::finalize(std::string_view order_id) const {
    return order(order_id) + "/finalize";
}
std::string Links::authorization(std::string_view id) const {
    return to("authz/").append(id);
}
std::string Links::challenge(std::string_view authorization_id, ChallengeType type) const {
    return to("challenge/").append(authorization_id).append("/").append(name_of(type));
}
std::string Links::certificate(std::string_view id) const {
    return to("certificate/").append(id);
}
std::string Links::issuer(std::string_view fingerprint) const {
    return to("issuer/").append(fingerprint);
}

bool Links::is_account(std::string_view url, std::string_view id) const {
    const std::string_view path = path_of(url);
    return !path.empty() && same_path(path, path_ + "account/" + std::string(id));
}

std::string link_header(std::string_view url, std::string_view relation) {
    return std::string("<").append(url).append(">;rel=\"").append(relation).append("\"");
}

bool same_path(std::string_view a, std::string_view b) {
    if (a == b) {
        return true;
    }
    const std::vector<std::string> left = split(a, '/'), right = split(b, '/');
    return std::ranges::equal(left, right, [](const std::string& one, const std::string& other) {
        const Result<std::string> x = percent_decode(one), y = percent_decode(other);
        return x && y && *x == *y;
    });
}

bool is_request_url(std::string_view url, std::string_view host, std::string_view path,
                    std::string_view query) {
    std::string_view url_host, url_query;
    std::string_view url_path = path_of(url, &url_host);
    if (const std::size_t mark = url_path.find('?'); mark != std::string_view::npos) {
        url_query = url_path.substr(mark + 1);
        url_path = url_path.substr(0, mark);
        if (url_query != query) {
            return false;
        }
    }
    return !url_path.empty() && url_host == host && same_path(url_path, path);
}

}  // namespace step::acme
