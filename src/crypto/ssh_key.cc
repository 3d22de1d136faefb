#include "crypto/ssh_key.h"

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"
#include "crypto/key_impl.h"
#include "crypto/ssh_wire_impl.h"

namespace step::crypto {
namespace {

constexpr std::string_view kCertificateEnd = "-cert-v01@openssh.com";

struct Type {
    std::string_view name{}, curve{};
    KeyKind kind{};
};
constexpr std::array kTypes{
    Type{"ssh-rsa", "", KeyKind::kRsa},
    Type{"ssh-ed25519", "", KeyKind::kEd25519},
    Type{"ecdsa-sha2-nistp256", "nistp256", KeyKind::kEcP256},
    Type{"ecdsa-sha2-nistp384", "nistp384", KeyKind::kEcP384},
    Type{"ecdsa-sha2-nistp521", "nistp521", KeyKind::kEcP521},
};

const Type& type_of(KeyKind kind) {
    return *std::find_if(kTypes.begin(), kTypes.end(),
                         [&](const Type& type) { return type.kind == kind; });
}

/// What follows the name of the type; in a certificate, also its nonce.
Result<PublicKey> parse_fields(const Type& type, SshReader& wire) {
    if (type.kind == KeyKind::kRsa) {
        STEP_ASSIGN(const ByteView exponent, wire.read_number());
        STEP_ASSIGN(const ByteView modulus, wire.read_number());
        return PublicKey::from_rsa(modulus, exponent);
    }
    if (type.kind == KeyKind::kEd25519) {
        STEP_ASSIGN(const ByteView octets, wire.read_string());
        return PublicKey::from_ed25519(octets);
    }
    STEP_ASSIGN(const ByteView curve, wire.read_string());
    STEP_ASSIGN(const ByteView point, wire.read_string());
    const std::size_t size = field_bytes(type.kind);
    if (curve != type.curve || point.size() != 1 + 2 * size || point.front() != '\x04') {
        return bad_key("ssh: invalid elliptic curve point");
    }
    return PublicKey::from_ec(type.kind, point.substr(1, size), point.substr(1 + size));
}

/// What follows the key in a certificate (PROTOCOL.certkeys of OpenSSH).
Status skip_certificate(SshReader& wire) {
    STEP_TRY(wire.read_uint64());  // Serial.
    STEP_TRY(wire.read_uint32());  // User or host.
    STEP_TRY(wire.read_string());  // Key identifier.
    STEP_TRY(wire.read_string());  // Principals.
    STEP_TRY(wire.read_uint64());
    STEP_TRY(wire.read_uint64());
    for (int i = 0; i < 5; ++i) {
        STEP_TRY(wire.read_string());  // Options, extensions, nothing, CA, signature.
    }
    return ok();
}

/// The key of "AAAA… comment".
Result<PublicKey> parse_encoded(std::string_view text) {
    text = trim(text);
    STEP_ASSIGN(const Bytes wire, parse_base64(text.substr(0, text.find_first_of(" \t"))));
    return parse_ssh_key(wire);
}

/// The key of "type AAAA… comment".
Result<PublicKey> parse_typed(std::string_view line) {
    const std::size_t blank = line.find_first_of(" \t");
    if (blank == std::string_view::npos) {
        return bad_key("ssh: no key found");
    }
    return parse_encoded(line.substr(blank));
}

/// Where options end: at the first blank that is not within quotation marks.
std::size_t end_of_options(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) {
            quoted = !quoted;
        } else if (!quoted && (line[i] == ' ' || line[i] == '\t')) {
            return i;
        }
    }
    return line.size();
}

}  // namespace

std::string_view ssh_key_type(const PublicKey& key) {
    return type_of(key.kind()).name;
}

Bytes encode_ssh_key(const PublicKey& key) {
    const Type& type = type_of(key.kind());
    const PublicKey::Numbers numbers = key.numbers();
    Bytes wire;
    append_string(wire, type.name);
    if (type.kind == KeyKind::kRsa) {
        append_number(wire, numbers.exponent);
        append_number(wire, numbers.modulus);
    } else if (type.kind == KeyKind::kEd25519) {
        append_string(wire, numbers.x);
    } else {
        append_string(wire, type.curve);
        append_string(wire, key.key_bits());
    }
    return wire;
}

Result<PublicKey> parse_ssh_key(ByteView whole) {
    SshReader wire(whole);
    STEP_ASSIGN(const ByteView name, wire.read_string());
    const bool certificate = name.ends_with(kCertificateEnd);
    const ByteView plain =
        certificate ? name.substr(0, name.size() - kCertificateEnd.size()) : name;
    const auto* const type = std::find_if(kTypes.begin(), kTypes.end(),
                                          [&](const Type& known) { return known.name == plain; });
    if (type == kTypes.end()) {
        return unsupported_key(plain == "ssh-dss" ? "DSA keys not supported"
                                                  : "ssh: unknown key algorithm: " +
                                                        printable(name.substr(0, 64)));
    }
    if (certificate) {
        STEP_TRY(wire.read_string());  // Nonce.
    }
    STEP_ASSIGN(PublicKey key, parse_fields(*type, wire));
    if (certificate) {
        STEP_TRY(skip_certificate(wire));
    }
    STEP_TRY(wire.finish());
    return key;
}

std::string encode_authorized_key(const PublicKey& key) {
    std::string line(ssh_key_type(key));
    return line.append(" ").append(encode_base64(encode_ssh_key(key))).append("\n");
}

Result<PublicKey> parse_authorized_key(std::string_view text) {
    Error last = bad_key("ssh: no key found");
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        auto key = parse_typed(line);
        if (!key) {
            if (key.error().code == Code::kUnsupported) {
                last = key.error();
            }
            key = parse_typed(trim(line.substr(end_of_options(line))));
        }
        if (key) {
            return key;
        }
    }
    return last;
}

bool is_authorized_key(std::string_view text) {
    return text.starts_with("ssh-dss") ||
           std::any_of(kTypes.begin(), kTypes.end(),
                       [&](const Type& type) { return text.starts_with(type.name); });
}

}  // namespace step::crypto
