#include "client/acme/account_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/files.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/digest.h"
#include "jose/jwk.h"
#include "json/parse.h"
#include "json/write.h"

namespace step::client::acme {
namespace {

constexpr std::size_t kMaxAccount = 64UL * 1024;
constexpr unsigned kFolderMode = 0700, kFileMode = 0600;

/// The host of a URL as the name of a folder. "..", which would be another one, is not a host.
std::string folder_name(const std::string& url) {
    const auto uri = parse_uri(url);
    std::string host = uri ? to_lower(uri->host) : "";
    const bool plain = host.find_first_not_of('.') != std::string::npos &&
                       host.find('/') == std::string::npos && printable(host) == host;
    return plain ? host : "other";
}

std::string place(const std::string& folder, const std::string& url,
                  const std::vector<std::string>& contacts) {
    std::string text = url;
    for (const std::string& contact : contacts) {
        text += "\n" + contact;
    }
    return join_path(join_path(folder, folder_name(url)),
                     encode_hex(crypto::sha256(text)) + ".json");
}

}  // namespace

std::vector<std::string> as_contacts(std::vector<std::string> typed) {
    for (std::string& contact : typed) {
        if (contact.find('@') != std::string::npos && contact.find(':') == std::string::npos) {
            contact.insert(0, "mailto:");
        }
    }
    return typed;
}

AccountFile::AccountFile(const std::string& folder, const std::string& directory_url,
                         std::vector<std::string> contacts)
    : path_(place(folder, directory_url, contacts)),
      directory_(directory_url),
      contacts_(std::move(contacts)) {}

Result<std::optional<Account>> AccountFile::load() const {
    const auto bad = [&](std::string_view why) {
        return Error{.code = Code::kInvalidArgument,
                     .detail = fmt::format("error reading {}: {}; without it a new account is made",
                                           path_, why)};
    };
    auto text = read_file(path_, kMaxAccount);
    if (!text && text.error().code == Code::kNotFound) {
        return std::optional<Account>();
    }
    if (!text) {
        return std::move(text).error();
    }
    const Secret secret(*std::move(text));
    const auto value = json::parse(secret.view());
    const json::Value* url = value ? value->find("account") : nullptr;
    const json::Value* jwk = value ? value->find("key") : nullptr;
    if (url == nullptr || url->as_string() == nullptr || jwk == nullptr) {
        return bad("it holds no account");
    }
    auto key = jose::parse_jwk(*jwk);
    if (!key || !key->private_key || key->private_key->kind() != crypto::KeyKind::kEcP256 ||
        !is_usable_url(*url->as_string())) {
        return bad("its key or its address is not that of an account");
    }
    return std::optional<Account>(
        Account{.key = *std::move(key->private_key), .url = *url->as_string()});
}

Status AccountFile::save(const Account& account) const {
    jose::Jwk key{.public_key = account.key.public_key()};
    key.private_key = account.key.share();
    const Secret text(json::encode_indent(
        json::Object{{"directory", directory_},
                     {"contact", json::Array(contacts_.begin(), contacts_.end())},
                     {"account", account.url},
                     {"key", jose::private_jwk(key)}},
        "  "));
    STEP_TRY(make_folders(folder_of(path_), kFolderMode));
    return write_file(path_, text.view(), kFileMode, Mode::kExact);
}

}  // namespace step::client::acme
