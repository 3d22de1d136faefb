#include <fmt/core.h>

#include "http/tls.h"
#include "setup/config_impl.h"

namespace step::setup {
namespace {

constexpr double kLeastVersion = 1.2;

bool is_version(double version) {
    return version == 1.0 || version == 1.1 || version == 1.2 || version == 1.3;
}

/// Below 1.2 is raised or refused: this server speaks 1.2 and 1.3 only.
void check_versions(Reader& reader, const json::Value& tls, TlsConfig& out) {
    const json::Value* min = tls.find("minVersion");
    const json::Value* max = tls.find("maxVersion");
    if (out.min_version > out.max_version) {
        reader.fail(Code::kInvalidArgument, "tls minVersion cannot exceed tls maxVersion",
                    "tls.minVersion", min);
        return;
    }
    for (const auto& [version, key, value] : {std::tuple{out.min_version, "tls.minVersion", min},
                                              std::tuple{out.max_version, "tls.maxVersion", max}}) {
        if (!is_version(version)) {
            reader.fail(Code::kInvalidArgument, fmt::format("{} is not a version of TLS", version),
                        key, value, "write 1.2 or 1.3");
            return;
        }
    }
    if (out.max_version < kLeastVersion) {
        reader.fail(Code::kUnsupported,
                    fmt::format("TLS {:.1f} is not supported, only 1.2 and 1.3", out.max_version),
                    "tls.maxVersion", max);
        return;
    }
    if (out.min_version < kLeastVersion) {
        reader.warn(
            fmt::format("tls.minVersion {:.1f} is raised to 1.2: older versions are not safe",
                        out.min_version),
            min, "write 1.2");
        out.min_version = kLeastVersion;
    }
}

/// Keeps what OpenSSL has. TLS 1.3 has its own suites, which cannot be chosen here, as in Go.
void check_suites(Reader& reader, const json::Value& tls, TlsConfig& out) {
    const json::Value* list = tls.find("cipherSuites");
    std::size_t usable = 0;
    for (const std::string& name : out.cipher_suites) {
        const std::string openssl = http::openssl_cipher(name);
        if (openssl.empty()) {
            reader.warn(
                "tls.cipherSuites: " + name +
                    (http::is_go_cipher(name) ? " is not available and is skipped"
                                              : " is not a known cipher suite and is skipped"),
                list, "remove it");
            continue;
        }
        ++usable;
        if (openssl != name) {  // TLS 1.3 suites give themselves.
            out.cipher_list += (out.cipher_list.empty() ? "" : ":") + openssl;
        }
    }
    if (usable == 0 || (out.cipher_list.empty() && out.max_version < 1.3)) {
        reader.fail(Code::kInvalidArgument, "tls.cipherSuites leaves no usable cipher suite",
                    "tls.cipherSuites", list);
    }
}

}  // namespace

void read_tls(Reader& reader, const json::Value& root, TlsConfig& out) {
    const std::vector<std::string> defaults{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                                            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
    const json::Value nothing{json::Object{}};
    const json::Value* given = section(reader, root, "tls", "tls");
    const json::Value& tls = given == nullptr ? nothing : *given;
    json::Fields fields(tls, "tls");
    fields.get("cipherSuites", out.cipher_suites)
        .get("minVersion", out.min_version)
        .get("maxVersion", out.max_version)
        .get("renegotiation", out.renegotiation);
    reader.take(fields);
    if (out.cipher_suites.empty()) {
        out.cipher_suites = defaults;
    }
    if (out.min_version == 0) {
        out.min_version = 1.2;
    }
    if (out.max_version == 0) {
        out.max_version = 1.3;
    }
    check_versions(reader, tls, out);
    check_suites(reader, tls, out);
}

}  // namespace step::setup
