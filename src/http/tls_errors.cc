#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/ip.h"
#include "base/text.h"
#include "http/tls_impl.h"

namespace step::http {
namespace {

std::string bare(const std::string& host) {
    return host.size() > 2 && host.front() == '[' && host.back() == ']'
               ? host.substr(1, host.size() - 2)
               : host;
}

std::string text_of(const ASN1_STRING* value) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
            static_cast<std::size_t>(ASN1_STRING_length(value))};
}

/// What the alternative names of the certificate say.
struct Names {
    std::vector<std::string> dns{}, ips{};
};

Names names_of(const X509* certificate) {
    Names names;
    auto* const found = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(found, i);
        if (name->type == GEN_DNS) {
            names.dns.push_back(text_of(name->d.dNSName));
        } else if (name->type == GEN_IPADD) {
            names.ips.push_back(format_ip(text_of(name->d.iPAddress)));
        }
    }
    GENERAL_NAMES_free(found);
    return names;
}

/// Go's x509.HostnameError.
std::string wrong_host(const X509* certificate, const std::string& host) {
    const Names names = names_of(certificate);
    const bool is_ip = parse_ip(host).has_value();
    if (is_ip && names.ips.empty()) {
        return "x509: cannot validate certificate for " + host +
               " because it doesn't contain any IP SANs";
    }
    const std::string valid = join(is_ip ? names.ips : names.dns, ", ");
    if (valid.empty()) {
        return "x509: certificate is not valid for any names, but wanted to match " + host;
    }
    return "x509: certificate is valid for " + valid + ", not " + host;
}

std::string rfc3339(const ASN1_TIME* time) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(time, &fields) != 1) {
        return "?";
    }
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", fields.tm_year + 1900,
                       fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min,
                       fields.tm_sec);
}

std::string wrong_time(const X509* certificate, bool early) {
    const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> now(X509_gmtime_adj(nullptr, 0),
                                                               ASN1_TIME_free);
    return "x509: certificate has expired or is not yet valid: current time " + rfc3339(now.get()) +
           (early ? " is before " : " is after ") +
           rfc3339(early ? X509_get0_notBefore(certificate) : X509_get0_notAfter(certificate));
}

/// Why verification failed. OpenSSL does not keep the certificate at fault; of the times, the
/// first of the chain that is out of its time is it.
std::string verify_error(const ssl_st* ssl, long result, const std::string& host) {
    // The peer's certificate proper is known only once it has been verified.
    const STACK_OF(X509)* const sent = SSL_get_peer_cert_chain(ssl);
    const X509* const leaf = sk_X509_num(sent) > 0 ? sk_X509_value(sent, 0) : nullptr;
    switch (result) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return leaf != nullptr ? wrong_host(leaf, host) : "x509: wrong host";
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID: {
            const bool early = result == X509_V_ERR_CERT_NOT_YET_VALID;
            for (int i = 0; i < sk_X509_num(sent); ++i) {
                const X509* const one = sk_X509_value(sent, i);
                const int order = X509_cmp_current_time(early ? X509_get0_notBefore(one)
                                                              : X509_get0_notAfter(one));
                if (early ? order > 0 : order < 0) {
                    return wrong_time(one, early);
                }
            }
            return "x509: certificate has expired or is not yet valid";
        }
        case X509_V_ERR_INVALID_PURPOSE:
            return "x509: certificate specifies an incompatible key usage";
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
            return "x509: a root or intermediate certificate is not authorized to sign for this "
                   "name";
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return "x509: certificate signed by unknown authority";
        default:
            return std::string("x509: ") + X509_verify_cert_error_string(result);
    }
}

/// The alerts of RFC 8446 6 in Go's words; "" for what is no alert of the peer.
std::string_view alert_text(int reason) {
    switch (reason - SSL_AD_REASON_OFFSET) {
        case 0:
            return "close notify";
        case 10:
            return "unexpected message";
        case 20:
            return "bad record MAC";
        case 22:
            return "record overflow";
        case 40:
            return "handshake failure";
        case 42:
            return "bad certificate";
        case 43:
            return "unsupported certificate";
        case 44:
            return "revoked certificate";
        case 45:
            return "expired certificate";
        case 46:
            return "unknown certificate";
        case 47:
            return "illegal parameter";
        case 48:
            return "unknown certificate authority";
        case 49:
            return "access denied";
        case 50:
            return "error decoding message";
        case 51:
            return "error decrypting message";
        case 70:
            return "protocol version not supported";
        case 71:
            return "insufficient security level";
        case 80:
            return "internal error";
        case 86:
            return "inappropriate fallback";
        case 90:
            return "user canceled";
        case 109:
            return "missing extension";
        case 110:
            return "unsupported extension";
        case 112:
            return "unrecognized name";
        case 113:
            return "bad certificate status response";
        case 115:
            return "unknown PSK identity";
        case 116:
            return "certificate required";
        case 120:
            return "no application protocol";
        default:
            return "";
    }
}

}  // namespace

Status expect_host(ssl_st* ssl, const std::string& host) {
    const std::string name = bare(host);
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(
        wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const bool done = parse_ip(name)
                          ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1
                          : X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size()) == 1 &&
                                SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
    if (!done) {
        ERR_clear_error();
        return Error{.code = Code::kInvalidArgument, .detail = "no host name: " + quote(host)};
    }
    return ok();
}

Error handshake_error(ssl_st* ssl, const std::string& host) {
    const unsigned long packed = ERR_peek_last_error();  // Before it: what a check met.
    const int reason = ERR_GET_REASON(packed);
    std::array<char, 256> cause{};
    ERR_error_string_n(packed, cause.data(), cause.size());
    ERR_clear_error();

    Error error{.code = Code::kUnavailable};
    if (packed != 0) {
        error.cause = cause.data();
    }
    const long verified = SSL_get_verify_result(ssl);
    const std::string_view alert = alert_text(reason);
    if (ERR_GET_LIB(packed) == ERR_LIB_SSL && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        error.detail =
            "tls: failed to verify certificate: " + verify_error(ssl, verified, bare(host));
    } else if (ERR_GET_LIB(packed) == ERR_LIB_SSL && !alert.empty()) {
        error.detail = "remote error: tls: " + std::string(alert);
    } else if (ERR_GET_LIB(packed) == ERR_LIB_SSL &&
               (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
                reason == SSL_R_PACKET_LENGTH_TOO_LONG)) {
        error.detail = kNoTls;
    } else if (packed == 0 || (ERR_GET_LIB(packed) == ERR_LIB_SSL &&
                               reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
        error.detail = "EOF";
    } else {
        error.detail = std::string("tls: ") + cause.data();
    }
    return error;
}

}  // namespace step::http
