#include "app/keys.h"

#include "base/files.h"
#include "crypto/pem_key.h"

namespace step::app {
namespace {

constexpr std::size_t kMaxPem = std::size_t{4} << 20;

/// read_file says "open PATH failed: REASON"; the original's server says it otherwise.
Result<Bytes> read_pem(const std::string& path) {
    Result<Bytes> text = read_file(path, kMaxPem);
    if (!text) {
        Error error = std::move(text).error();
        const std::size_t colon = error.detail.rfind("failed: ");
        const std::string reason =
            colon == std::string::npos ? error.detail : error.detail.substr(colon + 8);
        error.detail = "error reading \"" + path + "\": " + reason;
        return error;
    }
    return text;
}

}  // namespace

Result<std::vector<x509::Certificate>> read_certificates(const std::vector<std::string>& files) {
    std::vector<x509::Certificate> all;
    for (const std::string& file : files) {
        STEP_ASSIGN(const Bytes text, read_pem(file));
        Result<std::vector<x509::Certificate>> found = x509::parse_certificates_pem(text);
        if (!found) {
            Error error = std::move(found).error();
            error.detail.insert(0, "error parsing " + file + ": ");
            return error;
        }
        for (x509::Certificate& certificate : *found) {
            all.push_back(std::move(certificate));
        }
    }
    return all;
}

Result<crypto::PrivateKey> read_key(const std::string& file, const std::string& fallback_password,
                                    const KeyPassword& password) {
    STEP_ASSIGN(Bytes text, read_pem(file));
    const Secret pem(std::move(text));
    bool asked = false;
    Status answer = ok();
    const auto ask = [&]() -> Result<Secret> {
        asked = true;
        if (password.given) {
            return password.given->clone();
        }
        if (!fallback_password.empty()) {
            return Secret(fallback_password);
        }
        if (!password.ask) {
            return Error{.code = Code::kInvalidArgument,
                         .detail = "a password is needed",
                         .reason = kNoPassword};
        }
        Result<Secret> given = password.ask(file);
        if (!given) {
            answer = given.error();
        }
        return given;
    };
    Result<crypto::PrivateKey> key = crypto::parse_private_key(pem.view(), ask);
    STEP_TRY(answer);
    if (!key) {
        Error error = std::move(key).error();
        error.detail.insert(0, (asked ? "error decrypting " : "error parsing ") + file + ": ");
        return error;
    }
    return key;
}

}  // namespace step::app
